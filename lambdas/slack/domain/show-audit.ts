/** `Show audit`: opens the trail of a task in a modal while Slack's trigger is still valid. */
import { taskNotFound } from '../../shared/domain/errors.ts';
import type { ExecutionAuditRepo, ExecutionQueueRepo } from '../../queue/domain/ports.ts';
import type { AuditModal } from './ports.ts';

/** Options of showing a trail. */
export interface ShowAuditOptions {
  readonly queue: Pick<ExecutionQueueRepo, 'get'>;
  readonly audit: Pick<ExecutionAuditRepo, 'readTrail'>;
  readonly modal: AuditModal;
}

/**
 * Opens the modal with the trail of a task; returns the view's id.
 * @throws {QueueError} `TASK_NOT_FOUND`, `STORED_RECORD_INVALID`, or as {@link AuditModal}
 */
export async function showAudit(
  { queue, audit, modal }: ShowAuditOptions,
  taskId: string,
  triggerId: string,
): Promise<string> {
  const [task, trail] = await Promise.all([queue.get(taskId), audit.readTrail(taskId)]);
  if (task === undefined) throw taskNotFound(taskId);
  return modal.open(task, trail, triggerId);
}
