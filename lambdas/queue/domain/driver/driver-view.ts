/** What a driver may do with a task, from the table alone. */
import { WORKER_BY_KIND } from '../../../actions/kinds.ts';
import { ExecutionState } from '../../contracts/lifecycle-states.ts';
import { type ExecutionTask, isKnownTask, type StoredTask } from '../../contracts/records.ts';
import { RunOutcome, type RunActionOutput } from '../../contracts/state-machine-io.ts';
import { POLICY } from '../task/policy.ts';

/** Who asks to drive a task, as the input of its execution says. */
export interface Driver {
  readonly generation: number;
  /** Worker that the execution calls. @default not compared: an earlier release does not pass it on */
  readonly worker?: string | undefined;
}

/** The table's answer to a driver. */
export type DriverView =
  | { readonly kind: 'claimable' }
  /** The lease ran out: the worker is lost and the task must be recovered before it can be claimed. */
  | { readonly kind: 'lease_expired' }
  | { readonly kind: 'wait'; readonly waitSeconds: number }
  | { readonly kind: 'ended'; readonly state: 'completed' | 'failed_terminal' }
  /** A later generation drives the task. */
  | { readonly kind: 'superseded' }
  /** The kind is paused; the sweep starts the next driver once it is resumed. */
  | { readonly kind: 'held' }
  /** The execution was started by hand with an input that does not fit the task; `mismatch` says what does not, for the log. */
  | { readonly kind: 'wrong_driver'; readonly mismatch: string };

const secondsUntil = (atMs: number, nowMs: number): number => Math.ceil((atMs - nowMs) / 1_000);

function runningView(task: ExecutionTask, nowMs: number): DriverView {
  const recoverAtMs = (task.leaseExpiresAtMs ?? 0) + POLICY.clockSkewMs;
  return nowMs >= recoverAtMs
    ? { kind: 'lease_expired' }
    : { kind: 'wait', waitSeconds: secondsUntil(recoverAtMs, nowMs) };
}

/** What in the driver's input contradicts the task; a lower generation does not, since the task had it once. */
function mismatchOf(task: StoredTask, { generation, worker }: Driver): string | undefined {
  const expected = isKnownTask(task) ? WORKER_BY_KIND[task.kind] : worker;
  if (worker !== undefined && worker !== expected) {
    return `worker: expected ${expected}, the worker of ${task.kind}`;
  }
  return generation > task.generation
    ? `generation: expected ${task.generation}, the generation of the task, or a lower one`
    : undefined;
}

/** The answer to a driver of a task that does not exist. */
export const noSuchTask: DriverView & { kind: 'wrong_driver' } = {
  kind: 'wrong_driver',
  mismatch: 'taskId: expected the id of a task',
};

/** What `driver` may do with `task` at `nowMs`. */
export function viewOf(task: StoredTask | undefined, driver: Driver, nowMs: number): DriverView {
  if (task === undefined) return noSuchTask;
  const mismatch = mismatchOf(task, driver);
  if (mismatch !== undefined) return { kind: 'wrong_driver', mismatch };
  if (driver.generation !== task.generation) return { kind: 'superseded' };
  // The release that knows the task takes it up in a later look of the same execution.
  if (!isKnownTask(task)) return { kind: 'wait', waitSeconds: POLICY.unclaimedWaitSeconds };
  switch (task.state) {
    case ExecutionState.Queued:
      return { kind: 'claimable' };
    case ExecutionState.RetryableFailed: {
      const waitSeconds = secondsUntil(task.nextAttemptAtMs ?? 0, nowMs);
      return waitSeconds > 0 ? { kind: 'wait', waitSeconds } : { kind: 'claimable' };
    }
    case ExecutionState.Running:
      return runningView(task, nowMs);
    case ExecutionState.Completed:
    case ExecutionState.FailedTerminal:
      return { kind: 'ended', state: task.state };
  }
}

/** The view as the answer to the state machine; a task that could be claimed right away is looked at again soon. */
export function outputOf(view: DriverView): RunActionOutput {
  switch (view.kind) {
    case 'ended':
      return { outcome: view.state, waitSeconds: 0 };
    case 'superseded':
      return { outcome: RunOutcome.Superseded, waitSeconds: 0 };
    case 'held':
      return { outcome: RunOutcome.Held, waitSeconds: 0 };
    case 'wrong_driver':
      return { outcome: RunOutcome.WrongDriver, waitSeconds: 0 };
    case 'wait':
      return { outcome: RunOutcome.RetryableFailed, waitSeconds: view.waitSeconds };
    case 'claimable':
    case 'lease_expired':
      return { outcome: RunOutcome.RetryableFailed, waitSeconds: POLICY.unclaimedWaitSeconds };
  }
}
