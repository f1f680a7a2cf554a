/** A paused kind: its tasks are held, use no attempts, and are not read meanwhile. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { CONTROL_SCHEMA_VERSION, type Pause, pauseIdOf } from '../../../lambdas/queue/contracts/controls.ts';
import type { ExecutionTask } from '../../../lambdas/queue/contracts/records.ts';
import { QueueError } from '../../../lambdas/shared/domain/errors.ts';
import { POLICY } from '../../../lambdas/queue/domain/task/policy.ts';
import { type QueueService, queueServiceOf, unstarted } from '../../helpers/queue-service.ts';
import { contextAt, requestOf, snapshotOf } from '../../helpers/builders.ts';
import { countedIds } from '../../../tools/rig/counted-ids.ts';
import { redriven } from '../../../lambdas/queue/domain/task/transitions.ts';
import { type DynamoDbServer, startDynamoDb } from '../../../tools/rig/aws/dynamodb-server.ts';
import { FakeClock, START_MS } from '../../../tools/rig/fake-clock.ts';
import { interceptedClient, type QueueStore, queueStore } from '../../helpers/queue-store.ts';
import { mustKnow } from '../../../lambdas/queue/domain/task/foreign.ts';

const HOUR_MS = 60 * 60 * 1_000;

let dynamoDb: DynamoDbServer;
let client: DynamoDBDocumentClient;
let clock: FakeClock;
let store: QueueStore;
let paused: boolean;
let worker: QueueService;

const pause: Pause = {
  schemaVersion: CONTROL_SCHEMA_VERSION,
  controlId: pauseIdOf('crm.sync'),
  kind: 'crm.sync',
  reason: 'The CRM is down until noon',
  actor: 'api:ada',
  sinceMs: START_MS,
  version: 1,
  attemptId: 'pause-1',
};

beforeAll(async () => {
  dynamoDb = await startDynamoDb();
  client = interceptedClient(dynamoDb.endpoint);
});

beforeEach(() => {
  clock = new FakeClock(START_MS);
  store = queueStore(client, clock);
  paused = true;
  worker = queueServiceOf({
    queue: store.tasks,
    driver: unstarted,
    pauses: { pauseOf: (kind) => Promise.resolve(paused && kind === 'crm.sync' ? pause : undefined) },
    clock,
  });
});

afterAll(async () => {
  client.destroy();
  await dynamoDb.stop();
});

async function enqueued(kind: 'crm.sync' | 'pdf.render' = 'crm.sync'): Promise<ExecutionTask> {
  const snapshot = snapshotOf({ quoteId: `Q-${countedIds.next()}` });
  return mustKnow((await store.queue.enqueue(requestOf(kind, 'key', snapshot))).task);
}

async function stored(taskId: string): Promise<ExecutionTask> {
  const task = await store.tasks.get(taskId);
  if (task === undefined) throw new Error(`${taskId}: expected a task`);
  return mustKnow(task);
}

describe('a claim of a paused kind', () => {
  it('holds the task with the reason and uses no attempt', async () => {
    const { taskId } = await enqueued();

    expect(await worker.claim(taskId, 1, 'worker')).toEqual({ kind: 'held' });

    expect(await stored(taskId)).toMatchObject({
      state: 'queued',
      version: 2,
      generation: 1,
      attempt: 0,
      hold: { reason: pause.reason, actor: 'api:ada', sinceMs: START_MS },
    });
    expect((await stored(taskId)).history.at(-1)).toMatchObject({
      cause: 'hold',
      actor: 'system:test',
      reason: 'Paused by api:ada: The CRM is down until noon',
    });
  });

  it('delivered again finds the task held and writes nothing', async () => {
    const { taskId } = await enqueued();
    await worker.claim(taskId, 1, 'worker');

    expect(await worker.claim(taskId, 1, 'worker')).toEqual({ kind: 'held' });
    expect((await stored(taskId)).version).toBe(2);
  });

  it('does not affect another kind', async () => {
    const { taskId } = await enqueued('pdf.render');

    expect(await worker.claim(taskId, 1, 'worker')).toMatchObject({ kind: 'granted' });
  });

  it('keeps the backoff of a task that had failed', async () => {
    const { taskId } = await enqueued();
    paused = false;
    const claim = await worker.claim(taskId, 1, 'worker');
    if (claim.kind !== 'granted') throw new Error('expected the task to be granted');
    const failure = await worker.fail(claim.task, new QueueError('PROVIDER_TIMEOUT'));
    clock.advance(HOUR_MS);
    paused = true;

    await worker.claim(taskId, 1, 'worker');

    expect(await stored(taskId)).toMatchObject({
      state: 'retryable_failed',
      nextAttemptAtMs: failure.task.nextAttemptAtMs,
      attempt: 1,
      inDoubt: true,
      hold: { sinceMs: START_MS + HOUR_MS },
    });
  });
});

describe('a held task', () => {
  it('is a candidate of its kind, not of the sweep', async () => {
    const { taskId } = await enqueued();
    await worker.claim(taskId, 1, 'worker');
    const laterMs = START_MS + HOUR_MS;

    expect(await store.tasks.listDue(laterMs, 1_000)).not.toContain(taskId);
    expect(await store.tasks.listHeld('crm.sync', laterMs, 1_000)).toContain(taskId);
    expect(await store.tasks.listHeld('pdf.render', laterMs, 1_000)).not.toContain(taskId);
  });

  it('is claimed after the kind is resumed, and its deadline moves by the time of the hold', async () => {
    const { taskId, deadlineAtMs } = await enqueued();
    await worker.claim(taskId, 1, 'worker');
    clock.advance(2 * POLICY.taskDeadlineMs);
    paused = false;

    const claim = await worker.claim(taskId, 1, 'worker');

    expect(claim).toMatchObject({ kind: 'granted', task: { attempt: 1 } });
    const task = await stored(taskId);
    expect(task.hold).toBeUndefined();
    expect(task.deadlineAtMs).toBe(deadlineAtMs + 2 * POLICY.taskDeadlineMs);
  });

  it('is released to its next generation with its deadline moved, and no longer waits', async () => {
    const { taskId, deadlineAtMs } = await enqueued();
    await worker.claim(taskId, 1, 'worker');
    clock.advance(HOUR_MS);

    const released = redriven(await stored(taskId), 'release', contextAt(clock.nowMs()));

    expect(released).toMatchObject({ generation: 2, deadlineAtMs: deadlineAtMs + HOUR_MS, attempt: 0 });
    expect(released.hold).toBeUndefined();
  });
});
