/** Starts the driver of a task; the only place that defines the input of an execution. */
import { WORKER_BY_KIND } from '../../../actions/kinds.ts';
import type { ExecutionTask } from '../../contracts/records.ts';
import type { ExecutionDriver } from '../ports.ts';

/**
 * Starts the driver of the task's generation; starting the same one again changes nothing. The execution does not wait first,
 * because every transition that names a driver makes the task claimable at once.
 * @throws {QueueError} `DRIVER_NOT_STARTED`
 */
export async function startDriver(
  driver: Pick<ExecutionDriver, 'start'>,
  { taskId, generation, kind }: Pick<ExecutionTask, 'taskId' | 'generation' | 'kind'>,
): Promise<void> {
  await driver.start({ taskId, generation, worker: WORKER_BY_KIND[kind], waitSeconds: 0 });
}
