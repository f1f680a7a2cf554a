/** What an operator may ask for, as a transition. */
import { TransitionCause } from '../../contracts/lifecycle-states.ts';
import type { ExecutionTask } from '../../contracts/records.ts';
import type { OperatorAction } from '../queue-types.ts';
import { redriven, stopped, type TransitionContext } from './transitions.ts';

/**
 * The task after the action.
 * @throws {QueueError} `ILLEGAL_TRANSITION` when the lifecycle does not allow it
 */
export function operated(
  task: ExecutionTask,
  action: OperatorAction,
  context: TransitionContext,
): ExecutionTask {
  switch (action) {
    case 'retry':
      return redriven(task, TransitionCause.OperatorRetry, context);
    case 'abandon':
      return stopped(task, TransitionCause.OperatorAbandon, context);
    case 'cancel':
      return stopped(task, TransitionCause.OperatorCancel, context);
  }
}
