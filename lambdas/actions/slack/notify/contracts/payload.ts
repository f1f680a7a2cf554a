import * as z from 'zod/mini';
import { visibleText } from '../../../../shared/contracts/text.ts';
import { quoteSnapshotSchema } from '../../../../shared/contracts/quote-snapshot.ts';

/** Payload of `slack.notify`. */
export const slackNotifyPayload = z.strictObject({
  snapshot: quoteSnapshotSchema,
  /** The limit is Block Kit's for a section. Slack refuses a blank text (`no_text`). */
  message: z.string().check(
    z.minLength(1),
    z.maxLength(3_000),
    z.refine<string>((text) => text.isWellFormed(), 'expected well-formed Unicode'),
    visibleText('expected a text that shows something'),
    z.describe('Text for the thread of the quote, not only blanks'),
  ),
});
