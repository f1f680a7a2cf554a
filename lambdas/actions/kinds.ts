/** Action kinds and their payloads. A new kind starts here; see CONTRIBUTING, "A new action kind". */
import * as z from 'zod/mini';
import { visibleText } from '../shared/contracts/blank-text.ts';
import { quoteSnapshotSchema } from '../shared/contracts/quote-snapshot.ts';

/** The actions that an accepted quote sets off. */
export const ActionKind = {
  PdfRender: 'pdf.render',
  CrmSync: 'crm.sync',
  SlackNotify: 'slack.notify',
} as const;
/** One of {@link ActionKind}. */
export type ActionKind = (typeof ActionKind)[keyof typeof ActionKind];

/** The provider part of a kind (`pdf`, `crm`, `slack`); each has a worker function of its own, `run-action-<worker>`. */
export const WORKER_BY_KIND = {
  'pdf.render': 'pdf',
  'crm.sync': 'crm',
  'slack.notify': 'slack',
} as const satisfies Record<ActionKind, string>;
/** One of {@link WORKER_BY_KIND}. */
export type Worker = (typeof WORKER_BY_KIND)[ActionKind];

/** Payload of `pdf.render`. */
export const pdfRenderPayload = z.strictObject({ snapshot: quoteSnapshotSchema });
/** Payload of `crm.sync`. */
export const crmSyncPayload = z.strictObject({
  snapshot: quoteSnapshotSchema,
  /**
   * Id of a HubSpot pipeline stage; the portal's default `closedwon` when absent. HubSpot's ids are words (`qualifiedToBuy`), numbers
   * (`2410510`) and UUIDs.
   */
  dealStage: z.optional(
    z
      .string()
      .check(
        z.regex(/^[A-Za-z0-9_-]{1,64}$/, 'expected the id of a HubSpot stage: 1 to 64 of A-Z a-z 0-9 _ -'),
      ),
  ),
});
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

/** Body of `POST /quotes/{quoteId}/actions`: the kind selects the payload's shape. */
export const enqueueBodySchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('pdf.render'), payload: pdfRenderPayload }),
  z.strictObject({ kind: z.literal('crm.sync'), payload: crmSyncPayload }),
  z.strictObject({ kind: z.literal('slack.notify'), payload: slackNotifyPayload }),
]);

/** A quote action as asked for: kind and typed payload. */
export type ActionRequest = z.infer<typeof enqueueBodySchema>;
