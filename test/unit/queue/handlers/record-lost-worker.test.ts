import { afterAll, beforeAll, beforeEach, describe, expect, it, type MockInstance, vi } from 'vitest';
import { systemClock } from '../../../../lambdas/shared/adapters/system.ts';
import type { ExecutionTask } from '../../../../lambdas/queue/contracts/records.ts';
import { executionNameOf } from '../../../../lambdas/queue/domain/task/identity.ts';
import { requestOf, resultOf, snapshotOf } from '../../../helpers/builders.ts';
import { countedIds } from '../../../../tools/rig/counted-ids.ts';
import { type DynamoDbServer, startDynamoDb } from '../../../../tools/rig/aws/dynamodb-server.ts';
import { queueStore, type QueueStore } from '../../../helpers/queue-store.ts';
import { mustKnow } from '../../../../lambdas/queue/domain/task/foreign.ts';

type Handler = typeof import('../../../../lambdas/queue/handlers/record-lost-worker.handler.ts').handler;

let dynamoDb: DynamoDbServer;
let handler: Handler;
let store: QueueStore;
let task: ExecutionTask;
let warned: MockInstance<typeof console.warn>;

beforeAll(async () => {
  dynamoDb = await startDynamoDb();
  for (const [name, value] of Object.entries({
    ...dynamoDb.env,
    POWERTOOLS_DEV: 'true',
    POWERTOOLS_LOG_LEVEL: 'WARN',
    POWERTOOLS_METRICS_DISABLED: 'true',
  })) {
    vi.stubEnv(name, value);
  }
  ({ handler } = await import('../../../../lambdas/queue/handlers/record-lost-worker.handler.ts'));
});

beforeEach(async () => {
  warned = vi.spyOn(console, 'warn').mockReturnValue();
  warned.mockClear();
  store = queueStore(dynamoDb.client, systemClock);
  const snapshot = snapshotOf({ quoteId: `Q-${countedIds.next()}` });
  task = mustKnow((await store.queue.enqueue(requestOf('crm.sync', 'key', snapshot))).task);
});

afterAll(async () => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  await dynamoDb.stop();
});

async function claimed(generation = 1): Promise<ExecutionTask> {
  const claim = await store.queue.claim(task.taskId, generation, executionNameOf(task.taskId, generation));
  if (claim.kind !== 'granted') throw new Error(`expected a claim, got ${claim.kind}`);
  return claim.task;
}

describe.each([
  ['once', 1],
  ['again', 2],
])('record-lost-worker, delivered %s', (_name, deliveries) => {
  const deliver = async (): Promise<unknown> => {
    let last: unknown;
    for (let count = 0; count < deliveries; count += 1)
      last = await handler({ taskId: task.taskId, generation: 1 });
    return last;
  };

  it('ends the attempt with an unknown outcome and waits for the backoff', async () => {
    await claimed();

    expect(await deliver()).toMatchObject({ outcome: 'retryable_failed', waitSeconds: expect.any(Number) });
    expect(await store.tasks.get(task.taskId)).toMatchObject({
      state: 'retryable_failed',
      version: 3,
      error: { code: 'WORKER_LOST' },
    });
  });

  it('does not change a task that the worker had ended before it died', async () => {
    await store.queue.complete(await claimed(), { result: resultOf(), proof: 'applied' });

    expect(await deliver()).toEqual({ outcome: 'completed', waitSeconds: 0 });
    expect(await store.tasks.get(task.taskId)).toMatchObject({ state: 'completed', version: 3 });
  });

  it('does not end the attempt of a worker of a later generation', async () => {
    await store.queue.operate(task.taskId, 'retry', 1, 'slack:T1:U1');
    const running = await claimed(2);

    expect(await deliver()).toEqual({ outcome: 'superseded', waitSeconds: 0 });
    expect(await store.tasks.get(task.taskId)).toEqual(running);
  });

  it.each(['pdf', 'fax'])(
    'does not change a task of another worker than the lost one (%s)',
    async (worker) => {
      const running = await claimed();

      for (let count = 0; count < deliveries; count += 1) {
        expect(await handler({ taskId: task.taskId, generation: 1, worker })).toEqual({
          outcome: 'wrong_driver',
          waitSeconds: 0,
        });
        expect(JSON.parse(String(warned.mock.lastCall?.[0]))).toMatchObject({
          message: 'worker lost',
          taskId: task.taskId,
          mismatch: 'worker: expected crm, the worker of crm.sync',
        });
      }

      expect(await store.tasks.get(task.taskId)).toEqual(running);
    },
  );

  it('does not change a task that was never claimed, and checks again soon', async () => {
    expect(await deliver()).toMatchObject({ outcome: 'retryable_failed' });
    expect(await store.tasks.get(task.taskId)).toEqual(task);
  });
});
