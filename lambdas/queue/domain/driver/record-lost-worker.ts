/** What the state machine tells of a worker that crashed, or ran out of time or memory. */
import { isKnownTask } from '../../contracts/records.ts';
import type { RunActionInput } from '../../contracts/state-machine-io.ts';
import type { ExecutionQueueRepo } from '../ports.ts';
import { workerIdOf } from '../task/identity.ts';
import { type DriverView, viewOf } from './driver-view.ts';
import { createInspect } from './inspect.ts';
import { attemptLost, type LostAttemptOptions } from './lost-attempt.ts';

/** What recording works with. */
export interface RecordLostWorkerOptions extends LostAttemptOptions {
  readonly queue: Pick<ExecutionQueueRepo, 'get' | 'replace'>;
}

/**
 * The execution's worker is gone: the attempt ends with an unknown outcome. Delivered again, after somebody else moved the
 * task on, or for an execution that does not fit the task or has not claimed it, it only looks.
 */
export type RecordLostWorker = (lost: RunActionInput, reason: string) => Promise<DriverView>;

/** Makes {@link RecordLostWorker}. */
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
