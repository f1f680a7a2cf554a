/**
 * Decides from a task's transitions alone whether it was stuck: a worker was lost, or the sweep had to act. A pause does not
 * count as stuck, and the time for which a task was held does not count.
 */
import { hasRole } from '../../../shared/contracts/error-codes.ts';
import { RECOVERY_LIMIT_MS } from '../../contracts/kpi-contract.ts';
import { TransitionCause } from '../../contracts/lifecycle-states.ts';
import type { Transition } from '../../contracts/records.ts';
import { isEnded } from '../task/lifecycle.ts';

/** The fields of a transition that are needed. */
export type TrailEntry = Pick<Transition, 'version' | 'to' | 'cause' | 'errorCode' | 'atMs'>;

/** The outcome of a stuck action. */
export type StuckOutcome =
  /** Completed or failed_terminal within the limit. */
  | 'in_time'
  /** Completed or failed_terminal after the limit, or open beyond it. */
  | 'late'
  /** Open and within the limit, so the outcome is not known yet. */
  | 'pending';

/** Whether this transition shows that the action was stuck. */
export const showsStuck = ({ cause, errorCode }: TrailEntry): boolean =>
  cause === TransitionCause.RecoverStale || hasRole(errorCode, 'lost_worker');

/** Time for which a trail was held after `fromMs`, in ms: from each `hold` to the next transition, or to `untilMs`. */
function heldMs(trail: readonly TrailEntry[], fromMs: number, untilMs: number): number {
  return trail.reduce((sum, entry, index) => {
    if (entry.cause !== TransitionCause.Hold) return sum;
    const endMs = trail[index + 1]?.atMs ?? untilMs;
    return sum + Math.max(0, endMs - Math.max(entry.atMs, fromMs));
  }, 0);
}

/**
 * Time at which the action became stuck first, in ms since the epoch: that of the transition before the first one that shows
 * it. If that transition is missing, the one that shows it is used. `undefined` if the action was never stuck.
 * @param trail in order of version
 */
export function stuckSinceMs(trail: readonly TrailEntry[]): number | undefined {
  const shown = trail.findIndex(showsStuck);
  return (trail[shown - 1] ?? trail[shown])?.atMs;
}

/**
 * The outcome of a stuck action; `undefined` if it was never stuck.
 * @param trail in order of version
 * @param nowMs ms since the epoch; matters only for open actions
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
