/** `Show audit`: a modal, while Slack's trigger is still good. */
import type { WebClient } from '@slack/web-api';
import { auditModal } from '../adapters/audit-modal.ts';
import { slackError } from '../../shared/adapters/slack-api/slack-client.ts';
import { taskNotFound } from '../../shared/domain/errors.ts';
import type { ExecutionAuditRepo, ExecutionQueueRepo } from '../../queue/domain/ports.ts';

/** What showing a trail works with. */
export interface ShowAuditOptions {
  readonly queue: Pick<ExecutionQueueRepo, 'get'>;
  readonly audit: Pick<ExecutionAuditRepo, 'readTrail'>;
  readonly client: WebClient;
}

/**
 * Opens the modal with the trail of a task; returns the view's id.
 * @throws {QueueError} `TASK_NOT_FOUND`, `STORED_RECORD_INVALID`, or as {@link slackError}
 */
export async function showAudit(
  options: ShowAuditOptions,
  taskId: string,
  triggerId: string,
): Promise<string> {
  const [task, trail] = await Promise.all([options.queue.get(taskId), options.audit.readTrail(taskId)]);
  if (task === undefined) throw taskNotFound(taskId);
  try {
    const answer = await options.client.views.open({
      trigger_id: triggerId,
      view: auditModal(task, trail.records, trail.damaged),
    });
    return answer.view?.id ?? 'view';
  } catch (thrown) {
    throw slackError(thrown);
  }
}
