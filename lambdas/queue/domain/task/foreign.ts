/** Records of a newer release. This release keeps them unchanged, counts them separately and moves no such task. */
import { ActionKind } from '../../../actions/kinds.ts';
import { isErrorCode } from '../../../shared/contracts/error-codes.ts';
import { isWordOf } from '../../../shared/contracts/stored-fields.ts';
import { QueueError } from '../../../shared/domain/errors.ts';
import { ExecutionState, TransitionCause } from '../../contracts/lifecycle-states.ts';
import {
  type ExecutionTask,
  isKnownTask,
  type StoredTask,
  type Transition,
} from '../../contracts/records.ts';

/** Whether a transition has a state, a cause or an error code that this release does not know. */
export const isForeignTransition = ({
  to,
  cause,
  errorCode,
}: Pick<Transition, 'to' | 'cause' | 'errorCode'>): boolean =>
  !isWordOf(ExecutionState, to) ||
  !isWordOf(TransitionCause, cause) ||
  (errorCode !== undefined && !isErrorCode(errorCode));

/** Whether this release does not know a kind. @param kind absent if it is known to be a kind of this release */
export const isForeignKind = (kind: string | undefined): boolean =>
  kind !== undefined && !isWordOf(ActionKind, kind);

/**
 * The task, if this release may move it.
 * @throws {QueueError} `ILLEGAL_TRANSITION` naming kind and state: only the release that wrote the task moves it
 */
export function mustKnow(task: StoredTask): ExecutionTask {
  if (isKnownTask(task)) return task;
  throw new QueueError('ILLEGAL_TRANSITION', {
    detail: `${task.taskId} is a ${task.kind} that is ${task.state}; a newer release wrote it, and only that one moves it`,
  });
}
