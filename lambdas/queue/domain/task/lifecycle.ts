/** The lifecycle as data: the only legal transitions. Completed and failed_terminal tasks never change. */
import { ExecutionState, TransitionCause } from '../../contracts/lifecycle-states.ts';
import type { Transition } from '../../contracts/records.ts';
import { QueueError } from '../../../shared/domain/errors.ts';

/** One row of the table. `from` is `null` for the first transition of a task. */
export interface LifecycleRow {
  readonly from: ExecutionState | null;
  readonly to: ExecutionState;
  readonly cause: TransitionCause;
}

const { Queued, Running, RetryableFailed, FailedTerminal, Completed } = ExecutionState;
const C = TransitionCause;

/**
 * Every legal transition. `retry`, `recoverStale` and `release` keep the state and
 * raise the generation; `hold` keeps both.
 */
export const LIFECYCLE: readonly LifecycleRow[] = [
  { from: null, to: Queued, cause: C.Enqueue },
  { from: Queued, to: Running, cause: C.Claim },
  { from: Queued, to: FailedTerminal, cause: C.OperatorCancel },
  { from: Queued, to: Queued, cause: C.OperatorRetry },
  { from: Queued, to: Queued, cause: C.RecoverStale },
  { from: RetryableFailed, to: RetryableFailed, cause: C.OperatorRetry },
  { from: RetryableFailed, to: RetryableFailed, cause: C.RecoverStale },
  { from: Queued, to: Queued, cause: C.Hold },
  { from: Queued, to: Queued, cause: C.Release },
  { from: RetryableFailed, to: RetryableFailed, cause: C.Hold },
  { from: RetryableFailed, to: RetryableFailed, cause: C.Release },
  { from: Running, to: Completed, cause: C.Complete },
  { from: Running, to: RetryableFailed, cause: C.Fail },
  { from: Running, to: RetryableFailed, cause: C.RecoverStale },
  { from: Running, to: FailedTerminal, cause: C.Fail },
  { from: RetryableFailed, to: Running, cause: C.Claim },
  { from: RetryableFailed, to: FailedTerminal, cause: C.OperatorAbandon },
];

/** States that never change. */
export const ENDED_STATES: readonly ExecutionState[] = [Completed, FailedTerminal];

/** Whether a state never changes. */
export const isEnded = (state: string): boolean => ENDED_STATES.some((ended) => ended === state);

/** Whether the table has the row. */
export const isLegal = (row: Pick<Transition, 'from' | 'to' | 'cause'>): boolean =>
  LIFECYCLE.some((legal) => legal.from === row.from && legal.to === row.to && legal.cause === row.cause);

/** The causes that may move a task from a state, in the table's order, without repetition. */
const causesFrom = (from: ExecutionState | null): readonly TransitionCause[] => [
  ...new Set(LIFECYCLE.filter((legal) => legal.from === from).map(({ cause }) => cause)),
];

/** Why a row is refused, for people: the state, the cause, and the possible causes. */
function refusalText({ from, to, cause }: LifecycleRow): string {
  const causes = causesFrom(from);
  const isElsewhere = causes.includes(cause);
  const what = `A task that is ${from ?? 'not there yet'} cannot be moved${isElsewhere ? ` to ${to}` : ''} by ${cause}`;
  return causes.length === 0
    ? `${what}: nothing moves it any more`
    : `${what}; what may move it is ${causes.join(', ')}`;
}

/**
 * @throws {QueueError} `ILLEGAL_TRANSITION` when the table does not have the row, with state, cause and the possible causes;
 * nothing has been written then.
 */
export function assertLegal(row: LifecycleRow): void {
  if (isLegal(row)) return;
  throw new QueueError('ILLEGAL_TRANSITION', {
    detail: refusalText(row),
  });
}
