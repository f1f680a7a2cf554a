/** Several workers on one task, and workers that return late: one effect, and only the owner writes. */
import { fc, test } from '@fast-check/vitest';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { QueueError } from '../../../lambdas/shared/domain/errors.ts';
import { POLICY } from '../../../lambdas/queue/domain/task/policy.ts';
import type { ExecutionTask } from '../../../lambdas/queue/contracts/records.ts';
import { tasksOf } from '../../../lambdas/queue/domain/damaged.ts';
import { requestOf, resultOf, snapshotOf } from '../../helpers/builders.ts';
import { countedIds } from '../../../tools/rig/counted-ids.ts';
import { type DynamoDbServer, startDynamoDb } from '../../../tools/rig/aws/dynamodb-server.ts';
import { execute, runWorker } from '../../helpers/execution.ts';
import { FakeClock } from '../../../tools/rig/fake-clock.ts';
import { FaultPlan } from '../../helpers/fault-plan.ts';
import { type Provider, startCrmProvider } from '../../helpers/providers.ts';
import { type Intercept, interceptedClient, type QueueStore, queueStore } from '../../helpers/queue-store.ts';
import { mustKnow } from '../../../lambdas/queue/domain/task/foreign.ts';

let dynamoDb: DynamoDbServer;
let crm: Provider;
let client: DynamoDBDocumentClient;
let clock: FakeClock;
let store: QueueStore;
let intercept: Intercept;

beforeAll(async () => {
  [dynamoDb, crm] = await Promise.all([startDynamoDb(), startCrmProvider()]);
  client = interceptedClient(dynamoDb.endpoint, (send) => intercept(send));
});

beforeEach(() => {
  intercept = (send) => send();
  clock = new FakeClock();
  store = queueStore(client, clock);
});

afterEach(() => {
  vi.unstubAllGlobals();
});

afterAll(async () => {
  client.destroy();
  await crm.stop();
  await dynamoDb.stop();
});

async function enqueuedTask(): Promise<ExecutionTask> {
  const snapshot = snapshotOf({ quoteId: `Q-${countedIds.next()}` });
  return mustKnow((await store.queue.enqueue(requestOf('crm.sync', 'key', snapshot))).task);
}

async function claimedBy(worker: string, task: ExecutionTask): Promise<ExecutionTask> {
  const claim = await store.queue.claim(task.taskId, task.generation, worker);
  if (claim.kind !== 'granted') throw new Error(`expected a claim, got ${claim.kind}`);
  return claim.task;
}

/** Drives with one provider plan per worker; all requests of all workers pass through `intercept`. */
const optionsOf = () => ({ store, provider: crm, plan: new FaultPlan(), clock });

describe('two concurrent workers on one task', () => {
  test.prop([fc.scheduler(), fc.integer({ min: 2, max: 3 })], { numRuns: 25 })(
    'make one effect in every order of their requests',
    async (scheduler, workers) => {
      const task = await enqueuedTask();
      intercept = async (send) => {
        await scheduler.schedule(Promise.resolve());
        return send();
      };
      const options = optionsOf();

      await scheduler.waitFor(Promise.all(Array.from({ length: workers }, () => runWorker(options, task))));
      intercept = (send) => send();

      expect(await execute(options, task)).toMatchObject({ outcome: 'completed' });
      expect(await crm.writesFor(task.quoteId)).toEqual(['deal']);
      expect((await store.tasks.get(task.taskId))?.attempt).toBe(1);
    },
  );

  it('get one claim; the other worker waits', async () => {
    const task = await enqueuedTask();

    const claims = await Promise.all(
      Array.from({ length: 8 }, (_, n) => store.queue.claim(task.taskId, 1, `worker-${n}`)),
    );

    expect(claims.filter(({ kind }) => kind === 'granted')).toHaveLength(1);
    expect(claims.filter(({ kind }) => kind === 'wait')).toHaveLength(7);
  });
});

/** State of the task after the successor of a stale worker. */
const successors: Readonly<Record<string, (task: ExecutionTask) => Promise<unknown>>> = {
  'is running': (task) => claimedBy('second', task),
  'has completed': async (task) =>
    store.queue.complete(await claimedBy('second', task), { result: resultOf(), proof: 'applied' }),
  'has failed': async (task) =>
    store.queue.fail(await claimedBy('second', task), new QueueError('PROVIDER_REFUSED')),
};
const settlements: Readonly<Record<string, (stale: ExecutionTask) => Promise<unknown>>> = {
  complete: (stale) => store.queue.complete(stale, { result: resultOf(), proof: 'applied' }),
  fail: (stale) => store.queue.fail(stale, new QueueError('PROVIDER_TIMEOUT')),
};

/** Lets the lease of `task` and the following backoff expire. */
async function loseLease(task: ExecutionTask): Promise<void> {
  clock.advance(POLICY.leaseMs + POLICY.clockSkewMs);
  const view = await store.queue.claim(task.taskId, task.generation, 'finds it lost');
  if (view.kind !== 'wait') throw new Error(`expected a backoff, got ${view.kind}`);
  clock.advance(view.waitSeconds * 1_000);
}

describe.each(Object.entries(successors))('a worker that returns when its successor %s', (_name, succeed) => {
  it.each(Object.entries(settlements))('cannot %s', async (_verb, settle) => {
    const stale = await claimedBy('first', await enqueuedTask());
    await loseLease(stale);
    await succeed(stale);
    const before = await store.tasks.get(stale.taskId);

    await expect(settle(stale)).rejects.toMatchObject({ name: 'LeaseLost' });
    expect(await store.tasks.get(stale.taskId)).toEqual(before);
  });
});

describe('a worker that was recorded as lost', () => {
  it('cannot complete, even before another worker has claimed', async () => {
    const stale = await claimedBy('', await enqueuedTask());
    clock.advance(POLICY.leaseMs + POLICY.clockSkewMs);
    await store.queue.claim(stale.taskId, stale.generation, 'second');

    await expect(settlements['complete']?.(stale)).rejects.toMatchObject({ name: 'LeaseLost' });
  });

  it('ends its execution by the table after an operator has started the next generation', async () => {
    const task = await enqueuedTask();
    const options = optionsOf();
    let operated = false;
    intercept = async (send) => {
      const answer = await send();
      const now = operated ? undefined : await queueStore(dynamoDb.client, clock).tasks.get(task.taskId);
      if (now?.state !== 'running') return answer;
      operated = true;
      const idle = queueStore(dynamoDb.client, clock).queue;
      await idle.recordLostWorker({ taskId: task.taskId, generation: 1 }, 'crashed');
      const failed = await queueStore(dynamoDb.client, clock).tasks.get(task.taskId);
      await idle.operate(task.taskId, 'retry', failed?.version ?? 0, 'slack:T1:U1');
      return answer;
    };

    expect(await runWorker(options, task)).toEqual({ outcome: 'superseded', waitSeconds: 0 });
    intercept = (send) => send();
    expect(await execute(options, { ...task, generation: 2 })).toMatchObject({ outcome: 'completed' });
    expect(await crm.writesFor(task.quoteId)).toEqual(['deal']);
  });
});

describe('a worker that is delayed before its effect', () => {
  it('does not apply the effect if the task was abandoned meanwhile, although its lease is valid', async () => {
    const task = await enqueuedTask();
    let requests = 0;
    intercept = async (send) => {
      requests += 1;
      // Read, claim, reserve: the fourth request is the check right before the effect.
      if (requests === 4) {
        const idle = queueStore(dynamoDb.client, clock);
        await idle.queue.recordLostWorker({ taskId: task.taskId, generation: 1 }, 'The call to it failed');
        const failed = await idle.tasks.get(task.taskId);
        await idle.queue.operate(task.taskId, 'abandon', failed?.version ?? 0, 'slack:T1:U1');
      }
      return send();
    };

    expect(await runWorker(optionsOf(), task)).toEqual({ outcome: 'failed_terminal', waitSeconds: 0 });
    expect(await crm.writesFor(task.quoteId)).toEqual([]);
  });
});

describe('200 concurrent requests to enqueue', () => {
  it('make one task per key', async () => {
    const snapshot = snapshotOf({ quoteId: `Q-${countedIds.next()}` });
    const requests = Array.from({ length: 200 }, (_, n) => requestOf('crm.sync', `key-${n % 20}`, snapshot));

    const answers = await Promise.all(requests.map((request) => store.queue.enqueue(request)));

    const stored = tasksOf((await store.tasks.listByQuote(snapshot.quoteId, { limit: 100 })).entries);
    expect(stored).toHaveLength(20);
    expect(answers.filter(({ replayed }) => !replayed)).toHaveLength(20);
    expect(new Set(answers.map(({ task }) => task.attemptId))).toEqual(
      new Set(stored.map((task) => task.attemptId)),
    );
  });

  it('are refused for the same key with another payload, without a write', async () => {
    const snapshot = snapshotOf({ quoteId: `Q-${countedIds.next()}` });
    const { task } = await store.queue.enqueue(requestOf('crm.sync', 'key', snapshot));

    const other = requestOf('crm.sync', 'key', { ...snapshot, revision: 2 });

    await expect(store.queue.enqueue(other)).rejects.toMatchObject({ code: 'IDEMPOTENCY_KEY_REUSED' });
    expect(await store.tasks.get(task.taskId)).toEqual(task);
  });
});
