/**
 * The maximum time for which a task may be stuck: the sum of the maximum of every wait, from the constants that define them.
 */
import { POLICY } from '../task/policy.ts';
import { DEFAULT_RETRY_POLICY } from '../task/task-policy.ts';

/** The limit of the KPI contract: stuck actions have moved on within five minutes. */
export const RECOVERY_BUDGET_MS = 300_000;

/** One wait of a path, at its maximum. */
export interface BudgetPart {
  readonly what: string;
  readonly ms: number;
}

/** Two sweeps may start this far apart, so a due task waits this long for one. */
const SWEEP_STARTS: BudgetPart = { what: 'the next sweep starts', ms: POLICY.sweepPeriodSeconds * 1_000 };
/** A sweep that has a thousand other tasks first starts its last recovery after this time. */
const TURN_COMES: BudgetPart = {
  what: 'its turn comes in the sweep',
  ms: (POLICY.sweepTimeoutSeconds - POLICY.sweepReserveSeconds) * 1_000,
};
/** The new generation is written, but its start fails or the sweep ends: the next sweep starts it. */
const START_FAILS: BudgetPart = {
  what: 'its start fails once, and the next sweep starts it',
  ms: POLICY.sweepPeriodSeconds * 1_000,
};
const ATTEMPT: BudgetPart = { what: 'the next attempt', ms: POLICY.workerTimeoutSeconds * 1_000 };
const SWEPT: readonly BudgetPart[] = [SWEEP_STARTS, TURN_COMES, START_FAILS, ATTEMPT];
const SKEW: BudgetPart = { what: 'clocks differ', ms: POLICY.clockSkewMs };
const OVERDUE: BudgetPart = { what: 'it counts as overdue', ms: POLICY.overdueMs };

/**
 * The ways in which a task gets stuck, with all waits until its next attempt has ended:
 * - `lost_worker`, from the claim: 60 + 5 + 60 + 35 + 60 + 15 = 235 s
 * - `never_started`, from the enqueueing: 60 + 5 + 60 + 35 + 60 + 15 = 235 s
 * - `lost_in_backoff`, from the failed attempt: 60 + 60 + 5 + 60 + 35 + 60 + 15 = 295 s
 *
 * A running driver is not lost; `POLICY.staleDriverMs` is the time for which the sweep waits for it. A wait that a provider
 * asks for (Retry-After) is added to a backoff and is not a fault either.
 */
export const RECOVERY_PATHS = {
  lost_worker: [{ what: 'the lease runs out', ms: POLICY.leaseMs }, SKEW, ...SWEPT],
  never_started: [OVERDUE, SKEW, ...SWEPT],
  lost_in_backoff: [
    { what: 'the longest backoff', ms: DEFAULT_RETRY_POLICY.capSeconds * 1_000 },
    OVERDUE,
    SKEW,
    ...SWEPT,
  ],
} as const satisfies Record<string, readonly BudgetPart[]>;

/** Sum of a path in ms. */
export const budgetOf = (path: readonly BudgetPart[]): number => path.reduce((sum, { ms }) => sum + ms, 0);
