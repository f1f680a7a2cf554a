/** The ports of the queue's domain. Adapters implement them; tests and simulations may too. */
import type { ActionKind } from '../../actions/kinds.ts';
import type { ExecutionState } from '../contracts/lifecycle-states.ts';
import type { Pause, PauseRecord } from '../contracts/controls.ts';
import type { AuditRecord, ExecutionTask, StoredTask } from '../contracts/records.ts';
import type { ExecutionInput } from '../contracts/state-machine-io.ts';
import type { EffectOutcome } from '../../shared/domain/effect.ts';

/** The result of a conditional write. */
export type WriteResult =
  | { readonly kind: 'stored'; readonly task: ExecutionTask }
  /** Another write came first; `current` is the stored task (absent if the task does not exist). */
  | { readonly kind: 'conflict'; readonly current: StoredTask | undefined };

/** A stored task that cannot be read. */
export interface DamagedTask {
  /** Its key: the id of a task, unless the key itself is damaged. */
  readonly taskId: string;
  /** Fields, and what was expected of each; never a stored value. */
  readonly detail: string;
}

/** An entry of a listing: a task, or what is known of a damaged one. */
export type ListedTask = {
  /** Opaque; use it to get the entries after this one. */
  readonly cursor: string;
} & (
  | { readonly task: StoredTask; readonly damaged?: never }
  | { readonly damaged: DamagedTask; readonly task?: never }
);

/** One page of a listing. */
export interface TaskPage {
  readonly entries: readonly ListedTask[];
  /** Opaque; pass it to get the next page. Absent on the last page. */
  readonly cursor?: string;
}

/** Filters of a listing. */
export interface ListOptions {
  /** A damaged task passes every filter, because its state is unknown. */
  readonly state?: ExecutionState;
  /** Maximum entries, 1 to 100. */
  readonly limit: number;
  readonly cursor?: string;
}

/** Position of a task in a shard of the index of due tasks. */
export interface DuePosition {
  readonly dueAtMs: number;
  readonly taskId: string;
}

/** A query of a shard. */
export interface DueQuery {
  /** One of `DUE_SHARD_NAMES` or `heldShardNames`. */
  readonly shard: string;
  /** Tasks due later than this are left out; in ms since the epoch. */
  readonly untilMs: number;
  /** Maximum candidates of the page, at least 1. */
  readonly limit: number;
  /** Only entries after this position. @default from the head, the task that has been due longest */
  readonly after?: DuePosition;
}

/** One page of a shard. */
export interface DuePage {
  /** The task that has been due longest comes first. */
  readonly candidates: readonly DuePosition[];
  /** Start of the next page; absent at the end of the shard. */
  readonly next?: DuePosition;
}

/**
 * Single tasks. Every write is one conditional write. Our own write whose answer was lost is recognised by its attempt id and
 * reported as stored.
 */
export interface TaskStore {
  /** Stores a new task unless its id is used; `conflict` has the existing task. */
  putIfAbsent(task: ExecutionTask): Promise<WriteResult>;
  /** Strongly consistent read. @throws {QueueError} `STORED_RECORD_INVALID` */
  get(taskId: string): Promise<StoredTask | undefined>;
  /** Replaces `previous` by `next`, if version and owner are still those of `previous`. */
  replace(previous: ExecutionTask, next: ExecutionTask): Promise<WriteResult>;
}

/** The queue's entries. */
export interface ExecutionQueueRepo extends TaskStore {
  /**
   * Tasks of a quote in order of enqueueing, including damaged ones; eventually consistent. @throws {QueueError} on an invalid
   * cursor
   */
  listByQuote(quoteId: string, options: ListOptions): Promise<TaskPage>;
  /** A page of a shard of the index of due tasks; eventually consistent: candidates only. */
  pageDue(query: DueQuery): Promise<DuePage>;
  /** Ids of tasks whose `dueAtMs` has passed; eventually consistent: candidates only. */
  listDue(nowMs: number, limit: number): Promise<readonly string[]>;
  /** Ids of held tasks of a kind, oldest hold first within a shard; eventually consistent: candidates only. */
  listHeld(kind: ActionKind, nowMs: number, limit: number): Promise<readonly string[]>;
}

/** A stored audit record that cannot be read. */
export interface DamagedRecord {
  /** Version of the task in the record; the stored number, even if it is wrong. */
  readonly version: number;
  /** Fields, and what was expected of each; never a stored value. */
  readonly detail: string;
}

/** The audit records of one task, in order of version. */
export interface StoredTrail {
  readonly records: readonly AuditRecord[];
  /** Records that cannot be read. */
  readonly damaged: readonly DamagedRecord[];
}

/** Append-only transition and decision events. */
export interface ExecutionAuditRepo {
  /**
   * Appends unless (taskId, version) exists; a second delivery changes nothing. Also returns `appended` if the answer to our
   * own first request was lost.
   * @throws {QueueError} `STORED_RECORD_INVALID` when another transition is stored under this version
   */
  append(record: AuditRecord): Promise<'appended' | 'already_there'>;
  /** The trail of a task, strongly consistent; a damaged record hides no other record. */
  readTrail(taskId: string): Promise<StoredTrail>;
  /** The versions from 1 to `version` that have a record, in order; eventually consistent. */
  versionsUpTo(taskId: string, version: number): Promise<readonly number[]>;
}

/** Tells which kinds are paused. */
export interface PauseSource {
  /** The pause of a kind, or `undefined` if its actions may start; may be a second old. */
  pauseOf(kind: ActionKind): Promise<Pause | undefined>;
}

/** Stores the pauses of kinds. */
export interface PauseRepo extends PauseSource {
  /** The record of a kind, strongly consistent; `undefined` if the kind was never paused. */
  read(kind: ActionKind): Promise<PauseRecord | undefined>;
  /**
   * Writes `next` if the record is still `previous` (or absent); returns whether it did. Our own write whose answer was lost
   * counts as done.
   */
  write(previous: PauseRecord | undefined, next: PauseRecord): Promise<boolean>;
}

/** The status of an execution, in Step Functions' words; `missing` if no execution has that name (any more). */
export type ExecutionStatus = 'running' | 'succeeded' | 'failed' | 'aborted' | 'timed_out' | 'missing';

/** Starts executions. */
export interface ExecutionDriver {
  /**
   * Starts `<taskId>-<generation>`. Starting the same one again changes nothing.
   * @throws {QueueError} `DRIVER_NOT_STARTED`
   */
  start(input: ExecutionInput): Promise<'started' | 'already_started'>;
  /** The status of the driver of a generation. */
  status(taskId: string, generation: number): Promise<ExecutionStatus>;
}

/** Runs an effect under the ledger. */
export interface EffectRunner {
  /**
   * Applies, probes or replays the effect of a claimed task.
   * @throws {LeaseLost} when the ledger refuses this owner; @throws {QueueError} otherwise
   */
  run(task: ExecutionTask): Promise<EffectOutcome>;
}
