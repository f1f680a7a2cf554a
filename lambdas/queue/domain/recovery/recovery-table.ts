/**
 * What the sweep does with a task, as data: state × lateness × what became of its driver → one action. Invariants:
 * 1. A task that has ended is never touched, nor is a task whose time has not come.
 * 2. A lease that ran out ends its attempt whatever the driver does: the lease was the driver's time.
 * 3. A task that waits is left to a driver that runs, until that one is stale.
 */
import { ExecutionState } from '../../contracts/lifecycle-states.ts';
import type { ExecutionStatus } from '../ports.ts';

/** What the sweep does. */
export const RecoveryAction = {
  /** Nothing. */
  Leave: 'leave',
  /** Starts the driver that was written down and never started; nothing is written. */
  Start: 'start',
  /** Same state, next generation. */
  Redrive: 'redrive',
  /** The worker is lost: the attempt ends with an unknown outcome, and if there may be another, the next generation. */
  EndAttempt: 'end_attempt',
} as const;
/** One of {@link RecoveryAction}. */
export type RecoveryAction = (typeof RecoveryAction)[keyof typeof RecoveryAction];

/** How late a task is. */
export const Lateness = {
  /** Its time has not come. */
  InTime: 'in_time',
  /** It is overdue: it should have moved on. */
  Due: 'due',
  /** So late that a driver which runs and has not moved it is taken for lost. */
  Stale: 'stale',
} as const;
/** One of {@link Lateness}. */
export type Lateness = (typeof Lateness)[keyof typeof Lateness];

/**
 * `unstarted`: missing, and the newest transition is a retry, a recovery or a release: it named this driver, and only the
 * start was lost. The first driver, which enqueueing names, is `missing` instead: it is replaced by a transition, since nothing
 * else would tell people that the sweep had to step in.
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

/** The action when it is the same whatever became of the driver, which need not be asked for then. */
export function actionWithoutStatus(state: ExecutionState, lateness: Lateness): RecoveryAction | undefined {
  const actions = new Set(Object.values(RECOVERY_TABLE[state][lateness]));
  const [only] = actions;
  return actions.size === 1 ? only : undefined;
}
