/** What breaks a card: races, lost locks, replies that never come, edits that come late, crashes between two writes. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { DynamoDbCardRepo } from '../../../../lambdas/adapters/dynamodb/card-repo.ts';
import { DynamoDbLedgerRepo } from '../../../../lambdas/adapters/dynamodb/ledger-repo.ts';
import { DynamoDbTaskRepo } from '../../../../lambdas/adapters/dynamodb/task-repo.ts';
import { CardUpdater } from '../../../../lambdas/adapters/slack/card-updater.ts';
import { createSlackClient } from '../../../../lambdas/adapters/slack/slack-client.ts';
import type { ExecutionTask } from '../../../../lambdas/contracts/records.ts';
import { POLICY } from '../../../../lambdas/domain/policy.ts';
import { completed, redriven } from '../../../../lambdas/domain/transitions.ts';
import {
  contextAt,
  countedIds,
  queuedTask,
  resultOf,
  retryableTask,
  runningTask,
  snapshotOf,
} from '../../../helpers/builders.ts';
import { type DynamoDbServer, startDynamoDb, TABLE_NAMES } from '../../../helpers/dynamodb-server.ts';
import { FakeClock } from '../../../helpers/fake-clock.ts';
import { lambdaContext } from '../../../helpers/lambda-context.ts';
import { type SlackProvider, startSlackProvider } from '../../../helpers/providers.ts';

const POST = '/api/chat.postMessage';
const UPDATE = '/api/chat.update';

let dynamoDb: DynamoDbServer;
let slack: SlackProvider;
let clock: FakeClock;
let tasks: DynamoDbTaskRepo;
let cards: DynamoDbCardRepo;
let queued: ExecutionTask;
let rewrites: string[];

beforeAll(async () => {
  [dynamoDb, slack] = await Promise.all([startDynamoDb(), startSlackProvider()]);
  tasks = new DynamoDbTaskRepo(dynamoDb.client, TABLE_NAMES.tasks);
  cards = new DynamoDbCardRepo(dynamoDb.client, TABLE_NAMES.cards);
});
beforeEach(async () => {
  clock = new FakeClock();
  rewrites = [];
  const quoteId = `Q-${countedIds.next()}`;
  queued = queuedTask('crm.sync', 'key', clock.nowMs(), snapshotOf({ quoteId }));
  await tasks.putIfAbsent(queued);
});
afterEach(() => slack.heal());
afterAll(async () => {
  await slack.stop();
  await dynamoDb.stop();
});

/** An updater of an invocation of its own. */
const updater = (repo: DynamoDbCardRepo = cards, from: Pick<DynamoDbTaskRepo, 'get'> = tasks): CardUpdater =>
  new CardUpdater({
    ledger: new DynamoDbLedgerRepo(dynamoDb.client, TABLE_NAMES.ledger),
    clock,
    ids: countedIds,
    lambdaContext: lambdaContext(clock),
    tasks: from,
    cards: repo,
    client: () => Promise.resolve(createSlackClient(slack.botToken, slack.apiUrl)),
    channel: slack.channelId,
    rewriteLater: (taskId) => {
      rewrites.push(taskId);
      return Promise.resolve();
    },
  });

const update = (rewrite = false) => updater().update(queued.taskId, rewrite);

async function move(previous: ExecutionTask, next: ExecutionTask): Promise<ExecutionTask> {
  await tasks.replace(previous, next);
  return next;
}

/** The quote's thread: its roots and what stands below. */
async function thread(): Promise<{ readonly roots: number; readonly texts: readonly string[] }> {
  const messages = await slack.messages();
  const roots = messages.filter(({ text }) => text.includes(`*Quote ${queued.quoteId}*`));
  const below = messages.filter(
    ({ ts, thread_ts }) => ts !== thread_ts && roots.some((r) => r.ts === thread_ts),
  );
  return { roots: roots.length, texts: below.map(({ text }) => text) };
}

const card = () => cards.get(queued.taskId);
const done = (task: ExecutionTask): ExecutionTask =>
  completed(task, { result: resultOf(), proof: 'applied' }, contextAt(clock.nowMs()));

const refuse = (error: string, path = POST) =>
  slack.fail({ path, fault: { kind: 'status', status: 200, body: JSON.stringify({ ok: false, error }) } });

describe('an update that fails once Slack shows it', () => {
  it('says what is shown, so that nobody who read the task before puts an older version over it', async () => {
    await update();
    const running = await move(queued, runningTask(queued));
    const stale = { get: () => Promise.resolve(running) };
    await move(running, done(running));
    const failing = new DynamoDbCardRepo(dynamoDb.client, TABLE_NAMES.cards);
    failing.putLatency = () => Promise.reject(new Error('The table is throttled'));

    expect((await updater(failing).update(queued.taskId)).kind).toBe('failed');
    expect(await card()).toMatchObject({ versionShown: 3, versionDone: 1 });
    expect((await updater(cards, stale).update(queued.taskId)).kind).toBe('busy');
    expect((await thread()).texts.join()).toContain('Completed');
    const latencies = [{ version: 2 }, { version: 3 }];
    expect(await update()).toMatchObject({ kind: 'shown', version: 3, latencies });
  });
});

describe('an update', () => {
  it('posts the card, edits it from then on, and does nothing when nothing has changed', async () => {
    const first = await update();
    const again = await update();
    await move(queued, runningTask(queued));
    const second = await update();

    expect([first, again, second]).toMatchObject([
      { kind: 'shown', version: 1 },
      { kind: 'done' },
      { kind: 'shown', version: 2 },
    ]);
    expect(await thread()).toEqual({ roots: 1, texts: [expect.stringContaining('Running')] });
    expect(await card()).toMatchObject({ postings: 1, versionShown: 2, versionDone: 2, statusLatencyMs: 0 });
  });

  it('shows what the task is when it is read, not what it was asked for', async () => {
    const running = await move(queued, runningTask(queued));
    await move(running, done(running));

    await update();

    expect(await thread()).toEqual({ roots: 1, texts: [expect.stringContaining('Completed')] });
    expect((await card())?.versionShown).toBe(3);
  });

  it('is one of eight that race, again and again, and the last version wins', async () => {
    let task = queued;
    for (let version = 2; version <= 8; version += 1) {
      task = await move(task, redriven(task, 'operator_retry', contextAt(clock.nowMs())));
      await Promise.all(Array.from({ length: 8 }, () => update()));
    }
    await update();

    expect(await card()).toMatchObject({ versionShown: 8, versionDone: 8, postings: 1 });
    expect((await thread()).texts).toHaveLength(1);
  });

  it.each([
    { left: 1, is: { kind: 'done' }, texts: 0 },
    { left: 0, is: { kind: 'shown', version: 1 }, texts: 1 },
  ])('waits for the one before it, which leaves version $left done', async ({ left, is, texts }) => {
    const nowMs = clock.nowMs();
    const expiresAtMs = nowMs + 30_000;
    const { taskId } = queued;
    const lock = { taskId, channel: slack.channelId, version: 1, rewrite: false, owner: 'before' };
    const locked = await cards.lock({ ...lock, nowMs, expiresAtMs });
    if (locked.kind !== 'locked') throw new Error('expected a lock');
    const sleep = vi.spyOn(clock, 'sleep').mockImplementationOnce(async () => {
      await cards.write(locked.card, { owner: undefined, lockExpiresAtMs: undefined, versionDone: left });
    });

    expect(await update()).toMatchObject(is);
    expect(sleep).toHaveBeenCalledTimes(1);
    expect((await thread()).texts).toHaveLength(texts);
  });

  it('of a task that does not exist is an error', async () => {
    await expect(updater().update(`task-${'9'.repeat(40)}`)).rejects.toMatchObject({
      code: 'TASK_NOT_FOUND',
    });
  });
});

describe('a lost reply', () => {
  it('to the post of the card makes no second one', async () => {
    await update();
    const other = queuedTask('pdf.render', 'other', clock.nowMs(), snapshotOf({ quoteId: queued.quoteId }));
    await tasks.putIfAbsent(other);
    await slack.fail({ path: POST, fault: { kind: 'drop_reply' } });

    const lost = await updater().update(other.taskId);
    const early = await updater().update(other.taskId);
    clock.advance(POLICY.clockSkewMs + 1);
    const again = await updater().update(other.taskId);

    expect(lost).toMatchObject({ kind: 'failed', error: { kind: 'unknown' } });
    // The post may still be under way: looking for it now could miss it.
    expect(early).toMatchObject({ kind: 'failed', error: { code: 'EFFECT_IN_PROGRESS' } });
    expect(again).toMatchObject({ kind: 'shown', version: 1 });
    expect((await thread()).texts).toHaveLength(2);
  });

  it('to an edit has the card written once more when it may have come late', async () => {
    await update();
    const running = await move(queued, runningTask(queued));
    await slack.fail({ path: UPDATE, fault: { kind: 'drop_reply' } });
    await update();
    expect(await card()).toMatchObject({ versionShown: 1, doubtfulSinceMs: clock.nowMs() });

    await move(running, done(running));
    await update();

    expect(rewrites).toEqual([queued.taskId]);
    expect(await card()).not.toHaveProperty('doubtfulSinceMs');
    expect(await update()).toEqual({ kind: 'done' });
    expect(await update(true)).toMatchObject({ kind: 'shown', version: 3, latencies: [] });
  });
});

describe('a crash', () => {
  it('between the post and its record leaves one card, which is then brought up to date', async () => {
    const crashing = new DynamoDbCardRepo(dynamoDb.client, TABLE_NAMES.cards);
    crashing.write = () => Promise.reject(new Error('killed'));
    await expect(updater(crashing).update(queued.taskId)).rejects.toThrow('killed');
    await move(queued, runningTask(queued));

    expect(await update()).toEqual({ kind: 'busy' });
    clock.advance((POLICY.workerTimeoutSeconds + 1) * 1_000 + POLICY.clockSkewMs);
    await update();

    expect(await thread()).toEqual({ roots: 1, texts: [expect.stringContaining('Running')] });
    expect(rewrites).toEqual([queued.taskId]);
  });
});

describe('a refusal', () => {
  it.each([
    ['is_archived', 'PROVIDER_MISCONFIGURED'],
    ['token_revoked', 'PROVIDER_UNAUTHORIZED'],
    ['invalid_blocks', 'PROVIDER_REFUSED'],
  ])('with %s stands on the card until it is mended', async (error, code) => {
    await refuse(error);

    expect(await update()).toMatchObject({ kind: 'failed', error: { code } });
    expect((await card())?.lastError).toEqual({
      code,
      detail: `Slack answered ${error}`,
      atMs: clock.nowMs(),
    });
    await update();
    expect(await card()).not.toHaveProperty('lastError');
  });

  it('that passes leaves no error on the card, and no lock', async () => {
    await slack.fail({ path: POST, fault: { kind: 'status', status: 429, retryAfterSeconds: 7 } });

    expect(await update()).toMatchObject({ kind: 'failed', error: { retryAfterSeconds: 7 } });
    expect(await card()).not.toHaveProperty('lastError');
    expect(await update()).toMatchObject({ kind: 'shown' });
  });

  it.each(['message_not_found', 'cant_update_message'])(
    'of an edit with %s posts a new card, once',
    async (error) => {
      await update();
      await move(queued, runningTask(queued));
      await refuse(error, UPDATE);

      await update();

      expect(await card()).toMatchObject({ postings: 2, versionShown: 2 });
      expect((await thread()).texts).toHaveLength(2);
    },
  );
});

describe('a message about a recovery', () => {
  it('is posted once, although its reply is lost', async () => {
    const running = await move(queued, runningTask(queued));
    const waiting = await move(running, retryableTask(running));
    await update();
    const again = await move(waiting, runningTask(waiting));
    await move(again, done(again));
    await slack.fail({ path: POST, fault: { kind: 'drop_reply' } });

    const lost = await update();
    expect(lost).toMatchObject({ kind: 'failed', error: { kind: 'unknown' } });
    expect(await card()).toMatchObject({ versionShown: 5, versionDone: 3 });
    clock.advance(POLICY.clockSkewMs + 1);
    await update();
    await update();

    const { texts } = await thread();
    expect(texts.filter((text) => text.includes('recovered: completed on attempt 2'))).toHaveLength(1);
    expect(await card()).toMatchObject({ versionShown: 5, versionDone: 5 });
  });
});
