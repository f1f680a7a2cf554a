/**
 * The sweep's decisions as data: state × lateness × status of the driver → one action. Invariants:
 * 1. A task that has ended, or is not yet due, is never changed.
 * 2. An expired lease ends its attempt whatever the driver does: the lease was the driver's time.
 * 3. A waiting task is left to a running driver until that driver is stale.
 */
import { ExecutionState } from '../../contracts/lifecycle-states.ts';
import type { ExecutionStatus } from '../ports.ts';

/** Actions of the sweep. */
export const RecoveryAction = {
  /** Nothing. */
  Leave: 'leave',
  /** Starts the driver that was stored but never started; nothing is written. */
  Start: 'start',
  /** Same state, next generation. */
  Redrive: 'redrive',
  /** The worker is lost: the attempt ends with an unknown outcome. If attempts are left, the next generation starts. */
  EndAttempt: 'end_attempt',
} as const;
/** One of {@link RecoveryAction}. */
export type RecoveryAction = (typeof RecoveryAction)[keyof typeof RecoveryAction];

/** How late a task is. */
export const Lateness = {
  /** It is not due yet. */
  InTime: 'in_time',
  /** It is overdue: it should have moved on. */
  Due: 'due',
  /** So late that a running driver is considered lost, because it has not moved the task. */
  Stale: 'stale',
} as const;
/** One of {@link Lateness}. */
export type Lateness = (typeof Lateness)[keyof typeof Lateness];

/**
 * `unstarted`: missing, and the newest transition is a retry, a recovery or a release, which named this driver, so that only
 * the start was lost. The first driver, which enqueueing names, is `missing` instead: a transition replaces it, because
 * otherwise nobody would learn that the sweep had to act.
 */
export type DriverStatus = ExecutionStatus | 'unstarted';

/** Every {@link DriverStatus}. */
export const DRIVER_STATUSES: readonly DriverStatus[] = [
  'running',
  'succeeded',
  'failed',
  'aborted',
  'timed_out',
  'missing',
  'unstarted',
];

type ByStatus = Readonly<Record<DriverStatus, RecoveryAction>>;
type ByLateness = Readonly<Record<Lateness, ByStatus>>;

const { Leave, Start, Redrive, EndAttempt } = RecoveryAction;

const always = (action: RecoveryAction): ByStatus => ({
  running: action,
  succeeded: action,
  failed: action,
  aborted: action,
  timed_out: action,
  missing: action,
  unstarted: action,
});

const ENDED: ByLateness = { in_time: always(Leave), due: always(Leave), stale: always(Leave) };
const WAITING: ByLateness = {
  in_time: always(Leave),
  due: { ...always(Redrive), running: Leave, unstarted: Start },
  stale: { ...always(Redrive), unstarted: Start },
};
const RUNNING: ByLateness = { in_time: always(Leave), due: always(EndAttempt), stale: always(EndAttempt) };

/** The table; `npm run generate` writes it into docs/recovery.md. */
export const RECOVERY_TABLE: Readonly<Record<ExecutionState, ByLateness>> = {
  [ExecutionState.Queued]: WAITING,
  [ExecutionState.Running]: RUNNING,
  [ExecutionState.RetryableFailed]: WAITING,
  [ExecutionState.Completed]: ENDED,
  [ExecutionState.FailedTerminal]: ENDED,
};

/** The action, if it does not depend on the status of the driver, so that the status need not be read. */
export function actionWithoutStatus(state: ExecutionState, lateness: Lateness): RecoveryAction | undefined {
  const actions = new Set(Object.values(RECOVERY_TABLE[state][lateness]));
  const [only] = actions;
  return actions.size === 1 ? only : undefined;
}
