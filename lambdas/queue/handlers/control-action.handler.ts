/**
 * `control-action`: one guarded transition by an operator. `If-Match` carries the version that the operator saw, so the second of
 * two operators learns that the task has changed, and a second delivery changes nothing (412). It also pauses and resumes kinds;
 * a second delivery changes nothing, and the answer says so.
 */
import { SFNClient } from '@aws-sdk/client-sfn';
import { createDocumentClient } from '../../shared/adapters/dynamodb/document-client.ts';
import { DynamoDbPauseRepo } from '../adapters/dynamodb/pause-repo.ts';
import { DynamoDbTaskStore } from '../adapters/dynamodb/task-store.ts';
import { StepFunctionsDriver } from '../adapters/execution-driver.ts';
import { randomIds, systemClock } from '../../shared/adapters/system.ts';
import { controlBodySchema } from '../contracts/api.ts';
import { Env } from '../../shared/contracts/environment.ts';
import { PauseService } from '../domain/pauses/pause-service.ts';
import { createOperate, type OperatorAction } from '../domain/task/operate.ts';
import { CLIENT_OPTIONS } from '../../shared/platform/client-options.ts';
import { createLogger } from '../../shared/platform/logger.ts';
import { requireEnv } from '../../shared/platform/require-env.ts';
import {
  hasBody,
  jsonObjectOf,
  shaped,
  actorOf,
  type ApiRequest,
  ifMatchVersionOf,
  taskIdOf,
} from './api/request.ts';
import { pauseKind, resumeKind } from './api/kinds.ts';
import { retryNotStarted } from './api/problem.ts';
import { createApi, type Operation } from './api/router.ts';
import { taskResponse } from './api/task-view.ts';

const logger = createLogger('control-action');
const client = createDocumentClient();
const operate = createOperate({
  queue: new DynamoDbTaskStore(client, requireEnv(Env.TasksTable)),
  driver: new StepFunctionsDriver(new SFNClient(CLIENT_OPTIONS), requireEnv(Env.StateMachineArn)),
  clock: systemClock,
  ids: randomIds,
});

const pauses = new PauseService({
  pauses: new DynamoDbPauseRepo(client, requireEnv(Env.ControlsTable)),
  clock: systemClock,
  ids: randomIds,
});

const reasonOf = (request: ApiRequest): string | undefined =>
  hasBody(request) ? shaped(jsonObjectOf(request), controlBodySchema).reason : undefined;

const operation =
  (action: OperatorAction): Operation =>
  async (request) => {
    const taskId = taskIdOf(request);
    const version = ifMatchVersionOf(request);
    const reason = reasonOf(request);
    try {
      const task = await operate(taskId, action, version, actorOf(request), reason);
      logger.info('operated', { taskId, action, version: task.version, state: task.state });
      return taskResponse(task);
    } catch (thrown) {
      throw retryNotStarted(thrown);
    }
  };

/** See the file head. */
export const handler = createApi<'control-action'>(logger, {
  retryAction: operation('retry'),
  abandonAction: operation('abandon'),
  cancelAction: operation('cancel'),
  pauseKind: pauseKind(pauses, logger),
  resumeKind: resumeKind(pauses, logger),
});
