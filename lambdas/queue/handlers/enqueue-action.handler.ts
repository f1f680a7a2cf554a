/**
 * `enqueue-action`: `POST /quotes/{quoteId}/actions`. It checks in this order, and the answer names the first check that fails:
 * path, idempotency key, body, snapshot, earlier use of the key. A refused request writes nothing. Delivered again it answers 200
 * with the same task.
 */
import { SFNClient } from '@aws-sdk/client-sfn';
import * as z from 'zod/mini';
import { createDocumentClient } from '../../shared/adapters/dynamodb/document-client.ts';
import { DynamoDbTaskStore } from '../adapters/dynamodb/task-store.ts';
import { StepFunctionsDriver } from '../adapters/execution-driver.ts';
import { randomIds, systemClock } from '../../shared/adapters/system.ts';
import { ActionKind, enqueueBodySchema } from '../../actions/kinds.ts';
import { Env } from '../../shared/contracts/environment.ts';
import { quoteSnapshotSchema } from '../../shared/contracts/quote-snapshot.ts';
import { DEFAULT_RETRY_POLICY } from '../domain/task/task-policy.ts';
import { createEnqueue } from '../domain/enqueue/enqueue.ts';
import { CLIENT_OPTIONS } from '../../shared/platform/client-options.ts';
import { createLogger } from '../../shared/platform/logger.ts';
import { requireEnv } from '../../shared/platform/require-env.ts';
import {
  jsonObjectOf,
  shaped,
  actorOf,
  type ApiRequest,
  idempotencyKeyOf,
  quoteIdOf,
} from './api/request.ts';
import { createApi } from './api/router.ts';
import { taskPath, taskResponse } from './api/task-view.ts';

const logger = createLogger('enqueue-action');
const engines = requireEnv(Env.AllowedEngines).split(',');
const enqueue = createEnqueue({
  queue: new DynamoDbTaskStore(createDocumentClient(), requireEnv(Env.TasksTable)),
  driver: new StepFunctionsDriver(new SFNClient(CLIENT_OPTIONS), requireEnv(Env.StateMachineArn)),
  clock: systemClock,
  ids: randomIds,
  retryPolicy: DEFAULT_RETRY_POLICY,
  allowedEngines: new Set(engines.map((engine) => engine.trim())),
});

/** The fields of all kinds: it names the wrong fields of a body with an unknown kind. */
const anyKindSchema = z.strictObject({
  kind: z.enum(ActionKind),
  payload: z.looseObject({ snapshot: quoteSnapshotSchema }),
});

const knownKindSchema = z.looseObject({ kind: z.enum(ActionKind) });

async function answer(request: ApiRequest): Promise<Response> {
  const quoteId = quoteIdOf(request);
  const idempotencyKey = idempotencyKeyOf(request);
  const body = jsonObjectOf(request);
  const isKnownKind = knownKindSchema.safeParse(body).success;
  const action = shaped(body, enqueueBodySchema, isKnownKind ? undefined : anyKindSchema);
  const { task, replayed } = await enqueue({
    quoteId,
    idempotencyKey,
    action,
    actor: actorOf(request),
  });
  logger.info('enqueued', { taskId: task.taskId, kind: task.kind, replayed });
  const location = taskPath(task.taskId);
  return replayed
    ? taskResponse(task, 200, { location, 'idempotency-replayed': 'true' })
    : taskResponse(task, 202, { location });
}

/** See the file head. */
export const handler = createApi<'enqueue-action'>(logger, { enqueueAction: answer });
