/** Ends an attempt whose worker is lost: it is unknown whether its effect was applied. */
import { QueueError } from '../../../shared/domain/errors.ts';
import type { Clock, Ids } from '../../../shared/domain/ports.ts';
import type { TransitionCause } from '../../contracts/lifecycle-states.ts';
import type { ExecutionTask } from '../../contracts/records.ts';
import { contextOf } from '../task/move-task.ts';
import type { RetryPolicy } from '../task/task-policy.ts';
import { decideRetry } from '../task/retry-policy.ts';
import { failed } from '../task/transitions.ts';

/** Options of ending an attempt. */
export interface LostAttemptOptions {
  readonly clock: Clock;
  readonly ids: Ids;
  readonly retryPolicy: RetryPolicy;
  /** The actor of the transition: `system:<function>`. */
  readonly actor: string;
}

/** The task after its attempt. @param cause @default `fail` */
export function attemptLost(
  { retryPolicy, actor, ...system }: LostAttemptOptions,
  task: ExecutionTask,
  reason: string,
  cause?: typeof TransitionCause.RecoverStale,
): ExecutionTask {
  const context = contextOf(system, actor, reason);
  const error = new QueueError('WORKER_LOST', { detail: reason });
  return failed(task, error, decideRetry(task, error, retryPolicy, context.nowMs), context, cause);
}
