/** Records that a worker crashed, or exceeded its time or memory limit, as reported by the state machine. */
import { isKnownTask } from '../../contracts/records.ts';
import type { RunActionInput } from '../../contracts/state-machine-io.ts';
import type { ExecutionQueueRepo } from '../ports.ts';
import { workerIdOf } from '../task/identity.ts';
import { type DriverView, viewOf } from './driver-view.ts';
import { createInspect } from './inspect.ts';
import { attemptLost, type LostAttemptOptions } from './lost-attempt.ts';

/** Options of recording. */
export interface RecordLostWorkerOptions extends LostAttemptOptions {
  readonly queue: Pick<ExecutionQueueRepo, 'get' | 'replace'>;
}

/**
 * The execution's worker is lost: the attempt ends with an unknown outcome. It only reads if it is delivered again, if another
 * actor has moved the task, or if the execution does not fit the task or has not claimed it.
 */
export type RecordLostWorker = (lost: RunActionInput, reason: string) => Promise<DriverView>;

/** Creates {@link RecordLostWorker}. */
export function createRecordLostWorker(options: RecordLostWorkerOptions): RecordLostWorker {
  const { queue, clock } = options;
  const inspect = createInspect(options);
  return async (lost, reason) => {
    const { taskId, generation, worker } = lost;
    const task = await queue.get(taskId);
    const { kind } = viewOf(task, { generation, worker }, clock.nowMs());
    const isOurs = task !== undefined && isKnownTask(task) && task.workerId === workerIdOf(lost);
    if (isOurs && task.state === 'running' && kind !== 'wrong_driver') {
      await queue.replace(task, attemptLost(options, task, reason));
    }
    return inspect(taskId, generation, worker);
  };
}
