/** Reads a task that must exist. */
import { taskNotFound } from '../../../shared/domain/errors.ts';
import type { StoredTask } from '../../contracts/records.ts';
import type { ExecutionQueueRepo } from '../ports.ts';

/** The task, by a strongly consistent read. @throws {QueueError} `TASK_NOT_FOUND` or `STORED_RECORD_INVALID` */
export async function existingTask(
  queue: Pick<ExecutionQueueRepo, 'get'>,
  taskId: string,
): Promise<StoredTask> {
  const task = await queue.get(taskId);
  if (task === undefined) throw taskNotFound(taskId);
  return task;
}
