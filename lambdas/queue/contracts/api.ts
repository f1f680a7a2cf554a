/**
 * The HTTP API: routes, limits, and the shape of every request and answer. The handlers implement exactly these routes (the
 * compiler checks it), and `docs/openapi.json` is generated from this file, `api-kinds.ts` and `api-problem.ts`.
 *
 * No answer contains a task's payload: it has prices, names and addresses, which belong to the quote's own system. A caller that
 * has the payload can compare `taskHash`.
 */
import * as z from 'zod/mini';
import { ActionKind } from '../../actions/kinds.ts';
import { visibleText } from '../../shared/contracts/text.ts';
import type { QueueFunctionName } from './functions.ts';
import { ErrorKind } from '../../shared/contracts/error-codes.ts';
import { PROVIDER_NAMES } from '../../shared/contracts/providers.ts';
import { openSet } from '../../shared/contracts/stored-fields.ts';
import { ExecutionState, TransitionCause } from './lifecycle-states.ts';
import { taskErrorSchema, taskIdSchema } from './records.ts';
import { EffectProof } from '../../shared/contracts/effects.ts';

/** Largest request body, in bytes after base64 decoding; with its history a task stays under DynamoDB's 400 KB. */
export const MAX_BODY_BYTES = 204_800;
/** Longest `Idempotency-Key`, in characters. */
export const MAX_IDEMPOTENCY_KEY_LENGTH = 255;
/** An `Idempotency-Key`: the characters that a header can carry without encoding. */
export const idempotencyKeySchema = z
  .string()
  .check(
    z.minLength(1, 'expected a value; it was empty'),
    z.maxLength(MAX_IDEMPOTENCY_KEY_LENGTH, `expected at most ${MAX_IDEMPOTENCY_KEY_LENGTH} characters`),
    z.regex(/^[\x21-\x7e]*$/, 'expected visible ASCII characters only, without spaces'),
  );
/** Longest reason of an operator, in UTF-16 code units. */
export const MAX_REASON_LENGTH = 500;
/** Maximum fields that one answer names: more than the 6 × 500 of the longest quote with every field wrong. */
export const MAX_FIELD_ERRORS = 5_000;
/** Tasks per page of a listing. */
export const PAGE_LIMIT = { default: 50, max: 100 } as const;

interface ApiRoute {
  readonly method: 'GET' | 'POST';
  /** Template with `{parameter}`s. */
  readonly path: string;
  /** The function that implements it. */
  readonly function: QueueFunctionName;
}

/** Every route by its operation id. */
export const API_ROUTES = {
  enqueueAction: { method: 'POST', path: '/quotes/{quoteId}/actions', function: 'enqueue-action' },
  listActions: { method: 'GET', path: '/quotes/{quoteId}/actions', function: 'read-actions' },
  readAction: { method: 'GET', path: '/actions/{taskId}', function: 'read-actions' },
  readAudit: { method: 'GET', path: '/actions/{taskId}/audit', function: 'read-actions' },
  readHealth: { method: 'GET', path: '/health', function: 'read-actions' },
  retryAction: { method: 'POST', path: '/actions/{taskId}/retry', function: 'control-action' },
  abandonAction: { method: 'POST', path: '/actions/{taskId}/abandon', function: 'control-action' },
  cancelAction: { method: 'POST', path: '/actions/{taskId}/cancel', function: 'control-action' },
  listKinds: { method: 'GET', path: '/kinds', function: 'read-actions' },
  pauseKind: { method: 'POST', path: '/kinds/{kind}/pause', function: 'control-action' },
  resumeKind: { method: 'POST', path: '/kinds/{kind}/resume', function: 'control-action' },
} as const satisfies Record<string, ApiRoute>;
/** Names a route. */
export type OperationId = keyof typeof API_ROUTES;
/** The routes that one function implements. */
export type OperationOf<F extends QueueFunctionName> = {
  [Id in OperationId]: (typeof API_ROUTES)[Id]['function'] extends F ? Id : never;
}[OperationId];

/** A field's meaning, for the API's description. */
export const about = <T>(meaning: string) => z.describe<T>(meaning);
/** A point in time. */
export const instant = (text: string) =>
  z.iso.datetime().check(about(`${text}; UTC, ISO 8601 with milliseconds`));
/** A whole number from 0. */
export const count = (text: string) => z.int().check(z.minimum(0), about(text));
/** A whole number from 1. */
export const counter = (text: string) => z.int().check(z.minimum(1), about(text));
/** Any text. */
export const text = (meaning: string) => z.string().check(about(meaning));
/** Words of an operator, of at most `maxLength` UTF-16 code units. */
export const reasonText = (maxLength: number, meaning: string) =>
  z.string().check(
    z.minLength(1),
    z.maxLength(maxLength),
    z.refine<string>((reason) => reason.isWellFormed(), 'expected well-formed Unicode'),
    visibleText('expected a reason that can be read'),
    about(meaning),
  );
const errorCode = taskErrorSchema.shape.code;

/** Body of `retry`, `abandon` and `cancel`; the body is optional. */
export const controlBodySchema = z.strictObject({
  reason: z.optional(reasonText(MAX_REASON_LENGTH, 'Reason, for people; stored in the audit trail')),
});

const attemptsSchema = z.strictObject({
  used: count('Attempts that count: claims less deferrals'),
  max: counter('Attempts allowed in all; counts the first'),
  claims: count('Times a worker took the task'),
  deferred: count('Attempts that a provider put off ("not now"); they use up none'),
});

/** Why an attempt failed, as the API shows it. */
export const taskErrorViewSchema = z.strictObject({
  code: errorCode.check(about('Stable code of the closed list')),
  kind: z.enum(ErrorKind).check(about('What follows from it: the retry decision')),
  text: text('Text of the code, for people'),
  firstStep: text('What to do about the code first; `runbooks/errors.md` has the same'),
  detail: text('What happened this time; without payload or secrets'),
  causeCode: z.optional(errorCode.check(about('What used up the attempts or the deadline'))),
});

/** `a`, `b` or `c` */
const SOME_PROVIDER = PROVIDER_NAMES.map((name) => `\`${name}\``)
  .join(', ')
  .replace(/, (?=[^,]*$)/, ' or ');

const effectViewSchema = z.strictObject({
  provider: text(SOME_PROVIDER),
  externalId: text('Id at the provider: S3 key, deal id, message timestamp'),
  location: text('Where a person finds it'),
  proof: openSet(EffectProof).check(about('How the completion is known')),
  fingerprint: text('SHA-256 of the canonical result, 64 hex digits'),
});

const holdViewSchema = z.strictObject({
  reason: text('Why its kind is paused, in the words of the operator'),
  actor: text('Who paused it'),
  since: instant('When the task was held; this time does not count towards its deadline'),
});

const linksSchema = z.strictObject({
  self: text('This task'),
  audit: text('Its audit trail'),
  quote: text('All actions of its quote'),
  retry: z.optional(text('Present when the state allows it')),
  abandon: z.optional(text('Present when the state allows it')),
  cancel: z.optional(text('Present when the state allows it')),
});

/** Whether Slack shows what the task is. */
export const CardState = { Shown: 'shown', Pending: 'pending', Failing: 'failing' } as const;

const cardViewSchema = z.strictObject({
  state: z
    .enum(CardState)
    .check(
      about(
        '`shown`: Slack shows the present version; `pending`: it will within moments, or once an outage is over; `failing`: it will not until somebody repairs what `errorCode` says: channel, app or token, or, with `STORED_RECORD_INVALID`, the stored card',
      ),
    ),
  version: z.optional(counter('Version that the card shows; absent before the first')),
  errorCode: z.optional(errorCode.check(about('Why it fails; in `failing` only'))),
  damage: z.optional(text('Of a stored card that cannot be read: its fields, and what was expected of each')),
  permalink: z.optional(text('The card in Slack; absent before the first')),
});

/** A task as the API shows it. The payload is left out; see the file head. */
export const taskViewSchema = z.strictObject({
  taskId: taskIdSchema.check(about('Derived from quote and idempotency key')),
  quoteId: text('Quote the action belongs to'),
  kind: openSet(ActionKind).check(about('What the action does')),
  taskHash: text('SHA-256 over the canonical JSON of (quoteId, kind, payload), 64 hex digits'),
  state: openSet(ExecutionState).check(about('`completed` and `failed_terminal` never change')),
  version: counter('Counts the transitions; the ETag'),
  generation: counter('Counts the executions that drove the task'),
  attempts: attemptsSchema,
  error: z.optional(taskErrorViewSchema),
  nextAttemptAt: z.optional(instant('Earliest next attempt; in `retryable_failed` only')),
  hold: z.optional(holdViewSchema.check(about('Present while the task waits because its kind is paused'))),
  effect: z.optional(effectViewSchema),
  card: z.optional(cardViewSchema.check(about('Its card in Slack; in `GET /actions/{taskId}` only'))),
  createdAt: instant('When it was enqueued'),
  updatedAt: instant('When it last changed state'),
  deadlineAt: instant('No attempt starts after this'),
  links: linksSchema,
});
/** A task as the API shows it. */
export type TaskView = z.infer<typeof taskViewSchema>;

/** A task that is stored and cannot be read. */
export const damagedTaskSchema = z.strictObject({
  taskId: text('Key of the item: the id of a task, unless that is what is damaged'),
  detail: text('Fields, and what was expected of each; never what is stored'),
});

/** A page of a quote's tasks, in order of enqueueing. */
export const taskPageSchema = z.strictObject({
  tasks: z.array(taskViewSchema),
  damaged: z.optional(
    z
      .array(damagedTaskSchema)
      .check(
        about(
          'Tasks of this page that cannot be read, whatever `state` was asked for; absent when there are none',
        ),
      ),
  ),
  cursor: z.optional(text('Give it back for the next page; absent on the last one')),
});
/** A page of a quote's tasks. */
export type TaskPageView = z.infer<typeof taskPageSchema>;

/** One transition, as recorded. */
export const auditEntrySchema = z.strictObject({
  version: counter('Version the task had after it'),
  from: z.nullable(openSet(ExecutionState)).check(about('`null` for the first one')),
  to: openSet(ExecutionState),
  cause: openSet(TransitionCause),
  actor: text('`system:<function>` or who asked'),
  reason: z.optional(text('Reason, for people')),
  errorCode: z.optional(errorCode),
  proof: z.optional(openSet(EffectProof)),
  attempt: count('Claims so far'),
  deferrals: count('Deferrals so far'),
  generation: counter('Execution that drove the task'),
  at: instant('When'),
  attemptId: text('Identity of the write'),
});

/** A record of the trail that is stored and cannot be read. */
const damagedRecordSchema = z.strictObject({
  version: z
    .number()
    .check(about('Version that it is the record of; the number that is stored, whatever it is')),
  detail: text('Fields, and what was expected of each; never what is stored'),
});

/** The audit trail of a task. */
export const auditViewSchema = z.strictObject({
  taskId: taskIdSchema,
  quoteId: text('Quote the task belongs to'),
  version: counter(
    'Version of the task when the trail was read; of its newest record when the task is damaged',
  ),
  records: z.array(auditEntrySchema),
  damaged: z.optional(
    z.array(damagedRecordSchema).check(about('Records that cannot be read; absent when there are none')),
  ),
  taskDamage: z.optional(
    text(
      'Of a task that cannot be read: its fields, and what was expected of each. The trail is shown all the same',
    ),
  ),
  gaps: z
    .array(counter('A version'))
    .check(
      about(
        'Versions from 1 to `version` without a record, damaged or not. The trail follows within about a second: a gap that stays is a loss',
      ),
    ),
  links: z.strictObject({ self: text('This trail'), task: text('Its task') }),
});
/** The audit trail of a task. */
export type AuditView = z.infer<typeof auditViewSchema>;

/** Answer of the health check: the function runs. It reads nothing. */
export const healthSchema = z.strictObject({ status: z.literal('ok') });
