/** Complete executions against a provider that limits its rate, is down or does not answer: their end and their effects. */
import { DeleteCommand, ScanCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { SyncCrmDeal } from '../../../lambdas/actions/crm/sync/sync-crm-deal.ts';
import type { ExecutionTask } from '../../../lambdas/queue/contracts/records.ts';
import { POLICY } from '../../../lambdas/queue/domain/task/policy.ts';
import { DEFAULT_RETRY_POLICY } from '../../../lambdas/queue/domain/task/task-policy.ts';
import { requestOf, snapshotOf } from '../../helpers/builders.ts';
import { countedIds } from '../../../tools/rig/counted-ids.ts';
import { type DynamoDbServer, startDynamoDb, TABLE_NAMES } from '../../../tools/rig/aws/dynamodb-server.ts';
import { execute, runWorker } from '../../helpers/execution.ts';
import { FakeClock, START_MS } from '../../../tools/rig/fake-clock.ts';
import { FaultPlan } from '../../helpers/fault-plan.ts';
import { type Provider, startCrmProvider } from '../../helpers/providers.ts';
import { queueStore, type QueueStore } from '../../helpers/queue-store.ts';
import { type Script, type ScriptedUpstream, startScripted } from '../../helpers/scripted-upstream.ts';
import { mustKnow } from '../../../lambdas/queue/domain/task/foreign.ts';

const { maxAttempts } = DEFAULT_RETRY_POLICY;

let dynamoDb: DynamoDbServer;
let crm: Awaited<ReturnType<typeof startCrmProvider>>;
let upstream: ScriptedUpstream;
let provider: Provider;
let clock: FakeClock;
let store: QueueStore;
let quoteId: string;

beforeAll(async () => {
  [dynamoDb, crm] = await Promise.all([startDynamoDb(), startCrmProvider()]);
});

beforeEach(async () => {
  upstream = await startScripted(crm.url);
  const token = (): Promise<string> => Promise.resolve(crm.token);
  provider = { ...crm, effect: () => new SyncCrmDeal({ baseUrl: upstream.url, clock, token }) };
  clock = new FakeClock();
  store = queueStore(dynamoDb.client, clock);
  quoteId = `Q-${countedIds.next()}`;
});

afterEach(async () => {
  vi.unstubAllGlobals();
  await upstream.stop();
});

afterAll(async () => {
  await crm.stop();
  await dynamoDb.stop();
});

const enqueued = async (): Promise<ExecutionTask> =>
  mustKnow((await store.queue.enqueue(requestOf('crm.sync', 'key', snapshotOf({ quoteId })))).task);

/** Runs an execution whose requests to the provider end as scripted; later requests succeed. */
async function executed(...scripts: Script[]): Promise<ExecutionTask | undefined> {
  const task = await enqueued();
  for (const script of scripts) upstream.next(script);
  await execute({ store, provider, plan: new FaultPlan(), clock }, task);
  const stored = await store.tasks.get(task.taskId);
  return stored && mustKnow(stored);
}

const times = <T>(count: number, item: T): T[] => Array.from({ length: count }, () => item);
const limited = (seconds: number): Script => ({ status: 429, headers: { 'retry-after': String(seconds) } });
const down: Script = { status: 500 };
const notFound: Script = { status: 404, body: '{}' };

describe('a provider that limits its rate', () => {
  it('uses no attempts for any number of deferrals', async () => {
    const task = await executed(...times(3 * maxAttempts, limited(2)));

    expect(task).toMatchObject({
      state: 'completed',
      deferrals: 3 * maxAttempts,
      attempt: 3 * maxAttempts + 1,
    });
    expect(await crm.writesFor(quoteId)).toEqual(['deal']);
  });

  it('for longer than the deadline ends the task, before the deadline is over', async () => {
    const task = await executed(...times(100, limited(3_600)));

    expect(task).toMatchObject({
      state: 'failed_terminal',
      error: { code: 'DEADLINE_EXCEEDED', causeCode: 'PROVIDER_RATE_LIMITED' },
    });
    expect(clock.nowMs()).toBeLessThanOrEqual(START_MS + POLICY.taskDeadlineMs);
    expect(await crm.writesFor(quoteId)).toEqual([]);
  });
});

describe('a provider that is down', () => {
  it('for fewer requests than attempts only delays the task', async () => {
    const task = await executed(down, down, down);

    expect(task).toMatchObject({ state: 'completed' });
    expect(await crm.writesFor(quoteId)).toEqual(['deal']);
  });

  it('for all attempts and the following probe ends the task with the cause', async () => {
    const task = await executed(...times(maxAttempts + 1, down));

    expect(task).toMatchObject({
      state: 'failed_terminal',
      attempt: maxAttempts + 1,
      error: { code: 'RETRIES_EXHAUSTED', causeCode: 'PROVIDER_UNAVAILABLE' },
    });
    expect(await crm.writesFor(quoteId)).toEqual([]);
  });
});

/** Every attempt except the last: unknown at first, then probed without a result and unknown again. */
const untilLastAttempt: Script[] = [down, ...times(maxAttempts - 2, [notFound, down]).flat(), notFound];

describe('an answer that is lost in the last attempt', () => {
  it('is found by the following probe, and the task is completed', async () => {
    const task = await executed(...untilLastAttempt, 'lose_reply');

    expect(task).toMatchObject({ state: 'completed', proof: 'probed', attempt: maxAttempts + 1 });
    expect(await crm.writesFor(quoteId)).toEqual(['deal']);
  });

  it('ends the task without a second attempt if the probe finds nothing', async () => {
    const task = await executed(...untilLastAttempt, down, notFound);

    expect(task).toMatchObject({
      state: 'failed_terminal',
      error: { code: 'RETRIES_EXHAUSTED', causeCode: 'PROVIDER_UNAVAILABLE' },
    });
    expect(await crm.writesFor(quoteId)).toEqual([]);
  });
});

describe('a task whose deadline has passed', () => {
  const late = POLICY.taskDeadlineMs + 1;

  it('is not carried out, but its provider is probed', async () => {
    const task = await enqueued();
    clock.advance(late);

    await execute({ store, provider, plan: new FaultPlan(), clock }, task);

    expect(await store.tasks.get(task.taskId)).toMatchObject({
      state: 'failed_terminal',
      error: { code: 'DEADLINE_EXCEEDED' },
    });
    expect(upstream.seen.map((request) => request.split(' ')[0])).toEqual(['GET']);
    expect(await crm.writesFor(quoteId)).toEqual([]);
  });

  it('is completed if the effect of an attempt in doubt exists', async () => {
    const task = await enqueued();
    clock.advance(POLICY.taskDeadlineMs - 1);
    upstream.next('lose_reply');

    await execute({ store, provider, plan: new FaultPlan(), clock }, task);

    expect(await store.tasks.get(task.taskId)).toMatchObject({ state: 'completed', proof: 'probed' });
    expect(await crm.writesFor(quoteId)).toEqual(['deal']);
  });

  it('ends with the doubt in its detail if the provider does not answer', async () => {
    const task = await enqueued();
    clock.advance(POLICY.taskDeadlineMs - 1);
    for (const script of ['lose_reply', limited(1)] as const) upstream.next(script);

    await execute({ store, provider, plan: new FaultPlan(), clock }, task);

    const ended = await store.tasks.get(task.taskId);
    expect(ended).toMatchObject({
      state: 'failed_terminal',
      inDoubt: true,
      error: { code: 'DEADLINE_EXCEEDED' },
    });
    expect(ended?.error?.detail).toContain('look at the provider');
  });

  it('gets a new deadline when an operator retries it', async () => {
    const task = await enqueued();
    clock.advance(late);

    const retried = await store.queue.operate(task.taskId, 'retry', task.version, 'api:tests');
    await execute({ store, provider, plan: new FaultPlan(), clock }, retried);

    expect(await store.tasks.get(task.taskId)).toMatchObject({ state: 'completed', proof: 'applied' });
  });
});

describe('a ledger that has forgotten an effect', () => {
  it('does not cause a second one: the task stores that an attempt is in doubt', async () => {
    const task = await enqueued();
    const options = { store, provider, plan: new FaultPlan(), clock };
    upstream.next('lose_reply');
    await runWorker(options, task);
    const { Items = [] } = await dynamoDb.client.send(new ScanCommand({ TableName: TABLE_NAMES.ledger }));
    const record = Items.find((item) => String(item['effectKey']).endsWith(task.taskId));
    await dynamoDb.client.send(
      new DeleteCommand({ TableName: TABLE_NAMES.ledger, Key: { id: String(record?.['id']) } }),
    );

    await execute(options, task);

    expect(await store.tasks.get(task.taskId)).toMatchObject({ state: 'completed', proof: 'probed' });
    expect(await crm.writesFor(quoteId)).toEqual(['deal']);
  });
});
