/** The write that ends a claim; only the owner of the claim may make it. */
import { LeaseLost } from '../../../shared/domain/errors.ts';
import type { ExecutionTask } from '../../contracts/records.ts';
import type { ExecutionQueueRepo } from '../ports.ts';

/**
 * Replaces the claimed `task` by `next`.
 * @throws {LeaseLost} if the task has another version or owner by now; nothing has been written
 */
export async function fencedWrite(
  queue: Pick<ExecutionQueueRepo, 'replace'>,
  task: ExecutionTask,
  next: ExecutionTask,
): Promise<ExecutionTask> {
  const written = await queue.replace(task, next);
  if (written.kind === 'stored') return written.task;
  throw new LeaseLost({
    detail: `Task ${task.taskId} is no longer at version ${task.version} of this owner`,
  });
}
