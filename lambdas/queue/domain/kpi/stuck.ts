/**
 * What being stuck is, read from a task's transitions alone: a worker was lost, or the sweep had to step in. A pause is
 * none of that, and the time that a task was held does not count.
 */
import { hasRole } from '../../../shared/contracts/error-codes.ts';
import { RECOVERY_LIMIT_MS } from '../../contracts/kpi-contract.ts';
import { TransitionCause } from '../../contracts/lifecycle-states.ts';
import type { Transition } from '../../contracts/records.ts';
import { isEnded } from '../task/lifecycle.ts';

/** What is needed of a transition. */
export type TrailEntry = Pick<Transition, 'version' | 'to' | 'cause' | 'errorCode' | 'atMs'>;

/** What became of a stuck action. */
export type StuckOutcome =
  /** Completed or failed_terminal within the limit. */
  | 'in_time'
  /** Completed or failed_terminal after it, or open beyond it. */
  | 'late'
  /** Open, and still within the limit: nobody can say yet. */
  | 'pending';

/** Whether this transition shows that the action was stuck. */
export const showsStuck = ({ cause, errorCode }: TrailEntry): boolean =>
  cause === TransitionCause.RecoverStale || hasRole(errorCode, 'lost_worker');

/**
 * How long a trail was held after `fromMs`, in ms: from each `hold` to the transition after it, or to `untilMs`.
 */
function heldMs(trail: readonly TrailEntry[], fromMs: number, untilMs: number): number {
  return trail.reduce((sum, entry, index) => {
    if (entry.cause !== TransitionCause.Hold) return sum;
    const endMs = trail[index + 1]?.atMs ?? untilMs;
    return sum + Math.max(0, endMs - Math.max(entry.atMs, fromMs));
  }, 0);
}

/**
 * When the action became stuck for the first time: at the transition before the first one that shows it, in ms since the
 * epoch. `undefined` when it never was. Where that transition is missing the one that shows it has to do.
 * @param trail in order of version
 */
export function stuckSinceMs(trail: readonly TrailEntry[]): number | undefined {
  const shown = trail.findIndex(showsStuck);
  return (trail[shown - 1] ?? trail[shown])?.atMs;
}

/**
 * What became of an action that was stuck; `undefined` when it never was.
 * @param trail in order of version
 * @param nowMs ms since the epoch; matters for open ones only
 */
export function stuckOutcomeOf(trail: readonly TrailEntry[], nowMs: number): StuckOutcome | undefined {
  const sinceMs = stuckSinceMs(trail);
  if (sinceMs === undefined) return undefined;
  const end = trail.find(({ to }) => isEnded(to));
  const untilMs = end?.atMs ?? nowMs;
  const tookMs = untilMs - sinceMs - heldMs(trail, sinceMs, untilMs);
  if (end === undefined) return tookMs < RECOVERY_LIMIT_MS ? 'pending' : 'late';
  return tookMs <= RECOVERY_LIMIT_MS ? 'in_time' : 'late';
}
