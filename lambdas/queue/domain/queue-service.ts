/**
 * The queue's contract: the five operations of its specification. Each is a separate use case, created by a `create…` function
 * with only the ports that it needs: `enqueue/enqueue.ts`, `driver/claim.ts`, `driver/complete.ts`, `driver/fail.ts` and
 * `recovery/recover-stale.ts`. An operation makes at most one conditional write per transition. A caller that loses a race gets
 * a typed answer and has written nothing.
 */
import type { Worker } from '../../actions/kinds.ts';
import type { EffectOutcome } from '../../shared/domain/effect.ts';
import type { QueueError } from '../../shared/domain/errors.ts';
import type { ExecutionTask } from '../contracts/records.ts';
import type {
  ClaimResult,
  EnqueueRequest,
  EnqueueResult,
  RecoverStaleRun,
  TransitionResult,
} from './queue-types.ts';
import type { RecoveredTask } from './recovery/recovery.ts';
import type { RetryPolicy } from './task/task-policy.ts';

/** The five operations of the queue. */
export interface ExecutionQueueService {
  /**
   * Stores the task unless its key is used, then starts its driver. Delivered again, it returns the same task and makes sure
   * that the driver of a queued task runs.
   * @throws {SnapshotRefused} with each field; @throws {QueueError} `IDEMPOTENCY_KEY_REUSED`; nothing is written
   * @throws {QueueError} `DRIVER_NOT_STARTED`: the task is stored, sending the same request again starts it
   */
  readonly enqueue: (request: EnqueueRequest) => Promise<EnqueueResult>;
  /**
   * Grants the task to `workerId` if it is due and this generation drives it. An expired lease is recovered first, and the task
   * waits for its backoff. A task of a paused kind is held instead, also if the pause is damaged, and uses no attempt.
   * Delivered again, it grants a second lease only after the first is over.
   * @param worker the worker that asks; a task of another worker's kind is not changed. @default any
   */
  readonly claim: (
    taskId: string,
    generation: number,
    workerId: string,
    worker?: Worker,
  ) => Promise<ClaimResult>;
  /**
   * `running` → `completed`. `task` is the claimed task: its version and owner are the fence.
   * @throws {LeaseLost} if the task has another version or owner by now; nothing has been written
   */
  readonly complete: (task: ExecutionTask, outcome: EffectOutcome) => Promise<ExecutionTask>;
  /**
   * `running` → `retryable_failed` or `failed_terminal`, according to the error's kind and the policy.
   * @param policy @default the policy with which the use case was created
   * @throws {LeaseLost} if the task has another version or owner by now; nothing has been written
   */
  readonly fail: (task: ExecutionTask, error: QueueError, policy?: RetryPolicy) => Promise<TransitionResult>;
  /**
   * Gives every task that is stuck at `nowMs` its next driver, and every held task whose kind is no longer paused. Two
   * concurrent calls are safe: each recovery is a conditional write, and the loser skips the task. Tasks that are left when a
   * limit is reached are found by the next call.
   * @param run bounds, and where the previous call stopped; its `onReport` gets what was found, also before a throw
   * @throws {AggregateError} after all others were recovered, with the error of each task that could not be; its message names
   * them
   */
  readonly recoverStale: (nowMs: number, run?: RecoverStaleRun) => Promise<readonly RecoveredTask[]>;
}
