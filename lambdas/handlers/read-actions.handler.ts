/**
 * `read-actions`: the listing of a quote, a task, its audit trail, the kinds, and the health check. It reads and writes nothing,
 * so delivered again it only answers again. The listing is eventually consistent; a task is not.
 */
import { DynamoDbAuditRepo } from '../adapters/dynamodb/audit-repo.ts';
import { DynamoDbCardRepo } from '../adapters/dynamodb/card-repo.ts';
import { createDocumentClient } from '../adapters/dynamodb/document-client.ts';
import { DynamoDbPauseRepo } from '../adapters/dynamodb/pause-repo.ts';
import { DynamoDbTaskRepo } from '../adapters/dynamodb/task-repo.ts';
import { Env } from '../contracts/environment.ts';
import type { ExecutionTask } from '../contracts/records.ts';
import { taskNotFound } from '../domain/errors.ts';
import { createLogger } from '../platform/observability.ts';
import { requireEnv } from '../platform/require-env.ts';
import { listKinds } from './api/kinds.ts';
import { listOptionsOf, listTasks } from './api/list-tasks.ts';
import { type ApiRequest, quoteIdOf, taskIdOf } from './api/request.ts';
import { createApi, jsonResponse } from './api/router.ts';
import { auditView, pageView, taskAndCardResponse } from './api/views.ts';

const logger = createLogger('read-actions');
const client = createDocumentClient();
const queue = new DynamoDbTaskRepo(client, requireEnv(Env.TasksTable));
const audit = new DynamoDbAuditRepo(client, requireEnv(Env.AuditTable));
const cards = new DynamoDbCardRepo(client, requireEnv(Env.CardsTable));
const pauses = new DynamoDbPauseRepo(client, requireEnv(Env.ControlsTable));

async function mustGet(taskId: string): Promise<ExecutionTask> {
  const task = await queue.get(taskId);
  if (task === undefined) throw taskNotFound(taskId);
  return task;
}

async function readTask(request: ApiRequest): Promise<Response> {
  // The task first: a card that catches up meanwhile is not said to be behind.
  const task = await mustGet(taskIdOf(request));
  return taskAndCardResponse(task, await cards.get(task.taskId));
}

async function list(request: ApiRequest): Promise<Response> {
  const quoteId = quoteIdOf(request);
  return jsonResponse(pageView(await listTasks(queue, quoteId, listOptionsOf(request, quoteId))));
}

async function readAudit(request: ApiRequest): Promise<Response> {
  const taskId = taskIdOf(request);
  // The task first: what is recorded while the trail is read is no gap.
  const task = await mustGet(taskId);
  return jsonResponse(auditView(task, await audit.list(taskId)));
}

/** See the file head. */
export const handler = createApi<'read-actions'>(logger, {
  listActions: list,
  readAction: readTask,
  readAudit,
  listKinds: listKinds(pauses),
  readHealth: () => jsonResponse({ status: 'ok' }),
});
