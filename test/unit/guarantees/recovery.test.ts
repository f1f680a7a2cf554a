/** `recoverStale`: a stuck task gets its next driver exactly once, also with several sweeps. */
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ExecutionTask } from '../../../lambdas/queue/contracts/records.ts';
import { POLICY } from '../../../lambdas/queue/domain/task/policy.ts';
import { LeaseLost, QueueError } from '../../../lambdas/shared/domain/errors.ts';
import { stuckSinceMs } from '../../../lambdas/queue/domain/kpi/stuck.ts';
import { requestOf, resultOf, snapshotOf } from '../../helpers/builders.ts';
import { countedIds } from '../../../tools/rig/counted-ids.ts';
import { type DynamoDbServer, startDynamoDb, TABLE_NAMES } from '../../../tools/rig/aws/dynamodb-server.ts';
import { FakeClock, START_MS } from '../../../tools/rig/fake-clock.ts';
import { interceptedClient, type QueueStore, queueStore } from '../../helpers/queue-store.ts';
import { mustKnow } from '../../../lambdas/queue/domain/task/foreign.ts';

let dynamoDb: DynamoDbServer;
let client: DynamoDBDocumentClient;
let clock: FakeClock;
let store: QueueStore;
let daysOn = 0;

beforeAll(async () => {
  dynamoDb = await startDynamoDb();
  client = interceptedClient(dynamoDb.endpoint);
});

beforeEach(() => {
  // Later than all tasks of earlier tests, which are terminal or due again at this time.
  daysOn += 1;
  clock = new FakeClock(START_MS + daysOn * POLICY.taskDeadlineMs);
  store = queueStore(client, clock);
});

afterAll(async () => {
  client.destroy();
  await dynamoDb.stop();
});

async function enqueued(): Promise<ExecutionTask> {
  const snapshot = snapshotOf({ quoteId: `Q-${countedIds.next()}` });
  return mustKnow((await store.queue.enqueue(requestOf('crm.sync', 'key', snapshot))).task);
}

async function claimed(): Promise<ExecutionTask> {
  const task = await enqueued();
  const claim = await store.queue.claim(task.taskId, task.generation, `${task.taskId}-1`);
  if (claim.kind !== 'granted') throw new Error(`expected a claim, got ${claim.kind}`);
  return claim.task;
}

/** Recoveries of this task only: other tests' tasks may be due as well. */
const sweepFor = async (taskId: string) =>
  (await store.queue.recoverStale(clock.nowMs())).filter((recovered) => recovered.taskId === taskId);

describe('recoverStale', () => {
  it('ignores a task that is not due yet', async () => {
    const task = await enqueued();
    clock.advance(POLICY.overdueMs - 1);

    expect(await sweepFor(task.taskId)).toEqual([]);
    expect(await store.tasks.get(task.taskId)).toEqual(task);
  });

  it('starts the next generation of a task whose first execution never ran', async () => {
    const task = await enqueued();
    clock.advance(POLICY.overdueMs);

    const recovered = await sweepFor(task.taskId);

    expect(recovered).toEqual([
      {
        taskId: task.taskId,
        quoteId: task.quoteId,
        from: 'queued',
        to: 'queued',
        generation: 2,
        cause: 'recover_stale',
      },
    ]);
    expect(store.started).toContainEqual({
      taskId: task.taskId,
      generation: 2,
      worker: 'crm',
      waitSeconds: 0,
    });
  });

  it('records a lost first start as a recovery, and writes nothing for a later lost start', async () => {
    const task = await enqueued();
    clock.advance(POLICY.overdueMs);
    await sweepFor(task.taskId);
    const replaced = await store.tasks.get(task.taskId);
    clock.advance(POLICY.redriveCheckMs);

    expect(await sweepFor(task.taskId)).toMatchObject([{ generation: 2 }]);
    expect(stuckSinceMs(replaced?.history ?? [])).toBe(task.createdAtMs);
    expect(await store.tasks.get(task.taskId)).toEqual(replaced);
  });

  it('ignores a task while its driver runs, which may be waiting for a free worker', async () => {
    const task = await enqueued();
    store.running.add(`${task.taskId}-1`);
    clock.advance(POLICY.overdueMs + POLICY.staleDriverMs - 1);

    expect(await sweepFor(task.taskId)).toEqual([]);
    expect(await store.tasks.get(task.taskId)).toEqual(task);
  });

  it('replaces a running driver that has not moved its task for 15 minutes', async () => {
    const task = await enqueued();
    store.running.add(`${task.taskId}-1`);
    clock.advance(POLICY.overdueMs + POLICY.staleDriverMs);

    expect(await sweepFor(task.taskId)).toMatchObject([{ generation: 2 }]);
    store.running.add(`${task.taskId}-2`);
    clock.advance(POLICY.redriveCheckMs + 2 * POLICY.staleDriverMs - 1);
    expect(await sweepFor(task.taskId)).toEqual([]);
  });

  it('ends the attempt of a worker whose lease expired and drives the task at once', async () => {
    const task = await claimed();
    clock.advance(POLICY.leaseMs + POLICY.clockSkewMs);

    const recovered = await sweepFor(task.taskId);

    expect(recovered).toMatchObject([{ from: 'running', to: 'retryable_failed', generation: 2 }]);
    const stored = await store.tasks.get(task.taskId);
    expect(stored).toMatchObject({
      error: { code: 'WORKER_LOST' },
      inDoubt: true,
      version: task.version + 1,
    });
    expect(stored?.owner).toBeUndefined();
    expect(stored?.nextAttemptAtMs).toBe(clock.nowMs());
  });

  it('waits for the clock skew after the end of a lease', async () => {
    const task = await claimed();
    clock.advance(POLICY.leaseMs + POLICY.clockSkewMs - 1);

    expect(await sweepFor(task.taskId)).toEqual([]);
  });

  it('recovers a task once when two sweeps run at the same time', async () => {
    const task = await enqueued();
    clock.advance(POLICY.overdueMs);

    const both = await Promise.all([sweepFor(task.taskId), sweepFor(task.taskId)]);

    expect(both.flat()).toHaveLength(1);
    expect(await store.tasks.get(task.taskId)).toMatchObject({ generation: 2, version: 2 });
  });

  it('prevents writes of a worker that returns after its recovery', async () => {
    const task = await claimed();
    clock.advance(POLICY.leaseMs + POLICY.clockSkewMs);
    await sweepFor(task.taskId);

    const late = store.queue.complete(task, { result: resultOf(), proof: 'applied' });

    await expect(late).rejects.toBeInstanceOf(LeaseLost);
  });

  it('never touches a task that has ended', async () => {
    const task = await enqueued();
    const cancelled = await store.queue.operate(task.taskId, 'cancel', 1, 'api:tests');
    clock.advance(POLICY.taskDeadlineMs);

    expect(await sweepFor(task.taskId)).toEqual([]);
    expect(await store.tasks.get(task.taskId)).toEqual(cancelled);
  });

  it('recovers the other tasks if one task cannot be read, and then reports it', async () => {
    const broken = {
      taskId: `task-${'e'.repeat(40)}`,
      dueShard: 'due-0',
      dueAtMs: clock.nowMs(),
      state: 'nonsense',
    };
    await client.send(new PutCommand({ TableName: TABLE_NAMES.tasks, Item: broken }));
    const task = await enqueued();
    clock.advance(POLICY.overdueMs);

    const failure = await sweepFor(task.taskId).catch((error: unknown) => error);

    expect(failure).toBeInstanceOf(AggregateError);
    expect(failure).toMatchObject({
      errors: [expect.any(QueueError)],
      message: expect.stringMatching(new RegExp(`^1 failures at \\d+ candidates: task ${broken.taskId}$`)),
    });
    expect(await store.tasks.get(task.taskId)).toMatchObject({ generation: 2 });
  });
});
