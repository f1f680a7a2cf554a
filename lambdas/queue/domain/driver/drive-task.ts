/** One drive of a task by a worker: claim, effect, end of the attempt. Answers the state machine with a typed outcome. */
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

/** The operations that a drive is made of. */
export interface DriverOperations extends Pick<ExecutionQueueService, 'claim' | 'complete' | 'fail'> {
  readonly inspect: Inspect;
}

/** What a drive works with. */
export interface DriveOptions {
  readonly queue: DriverOperations;
  readonly effects: EffectRunner;
  /** Which worker this is: it carries out tasks of its kind and leaves all others as they are. */
  readonly worker: Worker;
  /** Called with every failed attempt, for the log. */
  readonly onFailure: (task: ExecutionTask, error: QueueError) => void;
  /** Called when the execution does not fit the task, with what does not. */
  readonly onMismatch: (mismatch: string) => void;
}

const failureOutput = ({ task, decision }: TransitionResult): RunActionOutput =>
  decision.kind === 'terminal'
    ? { outcome: RunOutcome.FailedTerminal, waitSeconds: 0 }
    : {
        outcome: RunOutcome.RetryableFailed,
        // Rounded up: a driver that wakes early would only be told to wait again.
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
 * Drives a task once. Business failures are returned, never thrown; what is thrown is a lost worker to the state
 * machine. Delivered again it finds the lease taken, or the task ended, and does nothing twice.
 * An execution that does not fit the task changes nothing.
 * @throws {QueueError} whatever the store throws
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
    // Somebody else moved the task on: the table decides what is left for this execution.
    const view: DriverView = await options.queue.inspect(taskId, generation);
    return outputOf(view);
  }
}
