import * as z from 'zod/mini';
import { visibleText } from '../../../../shared/contracts/blank-text.ts';
import { quoteSnapshotSchema } from '../../../../shared/contracts/quote-snapshot.ts';

/** Payload of `slack.notify`. */
export const slackNotifyPayload = z.strictObject({
  snapshot: quoteSnapshotSchema,
  /** Text for the thread, at most 3,000 characters (Block Kit's limit for a section). Slack refuses a blank one (`no_text`). */
  message: z.string().check(
    z.minLength(1),
    z.maxLength(3_000),
    z.refine<string>((text) => text.isWellFormed(), 'expected well-formed Unicode'),
    visibleText('expected a text that shows something'),
  ),
});
