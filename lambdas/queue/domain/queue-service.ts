/**
 * The queue's contract: the five operations of its specification. Each is a use case of its own, made by a `create…`
 * function with only the ports that it needs: `enqueue/enqueue.ts`, `driver/claim.ts`, `driver/complete.ts`,
 * `driver/fail.ts` and `recovery/recover-stale.ts`. An operation makes at most one conditional write per transition; the
 * caller that loses a race gets a typed answer and has written nothing.
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

/** See the file head. */
export interface ExecutionQueueService {
  /**
   * Stores the task unless its key is taken, then starts its driver. Delivered again it returns the same task and
   * makes sure that the driver of a task that is still queued runs.
   * @throws {SnapshotRefused} naming each field; @throws {QueueError} `IDEMPOTENCY_KEY_REUSED`; nothing is written
   * @throws {QueueError} `DRIVER_NOT_STARTED`: the task is stored, sending the same request again starts it
   */
  readonly enqueue: (request: EnqueueRequest) => Promise<EnqueueResult>;
  /**
   * Grants the task to `workerId` if it is due and this generation drives it. A lease that ran out is recovered first
   * and the task waits for its backoff. A task of a paused kind is held instead, also when the pause is damaged, and no
   * attempt is used up. Delivered again it grants a second lease only when the first is over.
   * @param worker which one asks; a task of another worker's kind is left as it is. @default any
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
   * `running` → `retryable_failed` or `failed_terminal`, as the error's kind and the policy say.
   * @param policy @default the one that the use case was made with
   * @throws {LeaseLost} if the task has another version or owner by now; nothing has been written
   */
  readonly fail: (task: ExecutionTask, error: QueueError, policy?: RetryPolicy) => Promise<TransitionResult>;
  /**
   * Gives every task that is stuck at `nowMs` its next driver, and every held task whose kind is not paused any more.
   * Two calls at once are safe: each recovery is a conditional write, and the loser skips the task. What is left when a
   * limit is reached is found by the next call.
   * @param run bounds, and where the call before stopped; its `onReport` is told what was found, also before a throw
   * @throws {AggregateError} after all others were recovered, with the error of each task that could not be, its message naming them
   */
  readonly recoverStale: (nowMs: number, run?: RecoverStaleRun) => Promise<readonly RecoveredTask[]>;
}
