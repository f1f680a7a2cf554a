import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DynamoDBDocumentClient, NumberValue, PutCommand } from '@aws-sdk/lib-dynamodb';
import { decodeCursor, encodeCursor } from '../../../lambdas/queue/adapters/dynamodb/cursor.ts';
import { DynamoDbTaskRepo } from '../../../lambdas/queue/adapters/dynamodb/task-repo.ts';
import type { ExecutionTask } from '../../../lambdas/queue/contracts/records.ts';
import { claimed, completed, stopped } from '../../../lambdas/queue/domain/task/transitions.ts';
import { tasksOf } from '../../../lambdas/queue/domain/damaged.ts';
import { DUE_SHARD_NAMES, dueShardOf } from '../../../lambdas/queue/domain/task/identity.ts';
import { contextAt, queuedTask, resultOf, runningTask, snapshotOf } from '../../helpers/builders.ts';
import { startDynamoDbUnderTest } from '../../helpers/aws/dynamodb-under-test.ts';
import { type DynamoDbServer, TABLE_NAMES } from '../../../tools/rig/aws/dynamodb-server.ts';
import { START_MS } from '../../../tools/rig/fake-clock.ts';
import { type LossyProxy, startLossyProxy } from '../../helpers/lossy-proxy.ts';
import { interceptedClient } from '../../helpers/queue-store.ts';

let dynamoDb: DynamoDbServer;
let lossy: LossyProxy;
let lossyClient: DynamoDBDocumentClient;
let repo: DynamoDbTaskRepo;
let lossyRepo: DynamoDbTaskRepo;
let keys = 0;

beforeAll(async () => {
  dynamoDb = await startDynamoDbUnderTest();
  lossy = await startLossyProxy(dynamoDb.endpoint);
  lossyClient = interceptedClient(lossy.url);
  repo = new DynamoDbTaskRepo(dynamoDb.client, TABLE_NAMES.tasks);
  lossyRepo = new DynamoDbTaskRepo(lossyClient, TABLE_NAMES.tasks);
});

afterAll(async () => {
  lossyClient.destroy();
  await lossy.stop();
  await dynamoDb.stop();
});

const freshTask = (nowMs = START_MS, quoteId = 'Q-1001'): ExecutionTask => {
  keys += 1;
  return queuedTask('crm.sync', `key-${keys}`, nowMs, snapshotOf({ quoteId }));
};

async function storedTask(task = freshTask()): Promise<ExecutionTask> {
  await repo.putIfAbsent(task);
  return task;
}

async function storedRunning(): Promise<ExecutionTask> {
  const queued = await storedTask();
  const running = runningTask(queued);
  await repo.replace(queued, running);
  return running;
}

const done = (task: ExecutionTask): ExecutionTask =>
  completed(task, { result: resultOf(), proof: 'applied' }, contextAt());

describe('putIfAbsent', () => {
  it('accepts one of many concurrent writers and returns the stored item to the others', async () => {
    const task = freshTask();
    const racing = Array.from({ length: 20 }, (_, n) => ({ ...task, attemptId: `writer-${n}` })).map(
      (own) => ({
        ...own,
        history: own.history.map((entry) => ({ ...entry, attemptId: own.attemptId })),
      }),
    );

    const answers = await Promise.all(racing.map((own) => repo.putIfAbsent(own)));

    const winners = answers.flatMap((answer) => (answer.kind === 'stored' ? [answer.task.attemptId] : []));
    const shown = answers.flatMap((answer) =>
      answer.kind === 'conflict' ? [answer.current?.attemptId] : [],
    );
    expect(winners).toHaveLength(1);
    expect(new Set(shown)).toEqual(new Set(winners));
  });

  it('recognises its own write when the answer was lost', async () => {
    const task = freshTask();

    lossy.loseNextReply();

    expect(await lossyRepo.putIfAbsent(task)).toEqual({ kind: 'stored', task });
  });
});

describe('replace', () => {
  it('refuses another version, another owner, and any owner if the task has none', async () => {
    const queued = await storedTask();
    const running = runningTask(queued);

    await repo.replace(queued, running);
    const answers = [
      await repo.replace(queued, runningTask(queued)),
      await repo.replace({ ...running, owner: 'somebody else' }, done(running)),
      await repo.replace({ ...running, version: running.version - 1 }, done(running)),
      await repo.replace({ ...running, version: running.version + 1 }, done(running)),
    ];

    expect(answers.map(({ kind }) => kind)).toEqual(['conflict', 'conflict', 'conflict', 'conflict']);
    expect(await repo.get(running.taskId)).toEqual(running);
  });

  it('refuses a writer without an owner on a claimed task of the same version', async () => {
    const running = await storedRunning();
    const { owner: _owner, ...ownerless } = running;

    expect(await repo.replace(ownerless, done(running))).toEqual({ kind: 'conflict', current: running });
  });

  it('reports a missing task', async () => {
    const task = freshTask();

    expect(await repo.replace(task, runningTask(task))).toEqual({ kind: 'conflict', current: undefined });
  });

  it('recognises its own write when the answer was lost', async () => {
    const running = await storedRunning();
    const next = done(running);

    lossy.loseNextReply();

    expect(await lossyRepo.replace(running, next)).toEqual({ kind: 'stored', task: next });
    expect(await repo.get(running.taskId)).toEqual(next);
  });

  it('recognises its own write also if the task has moved since', async () => {
    const queued = await storedTask();
    const running = runningTask(queued);
    const after = done(running);

    lossy.loseNextReply(async () => {
      await repo.replace(running, after);
    });

    expect(await lossyRepo.replace(queued, running)).toEqual({ kind: 'stored', task: running });
    expect(await repo.get(queued.taskId)).toEqual(after);
  });

  it("does not recognise another's write as its own", async () => {
    const queued = await storedTask();

    lossy.loseNextReply();
    await lossyRepo.replace(queued, claimed(queued, 'first', 'worker', contextAt()));

    expect(await lossyRepo.replace(queued, claimed(queued, 'second', 'worker', contextAt()))).toMatchObject({
      kind: 'conflict',
      current: { owner: 'first' },
    });
  });
});

describe('listDue', () => {
  it('names due tasks of all shards, but no later or ended ones', async () => {
    const due = await Promise.all(
      Array.from({ length: 12 }, () => storedTask(freshTask(START_MS - 1_000_000))),
    );
    const later = await storedTask(freshTask(START_MS + 1_000_000));
    const [ended] = due;
    if (ended === undefined) throw new Error('expected tasks');
    await repo.replace(ended, stopped(ended, 'operator_cancel', contextAt()));

    const listed = await repo.listDue(START_MS - 900_000, 100);

    expect(new Set(listed)).toEqual(new Set(due.slice(1).map(({ taskId }) => taskId)));
    expect(listed).not.toContain(later.taskId);
  });

  it('fills its limit from one shard, so that its first tasks do not hide others', async () => {
    const dueAtMs = START_MS - 9_000_000;
    const inOneShard = Array.from({ length: 100 }, () => freshTask(dueAtMs)).filter(
      (task) => dueShardOf(task) === 'due-3',
    );
    for (const task of inOneShard) await storedTask(task);

    const { length } = inOneShard;
    const listed = await repo.listDue(dueAtMs + 1_000_000, length);

    expect(new Set(listed)).toEqual(new Set(inOneShard.map(({ taskId }) => taskId)));
    expect(await repo.listDue(dueAtMs + 1_000_000, 3)).toHaveLength(3);
  });

  it('takes one task from each shard before a second one from any', async () => {
    const dueAtMs = START_MS - 99_000_000;
    const tasks = Array.from({ length: 100 }, () => freshTask(dueAtMs));
    for (const task of tasks) await storedTask(task);

    const listed = new Set(await repo.listDue(dueAtMs + 1_000_000, DUE_SHARD_NAMES.length));

    expect(new Set(tasks.filter(({ taskId }) => listed.has(taskId)).map(dueShardOf))).toEqual(
      new Set(tasks.map(dueShardOf)),
    );
  });
});

describe('pageDue', () => {
  it('passes a damaged task whose due time is too large for JavaScript', async () => {
    const dueAtMs = NumberValue.from('-1000000000000000000000000000000');
    const taskIds = ['a', 'b'].map((digit) => `task-${digit.repeat(40)}`);
    for (const taskId of taskIds) {
      const Item = { taskId, dueShard: 'due-5', dueAtMs };
      await dynamoDb.client.send(new PutCommand({ TableName: TABLE_NAMES.tasks, Item }));
    }
    const query = { shard: 'due-5', untilMs: -Number.MAX_SAFE_INTEGER, limit: 1 };

    const first = await repo.pageDue(query);
    const second = await repo.pageDue({ ...query, ...(first.next && { after: first.next }) });

    expect([...first.candidates, ...second.candidates].map(({ taskId }) => taskId)).toEqual(taskIds);
  });
});

describe('listByQuote', () => {
  it('pages through the tasks of a quote in order of enqueueing', async () => {
    const tasks = [0, 1, 2, 3, 4].map((n) => freshTask(START_MS + n, 'Q-paged'));
    for (const task of tasks.toReversed()) await repo.putIfAbsent(task);
    const first = await repo.listByQuote('Q-paged', { limit: 3 });
    const second = await repo.listByQuote('Q-paged', { limit: 3, cursor: first.cursor ?? '' });

    expect(tasksOf([...first.entries, ...second.entries])).toEqual(tasks);
    expect(second.cursor).toBeUndefined();
  });

  it('filters the tasks of one state', async () => {
    const [queued, running] = [freshTask(START_MS, 'Q-states'), freshTask(START_MS + 1, 'Q-states')];
    await repo.putIfAbsent(queued);
    await repo.putIfAbsent(running);
    await repo.replace(running, runningTask(running));

    const { entries } = await repo.listByQuote('Q-states', { limit: 10, state: 'running' });

    expect(tasksOf(entries).map(({ taskId }) => taskId)).toEqual([running.taskId]);
  });
});

const encoded = (key: object): string => Buffer.from(JSON.stringify(key)).toString('base64url');

describe('a cursor', () => {
  const pageKey = { taskId: 'task-1', quoteId: 'Q-1', createdAtMs: 5 };

  it('leads back to its key', () => {
    expect(decodeCursor(encodeCursor(pageKey), 'Q-1')).toEqual(pageKey);
  });

  it.each(['not a task', '東京'])('passes the damaged key "%s"', (taskId) => {
    const key = { ...pageKey, taskId, createdAtMs: NumberValue.from('-1000000000000000000000000000000.5') };

    expect(decodeCursor(encodeCursor(key), 'Q-1')).toEqual(key);
  });

  it.each([
    ['another quote', encodeCursor({ ...pageKey, quoteId: 'Q-2' })],
    ['no JSON', 'bm90IGpzb24'],
    ['nothing', ''],
    ['a key more', encoded({ ...pageKey, more: 1 })],
    ['a key of another type', encoded({ ...pageKey, createdAtMs: true })],
    ['a number that DynamoDB does not have', encoded({ ...pageKey, createdAtMs: '1'.repeat(39) })],
    ['an empty key', encoded({ ...pageKey, taskId: '' })],
    ['no object', 'W10'],
  ])('of %s is refused', (_name, cursor) => {
    expect(() => decodeCursor(cursor, 'Q-1')).toThrow(expect.objectContaining({ code: 'REQUEST_INVALID' }));
  });
});

describe('a stored item', () => {
  it.each([
    ['what is no state', { state: 'not a state' }],
    ['a later schema version', { schemaVersion: 3 }],
  ])("with %s is refused with the field's name", async (_name, broken) => {
    const task = freshTask();
    await dynamoDb.client.send(
      new PutCommand({ TableName: TABLE_NAMES.tasks, Item: { ...task, ...broken } }),
    );

    await expect(repo.get(task.taskId)).rejects.toMatchObject({ code: 'STORED_RECORD_INVALID' });
  });

  it('of a newer release is read with its words and fields', async () => {
    const task = freshTask();
    const foreign = { ...task, state: 'awaiting_approval', priority: 'high' };
    await dynamoDb.client.send(new PutCommand({ TableName: TABLE_NAMES.tasks, Item: foreign }));

    expect(await repo.get(task.taskId)).toEqual(foreign);
  });

  it('of the previous schema version is read as one of the present version', async () => {
    const task = freshTask();
    await dynamoDb.client.send(
      new PutCommand({ TableName: TABLE_NAMES.tasks, Item: { ...task, schemaVersion: 1 } }),
    );

    expect(await repo.get(task.taskId)).toEqual(task);
  });
});
