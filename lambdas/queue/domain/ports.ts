/** What the domain needs from the outside. Adapters implement these; tests and simulations may too. */
import type { ActionKind } from '../../actions/kinds.ts';
import type { ExecutionState } from '../contracts/lifecycle-states.ts';
import type { Pause, PauseRecord } from '../contracts/controls.ts';
import type { AuditRecord, ExecutionTask, StoredTask } from '../contracts/records.ts';
import type { ExecutionInput } from '../contracts/state-machine-io.ts';
import type { EffectOutcome } from '../../shared/domain/effect.ts';

/** Answer of a conditional write. */
export type WriteResult =
  | { readonly kind: 'stored'; readonly task: ExecutionTask }
  /** Somebody else's write came first; `current` is what stands there (absent when there is no task). */
  | { readonly kind: 'conflict'; readonly current: StoredTask | undefined };

/** A task that is stored and cannot be read. */
export interface DamagedTask {
  /** Its key: the id of a task, unless that is what is damaged. */
  readonly taskId: string;
  /** Fields, and what was expected of each; never what is stored. */
  readonly detail: string;
}

/** An entry of a listing: a task, or what is known of one that cannot be read. */
export type ListedTask = {
  /** Opaque; gives the entries behind this one. */
  readonly cursor: string;
} & (
  | { readonly task: StoredTask; readonly damaged?: never }
  | { readonly damaged: DamagedTask; readonly task?: never }
);

/** One page of a listing. */
export interface TaskPage {
  readonly entries: readonly ListedTask[];
  /** Opaque; give it back for the next page. Absent on the last page. */
  readonly cursor?: string;
}

/** Filters of a listing. */
export interface ListOptions {
  /** A task that cannot be read passes every filter: nobody can say in which state it is. */
  readonly state?: ExecutionState;
  /** 1 to 100. */
  readonly limit: number;
  readonly cursor?: string;
}

/** Where a task stands in a shard of the index of due tasks. */
export interface DuePosition {
  readonly dueAtMs: number;
  readonly taskId: string;
}

/** What is asked of a shard. */
export interface DueQuery {
  /** One of `DUE_SHARD_NAMES` or `heldShardNames`. */
  readonly shard: string;
  /** Tasks due later than this, in ms since the epoch, are left out. */
  readonly untilMs: number;
  /** Most candidates of the page, at least 1. */
  readonly limit: number;
  /** Only what stands behind this position. @default from the head, which is due longest */
  readonly after?: DuePosition;
}

/** One page of a shard. */
export interface DuePage {
  /** Due longest first. */
  readonly candidates: readonly DuePosition[];
  /** Where the next page starts; absent at the end of the shard. */
  readonly next?: DuePosition;
}

/**
 * Single tasks. Every write is one conditional write; a write of our own whose answer was lost is recognised by its attempt
 * id and reported as stored.
 */
export interface TaskStore {
  /** Stores a new task unless its id is taken; `conflict` carries the task that is there. */
  putIfAbsent(task: ExecutionTask): Promise<WriteResult>;
  /** Strongly consistent read. @throws {QueueError} `STORED_RECORD_INVALID` */
  get(taskId: string): Promise<StoredTask | undefined>;
  /** Replaces `previous` by `next`, if version and owner are still those of `previous`. */
  replace(previous: ExecutionTask, next: ExecutionTask): Promise<WriteResult>;
}

/** The queue's entries. */
export interface ExecutionQueueRepo extends TaskStore {
  /** Tasks of a quote in order of enqueueing, damaged ones too; eventually consistent. @throws {QueueError} on a bad cursor */
  listByQuote(quoteId: string, options: ListOptions): Promise<TaskPage>;
  /** A page of a shard of the index of due tasks; eventually consistent: candidates only. */
  pageDue(query: DueQuery): Promise<DuePage>;
  /** Ids of tasks whose `dueAtMs` has passed; eventually consistent: candidates only. */
  listDue(nowMs: number, limit: number): Promise<readonly string[]>;
  /** Ids of held tasks of a kind, oldest hold first within a shard; eventually consistent: candidates only. */
  listHeld(kind: ActionKind, nowMs: number, limit: number): Promise<readonly string[]>;
}

/** An audit record that is stored and cannot be read. */
export interface DamagedRecord {
  /** Version of the task that it is the record of; the number that is stored, whatever it is. */
  readonly version: number;
  /** Fields, and what was expected of each; never what is stored. */
  readonly detail: string;
}

/** The audit records of one task, in order of version. */
export interface StoredTrail {
  readonly records: readonly AuditRecord[];
  /** Those that cannot be read. */
  readonly damaged: readonly DamagedRecord[];
}

/** Append-only transition and decision events. */
export interface ExecutionAuditRepo {
  /**
   * Appends unless (taskId, version) is there; a second delivery changes nothing. `appended` also when the answer to the
   * first of two requests of ours was lost.
   * @throws {QueueError} `STORED_RECORD_INVALID` when another transition is recorded under this version
   */
  append(record: AuditRecord): Promise<'appended' | 'already_there'>;
  /** The trail of a task, strongly consistent; a record that cannot be read hides none of the others. */
  readTrail(taskId: string): Promise<StoredTrail>;
  /** The versions from 1 to `version` that have a record, in order; eventually consistent. */
  versionsUpTo(taskId: string, version: number): Promise<readonly number[]>;
}

/** Tells which kinds are paused. */
export interface PauseSource {
  /** The pause of a kind, or `undefined` when its actions may start; may be a second old. */
  pauseOf(kind: ActionKind): Promise<Pause | undefined>;
}

/** Keeps what operators said about kinds. */
export interface PauseRepo extends PauseSource {
  /** The record of a kind, strongly consistent; `undefined` while nobody has ever paused it. */
  read(kind: ActionKind): Promise<PauseRecord | undefined>;
  /**
   * Writes `next` if the record is still `previous` (or absent); whether it did. A write of our own whose answer was lost
   * counts as done.
   */
  write(previous: PauseRecord | undefined, next: PauseRecord): Promise<boolean>;
}

/** What became of an execution, in Step Functions' words; `missing` when there is none of that name (any more). */
export type ExecutionStatus = 'running' | 'succeeded' | 'failed' | 'aborted' | 'timed_out' | 'missing';

/** Starts executions. */
export interface ExecutionDriver {
  /**
   * Starts `<taskId>-<generation>`. Starting the same one again changes nothing.
   * @throws {QueueError} `DRIVER_NOT_STARTED`
   */
  start(input: ExecutionInput): Promise<'started' | 'already_started'>;
  /** What became of the driver of a generation. */
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
