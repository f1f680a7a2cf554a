/** Ending the attempt of a claimed task with its error. */
import type { ExecutionQueueService } from '../queue-service.ts';
import { contextOf } from '../task/move-task.ts';
import type { RetryPolicy } from '../task/task-policy.ts';
import { decideRetry } from '../task/retry-policy.ts';
import { failed } from '../task/transitions.ts';
import type { CompleteOptions } from './complete.ts';
import { fencedWrite } from './fenced-write.ts';

/** Options of failing. */
export interface FailOptions extends CompleteOptions {
  readonly retryPolicy: RetryPolicy;
}

/** The use case of {@link ExecutionQueueService.fail}. */
export const createFail =
  (options: FailOptions): ExecutionQueueService['fail'] =>
  async (task, error, policy = options.retryPolicy) => {
    const context = contextOf(options, options.actor);
    const decision = decideRetry(task, error, policy, context.nowMs);
    return {
      task: await fencedWrite(options.queue, task, failed(task, error, decision, context)),
      decision,
    };
  };
