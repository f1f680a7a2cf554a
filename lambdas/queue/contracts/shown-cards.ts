/** What Slack shows of tasks, as stored: the operators' side writes it; the API and the KPIs read it. Home: the Cards table. */
import * as z from 'zod/mini';
import { ALL_ERROR_CODES } from '../../shared/contracts/error-codes.ts';
import { epochMsSchema, openCodes, openObject } from '../../shared/contracts/stored-fields.ts';
import { taskIdSchema } from './records.ts';

/** Version of the shapes below; a reader refuses a higher one. */
export const CARD_SCHEMA_VERSION = 1;

const count = z.int().check(z.minimum(0));
const positive = z.int().check(z.minimum(1));

/** Why Slack does not show the present version. */
const cardErrorSchema = openObject({
  code: openCodes(ALL_ERROR_CODES),
  /** Slack's answer, without content or token. */
  detail: z.string(),
  atMs: epochMsSchema,
});
/** The card of a task: what Slack shows of it. */
export const cardRecordSchema = openObject({
  schemaVersion: z.literal(CARD_SCHEMA_VERSION),
  /** `card#<taskId>`. */
  cardId: z.string(),
  taskId: taskIdSchema,
  channel: z.string(),
  /** Root of the quote's thread; present once it contains a card. */
  threadTs: z.optional(z.string()),
  /** Message of the card; present once it was posted. */
  ts: z.optional(z.string()),
  /** Number of cards posted so far: 1, and one more each time a person deleted the card. */
  postings: count,
  /** Version of the task that the card shows; 0 before the first. Never goes down. */
  versionShown: count,
  /** Version up to which the card and the messages about recoveries are done. */
  versionDone: count,
  /** Lock of the update in progress; absent if no update runs. */
  owner: z.optional(z.string()),
  lockExpiresAtMs: z.optional(epochMsSchema),
  /** When an update ended without an answer: it may still arrive late, so the card is written once more. */
  doubtfulSinceMs: z.optional(epochMsSchema),
  /** Of the version shown: from the transition to Slack's answer. */
  statusLatencyMs: z.optional(count),
  lastError: z.optional(cardErrorSchema),
});
/** The card of a task. */
export type CardRecord = z.infer<typeof cardRecordSchema>;

/** How long one transition took to be seen. Written once; the item is never changed. */
export const latencyRecordSchema = openObject({
  schemaVersion: z.literal(CARD_SCHEMA_VERSION),
  /** `latency#<taskId>#<version>`. */
  cardId: z.string(),
  taskId: taskIdSchema,
  version: positive,
  /** Version that was shown; higher than `version` when several transitions were shown at once. */
  versionShown: positive,
  transitionAtMs: epochMsSchema,
  shownAtMs: epochMsSchema,
  /** UTC day of `shownAtMs`, `2026-11-21`: partition of the index. */
  shownDay: z.string(),
  /** At least 0: two clocks may differ by a few ms. */
  latencyMs: count,
}).check(
  // A damaged figure is left out and named; otherwise it would falsify a mean without a message.
  z.refine(
    ({ latencyMs, shownAtMs, transitionAtMs }) => latencyMs === Math.max(0, shownAtMs - transitionAtMs),
    { path: ['latencyMs'], error: 'expected shownAtMs - transitionAtMs, at least 0' },
  ),
);
/** How long one transition took to be seen. */
export type LatencyRecord = z.infer<typeof latencyRecordSchema>;

/** Key of a task's card. */
export const cardIdOf = (taskId: string): string => `card#${taskId}`;

/** Key of how long the task's version took to be shown. */
export const latencyIdOf = (taskId: string, version: number): string => `latency#${taskId}#${version}`;
