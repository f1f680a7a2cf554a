/**
 * The parts of Slack's requests that are read, and the click that goes from the acknowledging function to the worker. Slack may
 * add fields at any time: objects from Slack are open, ours are closed.
 */
import * as z from 'zod/mini';
import { executionTaskSchema } from '../../queue/contracts/records.ts';
import { cutLine } from '../../shared/contracts/text.ts';
import { cardActionSchema, MAX_BUTTON_VALUE_LENGTH } from './slack-actions.ts';

/** Maximum body that is read, in bytes. A click contains its whole message, and ours are below a tenth of this. */
export const MAX_SLACK_BODY_BYTES = 262_144;

const slackId = z.string().check(z.regex(/^[A-Z][A-Z0-9]{1,31}$/, 'expected an id of Slack'));
const messageTs = z.string().check(z.regex(/^\d{1,12}(\.\d{1,9})?$/, 'expected a ts of Slack'));
/** A person's name is shown and stored as one line and cut to this length, in UTF-16 code units. */
const MAX_NAME_LENGTH = 80;
const personName = z.pipe(
  z.string(),
  z.transform((name: string) => cutLine(name, MAX_NAME_LENGTH)),
);

/** Only the field that tells a click from Slack's other requests; Slack calls all of them interactions. */
export const requestTypeSchema = z.object({ type: z.string() });

/** A click on a button in a message. */
export const blockActionsSchema = z.object({
  type: z.literal('block_actions'),
  /** Absent or null if the app is installed for a whole organisation. */
  team: z.nullish(z.object({ id: slackId })),
  /** The organisation, `E…`; absent or null outside of one. */
  enterprise: z.nullish(z.object({ id: slackId })),
  user: z.object({
    id: slackId,
    username: z.nullish(personName),
    name: z.nullish(personName),
    /** The person's own workspace; in a shared channel it may differ from `team`. */
    team_id: z.nullish(slackId),
  }),
  trigger_id: z.string().check(z.minLength(1), z.maxLength(200)),
  container: z.object({ message_ts: messageTs, channel_id: slackId }),
  message: z.optional(z.object({ thread_ts: z.optional(messageTs) })),
  actions: z
    .array(
      z.object({
        action_id: z.string().check(z.maxLength(255)),
        action_ts: messageTs,
        value: z.optional(z.string().check(z.maxLength(MAX_BUTTON_VALUE_LENGTH))),
      }),
    )
    // Slack sends one click at a time.
    .check(z.length(1)),
});
/** A click on a button in a message. */
export type BlockActions = z.infer<typeof blockActionsSchema>;

/** A slash command: the fields of its form. */
export const slashCommandSchema = z.object({
  command: z.string().check(z.regex(/^\/[\w-]{1,32}$/, 'expected a slash command')),
  /** Absent when nothing follows the command. */
  text: z.optional(z.string().check(z.maxLength(4_000))),
  team_id: slackId,
  user_id: slackId,
});
/** A slash command. */
export type SlashCommand = z.infer<typeof slashCommandSchema>;

/** Version of {@link clickSchema}; a reader refuses any other version. */
const CLICK_SCHEMA_VERSION = 1;

/** A click of an operator whose signature, identity and freshness have been checked; body of a click message. */
export const clickSchema = z.strictObject({
  schemaVersion: z.literal(CLICK_SCHEMA_VERSION),
  /** SHA-256 of what identifies the click at Slack, 64 hex digits. */
  clickId: z.string().check(z.regex(/^[0-9a-f]{64}$/)),
  taskId: executionTaskSchema.shape.taskId,
  /** Version of the task that the card showed. */
  version: executionTaskSchema.shape.version,
  action: cardActionSchema,
  teamId: slackId,
  userId: slackId,
  userName: z.string(),
  channelId: slackId,
  /** `ts` of the card. */
  messageTs,
  /** `ts` of the thread that contains the card. */
  threadTs: z.optional(messageTs),
});
/** A checked click. */
export type Click = z.infer<typeof clickSchema>;
