/** Writes, migrations and events of this release beside an imagined next one: unknown words and fields are preserved. */
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fromItem, migratedTaskItem, toItem } from '../../../lambdas/queue/adapters/dynamodb/task-item.ts';
import { pauseRecordSchema } from '../../../lambdas/queue/contracts/controls.ts';
import { isKnownTask } from '../../../lambdas/queue/contracts/records.ts';
import { sweepAnswerSchema } from '../../../lambdas/queue/contracts/sweep-answer.ts';
import { pausedWith } from '../../../lambdas/queue/domain/pauses/pauses.ts';
import { mustKnow } from '../../../lambdas/queue/domain/task/foreign.ts';
import { redriven } from '../../../lambdas/queue/domain/task/transitions.ts';
import type { StoredItem } from '../../../lambdas/shared/domain/stored-items.ts';
import { hasThread } from '../../../lambdas/slack/domain/show-card.ts';
import { isForeignEvent } from '../../../lambdas/slack/contracts/cards.ts';
import { type DynamoDbServer, startDynamoDb, TABLE_NAMES } from '../../../tools/rig/aws/dynamodb-server.ts';
import { FakeClock, START_MS } from '../../../tools/rig/fake-clock.ts';
import { contextAt, requestOf } from '../../helpers/builders.ts';
import { type QueueStore, queueStore } from '../../helpers/queue-store.ts';
import { FOREIGN_TASKS, foreignIdOf, LATER_MS, QUOTE_ID } from '../../helpers/foreign-tasks.ts';

let dynamoDb: DynamoDbServer;
let store: QueueStore;
beforeAll(async () => {
  dynamoDb = await startDynamoDb();
  store = queueStore(dynamoDb.client, new FakeClock(LATER_MS));
});
afterAll(() => dynamoDb.stop());

const put = (item: StoredItem) =>
  dynamoDb.client.send(new PutCommand({ TableName: TABLE_NAMES.tasks, Item: item }));

describe('writes beside the next release', () => {
  it('keep unknown fields and words', () => {
    for (const [, { item }] of FOREIGN_TASKS.filter(([, { isMovable }]) => isMovable)) {
      const task = fromItem(item);

      const next = redriven(mustKnow(task), 'operator_retry', contextAt(LATER_MS));

      expect(Object(next)['priority']).toBe(item['priority']);
      expect(next.error).toEqual(item['error']);
      expect(next.history.slice(0, -1)).toEqual(item['history']);
    }
  });

  it('answer a repeated request with the task in its unknown state', async () => {
    const { task } = await store.queue.enqueue(requestOf('crm.sync', 'next'));
    await put({ ...toItem(mustKnow(task)), state: 'awaiting_approval' });
    const started = store.started.length;

    const again = await store.queue.enqueue(requestOf('crm.sync', 'next'));

    expect([again.replayed, again.task.state]).toEqual([true, 'awaiting_approval']);
    expect(store.started).toHaveLength(started);
  });

  it('keep the fields of a pause', () => {
    const now = { nowMs: START_MS, actor: 'ada', attemptId: 'a' };
    const stored = pauseRecordSchema.parse({
      ...pausedWith(undefined, 'crm.sync', 'CRM down', now),
      ticket: 'INC-7',
    });

    expect(pausedWith(stored, 'crm.sync', 'CRM slow', now)).toMatchObject({ ticket: 'INC-7', version: 2 });
  });
});

describe('migrations beside the next release', () => {
  it.each(FOREIGN_TASKS)(
    'down: refuse a task with a %s that an older release cannot read, and name it',
    (_name, { item }) => {
      expect(() => migratedTaskItem(item, 1)).toThrow(/STORED_RECORD_INVALID: Task item: \S+: expected /);
    },
  );

  it.each(FOREIGN_TASKS)('up: do not change a task with a %s', (_name, { item }) => {
    expect(migratedTaskItem(item, 2)).toMatchObject({ ...item, dueShard: expect.any(String) });
  });
});

describe('Slack beside the next release', () => {
  it('has no thread for a payload without a quote, and a thread for every other payload', () => {
    const without = FOREIGN_TASKS.filter(([, { item }]) => !hasThread(fromItem(item))).map(([name]) => name);

    expect(without).toEqual(['payload']);
    expect(FOREIGN_TASKS.filter(([, { item }]) => isKnownTask(fromItem(item)))).toHaveLength(3);
  });

  it.each([
    [{ 'detail-type': 'QuoteArchived', detail: {} }, true],
    [{ 'detail-type': 'ExecutionTransitioned', detail: { taskId: foreignIdOf(1) } }, false],
    [{ detail: { taskId: foreignIdOf(1) }, retry: { count: 1, sinceMs: START_MS } }, false],
    ['no object', false],
  ])('accepts an event of another type: %j', (body, expected) => {
    expect(isForeignEvent(body)).toBe(expected);
  });
});

describe('the answer of the next release’s sweep', () => {
  it('is read by the command line of this release', () => {
    const recovered = {
      taskId: foreignIdOf(1),
      quoteId: QUOTE_ID,
      from: 'awaiting_approval',
      to: 'queued',
      generation: 2,
      cause: 'reprioritise',
    };
    const failure = { part: 'ledger_copy', id: 'x', code: 'CRM_QUOTA_SPENT', detail: 'x' };

    expect(
      sweepAnswerSchema.safeParse({ recovered: [recovered], failures: [failure], leftOut: 0 }).success,
    ).toBe(true);
  });
});
