import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { DynamoDbCardRepo } from '../../../lambdas/slack/adapters/dynamodb/card-repo.ts';
import type { CardLock } from '../../../lambdas/slack/domain/ports.ts';
import {
  type CardRecord,
  type LatencyRecord,
  cardIdOf,
} from '../../../lambdas/queue/contracts/shown-cards.ts';
import { POLICY } from '../../../lambdas/queue/domain/task/policy.ts';
import { queuedTask } from '../../helpers/builders.ts';
import { countedIds } from '../../../tools/rig/counted-ids.ts';
import { startDynamoDbUnderTest } from '../../helpers/aws/dynamodb-under-test.ts';
import { type DynamoDbServer, TABLE_NAMES } from '../../../tools/rig/aws/dynamodb-server.ts';
import { START_MS } from '../../../tools/rig/fake-clock.ts';

const LOCK_MS = 30_000;

let dynamoDb: DynamoDbServer;
let cards: DynamoDbCardRepo;
let taskId: string;

beforeAll(async () => {
  dynamoDb = await startDynamoDbUnderTest();
  cards = new DynamoDbCardRepo(dynamoDb.client, TABLE_NAMES.cards);
});
beforeEach(() => {
  ({ taskId } = queuedTask('crm.sync', countedIds.next()));
});
afterAll(() => dynamoDb.stop());

const lockOf = (change: Partial<CardLock> = {}): CardLock => {
  const nowMs = change.nowMs ?? START_MS;
  return {
    taskId,
    channel: 'C1',
    version: 1,
    rewrite: false,
    owner: countedIds.next(),
    nowMs,
    expiresAtMs: nowMs + LOCK_MS,
    ...change,
  };
};

async function locked(change: Partial<CardLock> = {}): Promise<CardRecord> {
  const answer = await cards.lock(lockOf(change));
  if (answer.kind !== 'locked') throw new Error(`card: expected a lock, got ${answer.kind}`);
  return answer.card;
}

const UNLOCKED = { owner: undefined, lockExpiresAtMs: undefined } as const;
const show = (card: CardRecord, version: number): Promise<CardRecord> =>
  cards.write(card, { ...UNLOCKED, ts: '1.0', postings: 1, versionShown: version, versionDone: version });

const latencyOf = (version: number, over: Partial<LatencyRecord> = {}): LatencyRecord => ({
  schemaVersion: 1,
  cardId: `latency#${taskId}#${version}`,
  taskId,
  version,
  versionShown: 9,
  transitionAtMs: START_MS,
  shownAtMs: START_MS + version,
  shownDay: '2026-03-29',
  latencyMs: version,
  ...over,
});

describe('the lock of a card', () => {
  it('creates the record of a card that was never shown', async () => {
    const lock = lockOf();

    expect(await cards.lock(lock)).toEqual({
      kind: 'locked',
      takenOver: false,
      card: {
        schemaVersion: 1,
        cardId: cardIdOf(taskId),
        taskId,
        channel: 'C1',
        postings: 0,
        versionShown: 0,
        versionDone: 0,
        owner: lock.owner,
        lockExpiresAtMs: lock.expiresAtMs,
      },
    });
  });

  it('is given to one of ten concurrent requests', async () => {
    const answers = await Promise.all(Array.from({ length: 10 }, () => cards.lock(lockOf())));

    expect(answers.filter(({ kind }) => kind === 'locked')).toHaveLength(1);
    expect(answers.filter(({ kind }) => kind === 'busy')).toHaveLength(9);
  });

  it('is recognised by its owner after a lost answer', async () => {
    const lock = lockOf();
    await cards.lock(lock);

    expect(await cards.lock(lock)).toMatchObject({ kind: 'locked', card: { owner: lock.owner } });
  });

  it('is refused if the version is already shown, except for a rewrite', async () => {
    await show(await locked({ version: 3 }), 3);

    expect((await cards.lock(lockOf({ version: 3 }))).kind).toBe('done');
    expect((await cards.lock(lockOf({ version: 2 }))).kind).toBe('done');
    expect((await cards.lock(lockOf({ version: 3, rewrite: true }))).kind).toBe('locked');
  });

  it.each([false, true])(
    'is refused for an older version than the shown one (rewrite: %s)',
    async (rewrite) => {
      const card = await locked({ version: 3 });
      await cards.write(card, { ...UNLOCKED, ts: '1.0', postings: 1, versionShown: 3 });

      expect((await cards.lock(lockOf({ version: 2, rewrite }))).kind).toBe('busy');
      expect((await cards.lock(lockOf({ version: 3, rewrite }))).kind).toBe('locked');
    },
  );

  it('can be taken over after it has expired, including the clock skew', async () => {
    await locked();
    const lateMs = START_MS + LOCK_MS + POLICY.clockSkewMs;

    expect((await cards.lock(lockOf({ nowMs: lateMs }))).kind).toBe('busy');
    expect(await cards.lock(lockOf({ nowMs: lateMs + 1 }))).toMatchObject({
      kind: 'locked',
      takenOver: true,
    });
  });
});

describe('a write to a card', () => {
  it('by an owner that lost the lock changes nothing', async () => {
    const late = await locked({ version: 1 });
    const next = await locked({ version: 2, nowMs: START_MS + LOCK_MS + POLICY.clockSkewMs + 1 });
    await show(next, 2);

    await expect(show(late, 1)).rejects.toMatchObject({ name: 'LeaseLost' });
    expect(await cards.get(taskId)).toMatchObject({ versionShown: 2 });
  });

  it('never stores an older version than the shown one', async () => {
    await show(await locked({ version: 5 }), 5);
    const again = await locked({ version: 5, rewrite: true });

    await expect(cards.write(again, { versionShown: 4 })).rejects.toMatchObject({ name: 'LeaseLost' });
    expect(await cards.get(taskId)).toMatchObject({ versionShown: 5 });
  });

  it('removes undefined fields', async () => {
    const card = await locked();
    const lastError = { code: 'PROVIDER_REFUSED', detail: 'Slack answered x', atMs: 1 } as const;
    const failing = await cards.write(card, { lastError });

    await cards.write(failing, { ...UNLOCKED, lastError: undefined });

    const stored = await cards.get(taskId);
    expect(Object.keys(stored ?? {})).not.toContain('lastError');
    expect(Object.keys(stored ?? {})).not.toContain('owner');
  });
});

describe('a card', () => {
  it('with an invalid record is refused with the names of its fields', async () => {
    const Item = { cardId: cardIdOf(taskId), schemaVersion: 2 };
    await dynamoDb.client.send(new PutCommand({ TableName: TABLE_NAMES.cards, Item }));

    await expect(cards.get(taskId)).rejects.toThrow(/schemaVersion/);
  });

  it.each([
    ['is damaged', { postings: 'many' }, /Card item: postings: /],
    ['later code wrote', { schemaVersion: 99, postings: undefined }, /schemaVersion: expected at most/],
  ])('that %s is not locked and not changed', async (_what, over, message) => {
    const { owner: _owner, lockExpiresAtMs: _until, ...free } = await show(await locked(), 1);
    const Item = { ...free, ...over };
    await dynamoDb.client.send(new PutCommand({ TableName: TABLE_NAMES.cards, Item }));

    await expect(cards.lock(lockOf({ version: 2 }))).rejects.toThrow(message);
    await expect(cards.lock(lockOf({ version: 2 }))).rejects.toThrow(message);

    const Key = { cardId: cardIdOf(taskId) };
    const { Item: after } = await dynamoDb.client.send(
      new GetCommand({ TableName: TABLE_NAMES.cards, Key, ConsistentRead: true }),
    );
    expect(after).toEqual(Item);
  });
});

describe('latencies', () => {
  it('are written once', async () => {
    expect(await cards.putLatency(latencyOf(1))).toBe(true);
    expect(await cards.putLatency(latencyOf(1, { latencyMs: 99 }))).toBe(false);

    const { found: stored } = await cards.listLatencies('2026-03-29', 1_000);
    expect(stored.filter((record) => record.taskId === taskId)).toEqual([latencyOf(1)]);
  });

  it('are listed by day, the newest first, and not as cards', async () => {
    await cards.putLatency(latencyOf(1, { shownDay: '2026-04-01' }));
    await cards.putLatency(latencyOf(2, { shownDay: '2026-04-01' }));
    await cards.putLatency(latencyOf(3, { shownDay: '2026-04-02' }));
    await locked();

    const versions = (await cards.listLatencies('2026-04-01', 10)).found.map(({ version }) => version);
    expect(versions).toEqual([2, 1]);
    expect((await cards.listLatencies('2026-04-01', 1)).found).toHaveLength(1);
  });
});
