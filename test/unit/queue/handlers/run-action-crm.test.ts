import { afterAll, beforeAll, beforeEach, describe, expect, it, type MockInstance, vi } from 'vitest';
import { Env } from '../../../../lambdas/shared/contracts/environment.ts';
import type { ExecutionTask } from '../../../../lambdas/queue/contracts/records.ts';
import { systemClock } from '../../../../lambdas/shared/adapters/system.ts';
import { json, type RunningServer, startServer } from '../../../../tools/rig/http/http-server.ts';
import { requestOf, snapshotOf } from '../../../helpers/builders.ts';
import { countedIds } from '../../../../tools/rig/counted-ids.ts';
import { type DynamoDbServer, startDynamoDb } from '../../../../tools/rig/aws/dynamodb-server.ts';
import { lambdaContext } from '../../../helpers/lambda-context.ts';
import { startCrmProvider } from '../../../helpers/providers.ts';
import { queueStore, type QueueStore } from '../../../helpers/queue-store.ts';
import { mustKnow } from '../../../../lambdas/queue/domain/task/foreign.ts';

type Handler = typeof import('../../../../lambdas/queue/handlers/run-action-crm.handler.ts').handler;

let dynamoDb: DynamoDbServer;
let crm: Awaited<ReturnType<typeof startCrmProvider>>;
let secrets: RunningServer;
let handler: Handler;
let store: QueueStore;
let task: ExecutionTask;
let quoteId: string;
let warned: MockInstance<typeof console.warn>;

beforeAll(async () => {
  [dynamoDb, crm] = await Promise.all([startDynamoDb(), startCrmProvider()]);
  secrets = await startServer(() =>
    Promise.resolve(json(200, { SecretString: JSON.stringify({ token: crm.token }) })),
  );
  const env = {
    ...dynamoDb.env,
    [Env.CrmBaseUrl]: crm.url,
    [Env.CrmSecretArn]: 'arn:aws:secretsmanager:eu-central-1:000000000000:secret:crm',
    AWS_ENDPOINT_URL_SECRETS_MANAGER: secrets.url,
    POWERTOOLS_DEV: 'true',
    POWERTOOLS_LOG_LEVEL: 'WARN',
    POWERTOOLS_METRICS_DISABLED: 'true',
  };
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
  ({ handler } = await import('../../../../lambdas/queue/handlers/run-action-crm.handler.ts'));
});

beforeEach(async () => {
  warned = vi.spyOn(console, 'warn').mockReturnValue();
  warned.mockClear();
  quoteId = `Q-${countedIds.next()}`;
  store = queueStore(dynamoDb.client, systemClock);
  task = mustKnow((await store.queue.enqueue(requestOf('crm.sync', 'key', snapshotOf({ quoteId })))).task);
});

afterAll(async () => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  await Promise.all([dynamoDb, crm, secrets].map((server) => server.stop()));
});

const deliver = (generation = 1) => handler({ taskId: task.taskId, generation }, lambdaContext(systemClock));

describe.each([
  ['once', 1],
  ['again', 2],
])('run-action-crm, delivered %s', (_name, deliveries) => {
  it('makes one deal and completes the task', async () => {
    for (let count = 0; count < deliveries; count += 1) {
      expect(await deliver()).toEqual({ outcome: 'completed', waitSeconds: 0 });
    }

    expect(await crm.writesFor(quoteId)).toEqual(['deal']);
    expect(await store.tasks.get(task.taskId)).toMatchObject({ state: 'completed', attempt: 1, version: 3 });
  });

  it('does nothing for a superseded generation', async () => {
    await store.queue.operate(task.taskId, 'retry', 1, 'slack:T1:U1');

    for (let count = 0; count < deliveries; count += 1) {
      expect(await deliver()).toEqual({ outcome: 'superseded', waitSeconds: 0 });
    }

    expect(await crm.writesFor(quoteId)).toEqual([]);
  });

  it('does not change a task of another kind', async () => {
    const { task: pdf } = await store.queue.enqueue(
      requestOf('pdf.render', 'other', snapshotOf({ quoteId })),
    );

    for (let count = 0; count < deliveries; count += 1) {
      const input = { taskId: pdf.taskId, generation: 1, worker: 'crm' };
      expect(await handler(input, lambdaContext(systemClock))).toEqual({
        outcome: 'wrong_driver',
        waitSeconds: 0,
      });
    }

    expect(await store.tasks.get(pdf.taskId)).toEqual(pdf);
    const lines = warned.mock.calls.map(([line]): unknown => JSON.parse(String(line)));
    expect(lines).toHaveLength(deliveries);
    expect(lines.at(-1)).toMatchObject({
      message: 'wrong driver',
      taskId: pdf.taskId,
      mismatch: 'worker: expected pdf, the worker of pdf.render',
    });
  });

  it('throws for an input that is not from the state machine', async () => {
    for (let count = 0; count < deliveries; count += 1) {
      await expect(handler({ taskId: 'task-1', generation: 0 }, lambdaContext(systemClock))).rejects.toThrow(
        /taskId/,
      );
    }
  });
});

describe('run-action-crm, delivered twice concurrently', () => {
  it('lets one worker run and the other wait', async () => {
    const outputs = await Promise.all([deliver(), deliver()]);

    expect(outputs.map(({ outcome }) => outcome)).toContain('completed');
    expect(await crm.writesFor(quoteId)).toEqual(['deal']);
  });
});
