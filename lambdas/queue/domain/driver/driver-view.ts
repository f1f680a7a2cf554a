/** Decides from the table alone what a driver may do with a task. */
import { WORKER_BY_KIND } from '../../../actions/kinds.ts';
import { ExecutionState } from '../../contracts/lifecycle-states.ts';
import { type ExecutionTask, isKnownTask, type StoredTask } from '../../contracts/records.ts';
import { RunOutcome, type RunActionOutput } from '../../contracts/state-machine-io.ts';
import { POLICY } from '../task/policy.ts';

/** A driver that asks to drive a task, from the input of its execution. */
export interface Driver {
  readonly generation: number;
  /** Worker that the execution calls. @default not compared, because executions of an earlier release do not pass it */
  readonly worker?: string | undefined;
}

/** The table's answer to a driver. */
export type DriverView =
  | { readonly kind: 'claimable' }
  /** The lease has expired: the worker is lost, and the task must be recovered before it can be claimed. */
  | { readonly kind: 'lease_expired' }
  | { readonly kind: 'wait'; readonly waitSeconds: number }
  | { readonly kind: 'ended'; readonly state: 'completed' | 'failed_terminal' }
  /** A later generation drives the task. */
  | { readonly kind: 'superseded' }
  /** The kind is paused; the sweep starts the next driver after it is resumed. */
  | { readonly kind: 'held' }
  /** The execution was started by hand with an input that does not fit the task; `mismatch` describes it, for the log. */
  | { readonly kind: 'wrong_driver'; readonly mismatch: string };

const secondsUntil = (atMs: number, nowMs: number): number => Math.ceil((atMs - nowMs) / 1_000);

function runningView(task: ExecutionTask, nowMs: number): DriverView {
  const recoverAtMs = (task.leaseExpiresAtMs ?? 0) + POLICY.clockSkewMs;
  return nowMs >= recoverAtMs
    ? { kind: 'lease_expired' }
    : { kind: 'wait', waitSeconds: secondsUntil(recoverAtMs, nowMs) };
}

/** The field of the driver's input that contradicts the task. A lower generation does not contradict it, because the task had it before. */
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
  // The release that knows the task claims it at a later check of the same execution.
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

/** The view as the answer to the state machine; a task that can be claimed right away is checked again soon. */
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
