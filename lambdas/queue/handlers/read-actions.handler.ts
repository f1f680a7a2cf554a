/**
 * `read-actions`: lists a quote's tasks, and reads a task, its audit trail, the kinds and the health. It writes nothing, so a
 * second delivery only answers again. The listing is eventually consistent; a task is not.
 */
import { DynamoDbAuditRepo } from '../adapters/dynamodb/audit-repo.ts';
import { DynamoDbShownCardReader } from '../adapters/dynamodb/shown-card-reader.ts';
import { createDocumentClient } from '../../shared/adapters/dynamodb/document-client.ts';
import { DynamoDbPauseRepo } from '../adapters/dynamodb/pause-repo.ts';
import { DynamoDbTaskRepo } from '../adapters/dynamodb/task-repo.ts';
import { Env } from '../../shared/contracts/environment.ts';
import { damageOf, isDamage } from '../../shared/domain/damaged-items.ts';
import { existingTask } from '../domain/task/existing-task.ts';
import type { StoredTrail } from '../domain/ports.ts';
import { createLogger } from '../../shared/platform/logger.ts';
import { requireEnv } from '../../shared/platform/require-env.ts';
import { listKinds } from './api/kinds.ts';
import { listOptionsOf, listTasks } from './api/list-tasks.ts';
import { type ApiRequest, quoteIdOf, taskIdOf } from './api/request.ts';
import { createApi, jsonResponse } from './api/router.ts';
import {
  auditView,
  type CardLook,
  pageView,
  taskAndCardResponse,
  type TrailHead,
} from './api/stored-views.ts';

const logger = createLogger('read-actions');
const client = createDocumentClient();
const queue = new DynamoDbTaskRepo(client, requireEnv(Env.TasksTable));
const audit = new DynamoDbAuditRepo(client, requireEnv(Env.AuditTable));
const cards = new DynamoDbShownCardReader(client, requireEnv(Env.CardsTable));
const pauses = new DynamoDbPauseRepo(client, requireEnv(Env.ControlsTable));

async function readTask(request: ApiRequest): Promise<Response> {
  // The task is read first, so that a card that catches up in the meantime is not reported as behind.
  const task = await existingTask(queue, taskIdOf(request));
  return taskAndCardResponse(task, await lookAtCard(task.taskId));
}

/** A damaged card does not hide its task. */
async function lookAtCard(taskId: string): Promise<CardLook> {
  try {
    return { card: await cards.get(taskId) };
  } catch (thrown) {
    return { damage: damageOf(thrown) };
  }
}

async function list(request: ApiRequest): Promise<Response> {
  const quoteId = quoteIdOf(request);
  return jsonResponse(pageView(await listTasks(queue, quoteId, listOptionsOf(request, quoteId))));
}

/** A damaged task does not hide its trail, which tells its history. @throws {QueueError} when the trail is empty too */
function headOf(taskId: string, thrown: unknown, { records }: StoredTrail): TrailHead {
  const taskDamage = damageOf(thrown);
  const newest = records.at(-1);
  if (newest === undefined) throw thrown;
  return { taskId, quoteId: newest.quoteId, version: newest.version, taskDamage };
}

const trailResponse = (head: TrailHead, { records, damaged }: StoredTrail): Response =>
  jsonResponse(auditView(head, records, damaged));

async function readAudit(request: ApiRequest): Promise<Response> {
  const taskId = taskIdOf(request);
  try {
    // The task is read first, so that transitions recorded while the trail is read do not count as gaps.
    const task = await existingTask(queue, taskId);
    return trailResponse(task, await audit.readTrail(taskId));
  } catch (thrown) {
    if (!isDamage(thrown)) throw thrown;
    const trail = await audit.readTrail(taskId);
    return trailResponse(headOf(taskId, thrown, trail), trail);
  }
}

/** Answers the read operations. */
export const handler = createApi<'read-actions'>(logger, {
  listActions: list,
  readAction: readTask,
  readAudit,
  listKinds: listKinds(pauses),
  readHealth: () => jsonResponse({ status: 'ok' }),
});
