/** One drive of a task by a worker: claim, effect, end of the attempt. It answers the state machine with a typed outcome. */
import type { Worker } from '../../../actions/kinds.ts';
import { RunOutcome, type RunActionInput, type RunActionOutput } from '../../contracts/state-machine-io.ts';
import { type DriverView, outputOf } from './driver-view.ts';
import { LeaseLost, type QueueError, toQueueError } from '../../../shared/domain/errors.ts';
import { workerIdOf } from '../task/identity.ts';
import type { EffectRunner } from '../ports.ts';
import type { ExecutionQueueService } from '../queue-service.ts';
import type { Inspect } from './inspect.ts';
import type { TransitionResult } from '../queue-types.ts';
import type { ExecutionTask } from '../../contracts/records.ts';

/** The operations that a drive uses. */
export interface DriverOperations extends Pick<ExecutionQueueService, 'claim' | 'complete' | 'fail'> {
  readonly inspect: Inspect;
}

/** Options of a drive. */
export interface DriveOptions {
  readonly queue: DriverOperations;
  readonly effects: EffectRunner;
  /** This worker: it carries out tasks of its kinds and changes no others. */
  readonly worker: Worker;
  /** Called with every failed attempt, for the log. */
  readonly onFailure: (task: ExecutionTask, error: QueueError) => void;
  /** Called with the mismatch when the execution does not fit the task. */
  readonly onMismatch: (mismatch: string) => void;
}

const failureOutput = ({ task, decision }: TransitionResult): RunActionOutput =>
  decision.kind === 'terminal'
    ? { outcome: RunOutcome.FailedTerminal, waitSeconds: 0 }
    : {
        outcome: RunOutcome.RetryableFailed,
        // Rounded up: a driver that wakes early would be told to wait again.
        waitSeconds: Math.max(0, Math.ceil((decision.nextAttemptAtMs - task.updatedAtMs) / 1_000)),
      };

async function runClaimed(options: DriveOptions, task: ExecutionTask): Promise<RunActionOutput> {
  let outcome;
  try {
    outcome = await options.effects.run(task);
  } catch (thrown) {
    const error = toQueueError(thrown);
    options.onFailure(task, error);
    if (error instanceof LeaseLost) throw error;
    return failureOutput(await options.queue.fail(task, error));
  }
  await options.queue.complete(task, outcome);
  return { outcome: RunOutcome.Completed, waitSeconds: 0 };
}

/**
 * Drives a task once. Business failures are returned, never thrown; an error that it throws means a lost worker to the state
 * machine. Delivered again, it finds that the lease is held or the task has ended, and does nothing twice. An execution that
 * does not fit the task changes nothing.
 * @throws {QueueError} any error of the store
 */
export async function driveTask(options: DriveOptions, input: RunActionInput): Promise<RunActionOutput> {
  const { taskId, generation } = input;
  const claim = await options.queue.claim(taskId, generation, workerIdOf(input), options.worker);
  if (claim.kind === 'wrong_driver') options.onMismatch(claim.mismatch);
  if (claim.kind !== 'granted') return outputOf(claim);
  try {
    return await runClaimed(options, claim.task);
  } catch (error) {
    if (!(error instanceof LeaseLost)) throw error;
    // Another actor has moved the task; the table decides what this execution must still do.
    const view: DriverView = await options.queue.inspect(taskId, generation);
    return outputOf(view);
  }
}
