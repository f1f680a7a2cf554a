/** The actions of an operator on a task: one guarded transition each. */
import { QueueError } from '../../../shared/domain/errors.ts';
import type { Clock, Ids } from '../../../shared/domain/ports.ts';
import { TransitionCause } from '../../contracts/lifecycle-states.ts';
import type { ExecutionTask } from '../../contracts/records.ts';
import { startDriver } from '../driver/start-driver.ts';
import type { ExecutionDriver, ExecutionQueueRepo } from '../ports.ts';
import { mustKnow } from './foreign.ts';
import { existingTask } from './existing-task.ts';
import { contextOf, type TransitionContext } from './move-task.ts';
import { redriven, stopped } from './transitions.ts';

/** Actions of an operator. */
export type OperatorAction = 'retry' | 'abandon' | 'cancel';

/** Options of operating. */
export interface OperateOptions {
  readonly queue: Pick<ExecutionQueueRepo, 'get' | 'replace'>;
  readonly driver: Pick<ExecutionDriver, 'start'>;
  readonly clock: Clock;
  /** Identities of the writes; a repeated action may reuse its identity. */
  readonly ids: Ids;
}

/**
 * One guarded transition by an operator; `retry` raises the generation and starts its driver.
 * @param version version that the operator saw
 * @param actor the operator; stored in the audit trail
 * @param reason reason, for people
 * @throws {QueueError} `TASK_NOT_FOUND`, `STALE_VERSION` or `ILLEGAL_TRANSITION`, also for a task of a newer release: nothing
 * is written
 * @throws {QueueError} `DRIVER_NOT_STARTED`: the transition is stored, the sweep starts the driver
 */
export type Operate = (
  taskId: string,
  action: OperatorAction,
  version: number,
  actor: string,
  reason?: string,
) => Promise<ExecutionTask>;

function operated(task: ExecutionTask, action: OperatorAction, context: TransitionContext): ExecutionTask {
  switch (action) {
    case 'retry':
      return redriven(task, TransitionCause.OperatorRetry, context);
    case 'abandon':
      return stopped(task, TransitionCause.OperatorAbandon, context);
    case 'cancel':
      return stopped(task, TransitionCause.OperatorCancel, context);
  }
}

/** Creates {@link Operate}. */
export const createOperate =
  (options: OperateOptions): Operate =>
  async (taskId, action, version, actor, reason) => {
    const { queue, driver } = options;
    const found = await existingTask(queue, taskId);
    if (found.version !== version) {
      throw new QueueError('STALE_VERSION', {
        detail: `The task is at version ${found.version}, not ${version}`,
      });
    }
    const task = mustKnow(found);
    const written = await queue.replace(task, operated(task, action, contextOf(options, actor, reason)));
    if (written.kind === 'conflict') throw new QueueError('STALE_VERSION');
    if (action === 'retry') await startDriver(driver, written.task);
    return written.task;
  };
