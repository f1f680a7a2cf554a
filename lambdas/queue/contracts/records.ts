/**
 * Glossary. Every name in the code, the audit trail and the documents is one of these.
 *
 * | word | meaning |
 * |---|---|
 * | quote | an accepted sales quote, named by `quoteId` |
 * | snapshot | what the deterministic engines signed off; printed and synced as it is |
 * | action | something a quote sets off: one of `ActionKind` |
 * | task | one action of one quote under one idempotency key (`ExecutionTask`); the one truth about it |
 * | task hash | SHA-256 over the canonical JSON of (quoteId, kind, payload) |
 * | version | counts the transitions of a task from 1; every write is conditional on it |
 * | generation | counts the drivers of a task from 1; an execution with a lower one is superseded |
 * | driver | the Step Functions execution `<taskId>-<generation>` that carries a task forward |
 * | worker | one invocation of `run-action-*`; `workerId` names the execution it runs for |
 * | claim | the transition to `running`; grants a lease |
 * | lease | {owner token, attempt, expiry}: liveness only |
 * | fence | (version, owner token): what makes a late writer's write fail |
 * | attempt | counts the claims of a task from 1 |
 * | deferral | a failed attempt that was a definite "not now"; does not use up an attempt |
 * | effect | what an action does outside: an S3 object, a CRM deal, a Slack message |
 * | effect key | identity of an effect at its provider; the same for every attempt, driver and Region |
 * | probe | asks the provider whether an effect key is already there |
 * | proof | how a completion is known: `applied`, `probed` or `replayed` |
 * | ledger | the `IdempotencyRecord`s of effects, fenced by owner token |
 * | reserve, complete, free | the ledger's writes: before, after, and instead of a successful effect |
 * | fingerprint | SHA-256 over the canonical JSON of an effect's result |
 * | attempt id | identity of one write; recognises a write of our own whose answer was lost |
 * | transition | one change of state, recorded once in the audit trail per (taskId, version) |
 * | pause, resume | an operator's decision that no action of a kind may start, or that they may start again (`Pause`) |
 * | hold, release | to leave a task of a paused kind unchanged, and to start its next driver after the kind is resumed |
 * | a release | what one deployment publishes: a version of each function |
 * | control | what operators and the sweep keep in the Controls table: pauses and cursors |
 * | foreign | written by a newer release that runs beside this one: a kind, state, cause, code or field that this release does not know and keeps unchanged |
 * | damaged | stored in a shape that this code cannot read; named by its key and by the fields that are wrong |
 * | park | to put a record that cannot be processed aside, with its reason |
 * | deadline | until when a task may be tried, 24 h from its enqueueing; time on hold does not count |
 * | redrive | to raise a task's generation and start its execution: by "Retry now", `quoteq retry` or the sweep. The redrive of an execution by Step Functions is called "Step Functions' redrive" |
 * | sweep | `recoverStale`: finds what is stuck and gives it the next driver |
 * | lane | the progress of a sweep through one shard of the index of due or held tasks |
 * | walk | a pass of the sweep through a whole table, a few pages per run; its cursor says where the next run continues |
 * | purge | to delete ledger records that have expired |
 * | gap | a version of a task that has no record in the audit trail; the sweep repairs it from the task's history |
 * | trail | the audit records of one task, in order of version |
 * | stuck | a worker was lost, or the sweep had to act; stuck since the transition before the one that shows it |
 * | overdue | its time (`dueAtMs`) has passed and it has not moved on: it is stuck, or waits for a free worker |
 * | ended | a task or an action is completed or failed_terminal and never changes again. Metrics of stuck actions call it `settled` |
 * | thread | the root message of a quote in Slack, and its replies |
 * | card | the one message of a task in its thread, edited with each transition |
 * | click | a press of a card's button, verified and on its way to its transition |
 * | interaction | Slack's word for what it posts when somebody uses a card or a modal: the function `slack-interactions` and the route `/slack/interactions` have this name. If it is a press of a card's button, it becomes a click |
 * | operator | a person on the allow-list who may press buttons and ask |
 * | break-glass | the one role that may change or delete audit records |
 * | drill | a fault caused on purpose on the local AWS, with the guarantees that must hold |
 * | guarantee | something that must hold in a drill, and how that is judged |
 * | mishap | the fault that a load plans for one of its actions |
 */
import * as z from 'zod/mini';
import { ActionKind } from '../../actions/kinds.ts';
import { ALL_ERROR_CODES } from '../../shared/contracts/error-codes.ts';
import { ExecutionState, TransitionCause } from './lifecycle-states.ts';
import {
  epochMsSchema,
  isWordOf,
  openCodes,
  openObject,
  openSet,
} from '../../shared/contracts/stored-fields.ts';
import { EffectProof, effectResultSchema } from '../../shared/contracts/effects.ts';

/** A task's id within other text, as the source of a regular expression. */
export const TASK_ID_FORM = 'task-[0-9a-f]{40}';

/** A task's id and nothing else. */
export const taskIdSchema = z
  .string()
  .check(z.regex(new RegExp(`^${TASK_ID_FORM}$`), 'expected task- and 40 hexadecimal digits'));

/**
 * Version of tasks and audit records as they are written; a reader takes this one and the older ones, and refuses a
 * higher one. 2 added `hold`, and the causes `hold` and `release`.
 */
export const SCHEMA_VERSION = 2;
/** Every version that a reader takes. */
export const READABLE_SCHEMA_VERSIONS = [1, SCHEMA_VERSION] as const;
const state = openSet(ExecutionState);
const kind = openSet(ActionKind);
/** More transitions, claims or drivers than a task can have; a higher number is damage. */
const MAX_COUNT = 1_000_000;
const count = z.int().check(z.minimum(0), z.maximum(MAX_COUNT));
const positive = z.int().check(z.minimum(1), z.maximum(MAX_COUNT));
const epochMs = epochMsSchema;
const errorCode = openCodes(ALL_ERROR_CODES);
const proof = openSet(EffectProof);

/** Why an attempt failed; safe to show and to log. */
export const taskErrorSchema = openObject({
  code: errorCode,
  /** Detail for people, without payload or secrets; at most `MAX_DETAIL_LENGTH` characters. */
  detail: z.string(),
  /** Code of the error that used up the attempts or the deadline. */
  causeCode: z.optional(errorCode),
});
/** Why an attempt failed. */
export type TaskError = z.infer<typeof taskErrorSchema>;

/** Why a task is left as it is: its kind is paused. */
export const holdSchema = openObject({
  /** The operator's own words; shown on the card. */
  reason: z.string(),
  /** Who paused the kind. */
  actor: z.string(),
  /** When the task was held, in ms since the epoch; its deadline moves by the time since then. */
  sinceMs: epochMs,
});
/** Why a task is left as it is. */
export type Hold = z.infer<typeof holdSchema>;

/** One change of state. */
export const transitionSchema = openObject({
  /** Version the task has after it. */
  version: positive,
  from: z.nullable(state),
  to: state,
  cause: openSet(TransitionCause),
  /** `system:<function>` or the operator's identity. */
  actor: z.string(),
  reason: z.optional(z.string()),
  errorCode: z.optional(errorCode),
  proof: z.optional(proof),
  attempt: count,
  deferrals: count,
  generation: positive,
  atMs: epochMs,
  /** Identity of the write that made it. */
  attemptId: z.string(),
});
/** One change of state. */
export type Transition = z.infer<typeof transitionSchema>;

/** Maximum transitions in the task itself, newest last; the audit trail is repaired from them after an outage. */
export const MAX_HISTORY = 40;

/** A task as stored: quote-scoped action request, typed payload and lifecycle. */
export const executionTaskSchema = openObject({
  schemaVersion: z.literal(SCHEMA_VERSION),
  taskId: taskIdSchema,
  quoteId: z.string(),
  kind,
  idempotencyKey: z.string(),
  taskHash: z.string(),
  /** Canonical JSON of the payload; parsed only by the worker of the kind. */
  payloadJson: z.string(),
  state,
  version: positive,
  generation: positive,
  attempt: count,
  deferrals: count,
  maxAttempts: positive,
  createdAtMs: epochMs,
  updatedAtMs: epochMs,
  /** No deferral or backoff ends after this time. */
  deadlineAtMs: epochMs,
  /** Owner token of the claim; present while `running` only. */
  owner: z.optional(z.string()),
  /** Execution the claim was made for; present while `running` only. */
  workerId: z.optional(z.string()),
  leaseExpiresAtMs: z.optional(epochMs),
  /** Earliest next claim; present while `retryable_failed` only. */
  nextAttemptAtMs: z.optional(epochMs),
  /** When the sweep looks at it if nothing else happens; absent once it has ended. */
  dueAtMs: z.optional(epochMs),
  /** The effect of an attempt may exist without our knowledge: the next attempt probes first. */
  inDoubt: z.optional(z.literal(true)),
  /** Present while the task waits because its kind is paused; in `queued` and `retryable_failed` only. */
  hold: z.optional(holdSchema),
  error: z.optional(taskErrorSchema),
  result: z.optional(effectResultSchema),
  fingerprint: z.optional(z.string()),
  proof: z.optional(proof),
  attemptId: z.string(),
  history: z.array(transitionSchema).check(z.minLength(1), z.maxLength(MAX_HISTORY)),
});
/** A task as stored, by this release or by a newer one beside it. */
export type StoredTask = z.infer<typeof executionTaskSchema>;
/**
 * A task that this release may move: it knows kind and state. History and error may have words of a newer release, which stay as
 * they are.
 */
export type ExecutionTask = Omit<StoredTask, 'kind' | 'state'> & {
  kind: ActionKind;
  state: ExecutionState;
};

/** Whether this release knows the kind and the state of the task. If not, only the release that knows them moves it. */
export const isKnownTask = (task: StoredTask): task is ExecutionTask =>
  isWordOf(ActionKind, task.kind) && isWordOf(ExecutionState, task.state);

const closedTransitionSchema = z.strictObject({
  ...transitionSchema.shape,
  from: z.nullable(z.enum(ExecutionState)),
  to: z.enum(ExecutionState),
  cause: z.enum(TransitionCause),
  errorCode: z.optional(z.enum(ALL_ERROR_CODES)),
  proof: z.optional(z.enum(EffectProof)),
});

/**
 * A task with only words and fields of this release. Only such a task may be migrated down, because the readers of version 1 are
 * closed.
 */
export const closedTaskSchema = z.strictObject({
  ...executionTaskSchema.shape,
  kind: z.enum(ActionKind),
  state: z.enum(ExecutionState),
  hold: z.optional(z.strictObject(holdSchema.shape)),
  error: z.optional(
    z.strictObject({
      ...taskErrorSchema.shape,
      code: z.enum(ALL_ERROR_CODES),
      causeCode: z.optional(z.enum(ALL_ERROR_CODES)),
    }),
  ),
  result: z.optional(z.strictObject(effectResultSchema.shape)),
  proof: z.optional(z.enum(EffectProof)),
  history: z.array(closedTransitionSchema).check(z.minLength(1), z.maxLength(MAX_HISTORY)),
});

/** One item of the audit trail; (taskId, version) is its identity, so a second delivery changes nothing. */
export const auditRecordSchema = openObject({
  /** The version in which it was written: the trail is append-only, so older records keep theirs. */
  schemaVersion: z.literal(READABLE_SCHEMA_VERSIONS),
  taskId: z.string(),
  quoteId: z.string(),
  kind,
  ...transitionSchema.shape,
});
/** One item of the audit trail. */
export type AuditRecord = z.infer<typeof auditRecordSchema>;
