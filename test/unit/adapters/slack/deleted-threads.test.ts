/** Operators delete the root message of a quote's thread; messages go on, each of them once. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { DynamoDbLedgerRepo } from '../../../../lambdas/adapters/dynamodb/ledger-repo.ts';
import { GuardedEffectRunner } from '../../../../lambdas/adapters/effect-runner.ts';
import { NotifySlack } from '../../../../lambdas/adapters/effects/notify-slack.ts';
import { createSlackClient } from '../../../../lambdas/adapters/slack/slack-client.ts';
import type { ExecutionTask } from '../../../../lambdas/contracts/records.ts';
import { effectKeyOf } from '../../../../lambdas/domain/hashing.ts';
import { POLICY } from '../../../../lambdas/domain/policy.ts';
import type { Effect } from '../../../../lambdas/domain/ports.ts';
import { countedIds, queuedTask, runningTask, snapshotOf } from '../../../helpers/builders.ts';
import { type DynamoDbServer, startDynamoDb, TABLE_NAMES } from '../../../helpers/dynamodb-server.ts';
import { FakeClock } from '../../../helpers/fake-clock.ts';
import { lambdaContext } from '../../../helpers/lambda-context.ts';
import { type SlackProvider, startSlackProvider } from '../../../helpers/providers.ts';

const POST = '/api/chat.postMessage';
const REPLIES = '/api/conversations.replies';

let dynamoDb: DynamoDbServer;
let slack: SlackProvider;
let clock: FakeClock;
let quoteId: string;
/** Messages of the tests before. */
let earlier: ReadonlySet<string>;

beforeAll(async () => {
  [dynamoDb, slack] = await Promise.all([startDynamoDb(), startSlackProvider()]);
});
beforeEach(async () => {
  earlier = new Set((await slack.messages()).map(({ ts }) => ts));
  clock = new FakeClock();
  quoteId = `Q-${countedIds.next()}`;
});
afterEach(() => slack.heal());
afterAll(async () => {
  await slack.stop();
  await dynamoDb.stop();
});

const clientOf = () => createSlackClient(slack.botToken, slack.apiUrl);
const taskOf = (key: string): ExecutionTask =>
  runningTask(queuedTask('slack.notify', key, clock.nowMs(), snapshotOf({ quoteId })), clock.nowMs());

const guard = () => ({
  ledger: new DynamoDbLedgerRepo(dynamoDb.client, TABLE_NAMES.ledger),
  clock,
  ids: countedIds,
  lambdaContext: lambdaContext(clock),
});
const effectWith = (client = clientOf()): NotifySlack =>
  new NotifySlack({ ...guard(), client: () => Promise.resolve(client), channel: slack.channelId });
/** A worker's attempt at a task, under the ledger. */
const run = (task: ExecutionTask, effect: Effect = effectWith()) =>
  new GuardedEffectRunner({ ...guard(), tasks: { get: () => Promise.resolve(task) } }, effect).run(task);

/** The next attempt at a task, once a lost request has certainly arrived. */
function again(task: ExecutionTask): ExecutionTask {
  clock.advance(POLICY.clockSkewMs + 1);
  return runningTask({ ...task, state: 'queued' }, clock.nowMs());
}

const isRoot = ({ text }: { readonly text: string }): boolean => text.includes(`*Quote ${quoteId}*`);
/** The roots of the quote's threads that are there, oldest first. */
const roots = async () => (await slack.messages()).filter(isRoot).map(({ ts }) => ts);
/** Of each message that the test has made and that is no root: the root of its thread, or nothing in the channel itself. */
const replies = async () =>
  (await slack.messages())
    .filter((message) => !isRoot(message) && !earlier.has(message.ts))
    .map(({ thread_ts: root }) => root);

/** The link to a message of the channel itself. */
const linkOf = (ts: string): string =>
  `https://slack.com/archives/${slack.channelId}/p${ts.replace('.', '')}`;
/** The link to a reply. */
const linkTo = (ts: string, root: string): string =>
  `https://slack.com/archives/${slack.channelId}/p${ts.replace('.', '')}?thread_ts=${root}&cid=${slack.channelId}`;

async function theRoot(): Promise<string> {
  const [root, ...others] = await roots();
  if (root === undefined || others.length > 0) throw new Error('roots: expected one');
  return root;
}

/** Opens the quote's thread; without replies the first message is refused. */
async function opened(withReplies: boolean): Promise<string> {
  if (!withReplies) {
    const body = JSON.stringify({ ok: false, error: 'msg_too_long' });
    const fault = { kind: 'status', status: 200, body } as const;
    await slack.fail({ path: POST, bodyIncludes: 'thread_ts', fault });
  }
  await run(taskOf('opens the thread')).catch(() => undefined);
  return theRoot();
}

describe.each([
  ['with replies', true],
  ['without replies', false],
])('after the root of a thread %s was deleted', (_which, withReplies) => {
  let old: string;
  beforeEach(async () => {
    old = await opened(withReplies);
    await slack.remove(old);
  });

  it('the next message opens a new thread, and those after it stay there', async () => {
    const first = await run(taskOf('first'));
    const root = await theRoot();
    const second = await run(taskOf('second'));

    expect(root).not.toBe(old);
    expect(await roots()).toEqual([root]);
    expect([first, second].map(({ result }) => result.location)).toEqual([
      linkTo(first.result.externalId, root),
      linkTo(second.result.externalId, root),
    ]);
  });

  it('a new root that is deleted too is replaced in turn', async () => {
    await run(taskOf('first'));
    const second = await theRoot();
    await slack.remove(second);

    const { result } = await run(taskOf('second'));

    expect(result.location).toBe(linkTo(result.externalId, await theRoot()));
  });

  it('five messages at once agree on one new thread', async () => {
    const tasks = Array.from({ length: 5 }, (_, n) => taskOf(`racer-${n}`));

    const settled = await Promise.allSettled(tasks.map((task) => run(task)));
    const root = await theRoot();
    for (const task of tasks) await run(again(task));

    expect(settled.some(({ status }) => status === 'fulfilled')).toBe(true);
    expect(await roots()).toEqual([root]);
    expect((await replies()).filter((threadTs) => threadTs === root)).toHaveLength(5);
  });

  it.each([
    ['the new root', `*Quote`],
    ['the message in the new thread', 'thread_ts'],
  ])('a lost reply to the post of %s makes nothing twice', async (_what, bodyIncludes) => {
    const task = taskOf('first');
    await slack.fail({ path: POST, bodyIncludes, fault: { kind: 'drop_reply' } });

    await expect(run(task)).rejects.toMatchObject({ kind: 'unknown', inDoubt: true });
    const { result } = await run(again(task));
    const replayed = await run(again(task));

    const root = await theRoot();
    expect(result.location).toBe(linkTo(result.externalId, root));
    expect(replayed).toEqual({ result, proof: 'replayed' });
    expect((await replies()).filter((threadTs) => threadTs === root)).toHaveLength(1);
  });
});

describe('a message in doubt', () => {
  it('whose thread is deleted meanwhile is found below the tombstone', async () => {
    const old = await opened(true);
    const task = taskOf('in doubt');
    await slack.fail({ path: POST, fault: { kind: 'drop_reply' } });
    await expect(run(task)).rejects.toMatchObject({ kind: 'unknown' });
    await slack.remove(old);

    const { result, proof } = await run(again(task));

    expect(proof).toBe('probed');
    expect(result.location).toBe(linkTo(result.externalId, old));
    expect(await roots()).toEqual([]);
  });

  it('that was never posted goes into a new thread', async () => {
    const old = await opened(true);
    const task = taskOf('never posted');
    await slack.fail({ path: POST, fault: { kind: 'drop_request' } });
    await expect(run(task)).rejects.toMatchObject({ kind: 'unknown' });
    await slack.remove(old);

    const { result, proof } = await run(again(task));

    expect(proof).toBe('applied');
    expect(result.location).toBe(linkTo(result.externalId, await theRoot()));
  });
});

/** A client that posts a reply only after its root was deleted. */
function clientThatComesTooLate() {
  const client = clientOf();
  const post = client.chat.postMessage.bind(client.chat);
  vi.spyOn(client.chat, 'postMessage').mockImplementation(async (args) => {
    if (args !== undefined && 'thread_ts' in args) await slack.remove(args.thread_ts);
    return post(args);
  });
  return client;
}

describe('a reply that Slack puts into the channel, since its root is just gone', () => {
  it('is the message, and is not posted again', async () => {
    await opened(false);
    const task = taskOf('too late');

    const { result } = await run(task, effectWith(clientThatComesTooLate()));

    expect(result.location).toBe(linkOf(result.externalId));
    expect(await run(again(task))).toEqual({ result, proof: 'replayed' });
    expect(await effectWith().probe(task, effectKeyOf(task.kind, task.taskId))).toEqual(result);
    expect(await replies()).toEqual([undefined]);
  });

  it('is found in the channel when its answer is lost', async () => {
    await opened(false);
    const task = taskOf('too late and lost');
    const late = clientThatComesTooLate();
    await slack.fail({ path: POST, bodyIncludes: 'thread_ts', fault: { kind: 'drop_reply' } });
    await expect(run(task, effectWith(late))).rejects.toMatchObject({ kind: 'unknown' });

    const { result, proof } = await run(again(task));

    expect(proof).toBe('probed');
    expect(result.location).toBe(linkOf(result.externalId));
    expect(await replies()).toEqual([undefined]);
    expect(await roots()).toEqual([]);
  });

  it('is followed by a new thread', async () => {
    await opened(false);
    await run(taskOf('too late'), effectWith(clientThatComesTooLate()));

    const { result } = await run(taskOf('next'));

    expect(result.location).toBe(linkTo(result.externalId, await theRoot()));
  });
});

const platform = (error: string) =>
  ({ kind: 'status', status: 200, body: JSON.stringify({ ok: false, error }) }) as const;

describe('an answer about a thread', () => {
  it.each(['thread_not_found', 'cannot_reply_to_message'])(
    'of %s to a reply opens a new thread and posts there, once',
    async (error) => {
      const old = await opened(true);
      await slack.fail({ path: POST, bodyIncludes: 'thread_ts', fault: platform(error) });

      const { result } = await run(taskOf('refused once'));

      const [kept, root = ''] = await roots();
      expect(kept).toBe(old);
      expect(result.location).toBe(linkTo(result.externalId, root));
      expect((await replies()).filter((threadTs) => threadTs === root)).toHaveLength(1);
    },
  );

  it('of thread_not_found again and again ends as what set-up must repair', async () => {
    await opened(true);
    await slack.fail({
      path: POST,
      bodyIncludes: 'thread_ts',
      fault: platform('thread_not_found'),
      times: 9,
    });

    await expect(run(taskOf('always refused'))).rejects.toMatchObject({ code: 'PROVIDER_MISCONFIGURED' });
    expect(await roots()).toHaveLength(3);
  });

  it('that Slack takes back a second later opens no second thread', async () => {
    const root = await opened(true);
    await slack.fail({ path: REPLIES, fault: platform('thread_not_found') });

    const { result } = await run(taskOf('right after'));

    expect(result.location).toBe(linkTo(result.externalId, root));
    expect(await roots()).toEqual([root]);
  });
});

describe('a result that the release before stored', () => {
  it('is replayed as it was, with the address that it had then', async () => {
    const task = taskOf('stored before');
    const location = `https://slack.com/archives/${slack.channelId}/p1795257524000002`;
    const result = {
      provider: 'slack',
      externalId: '1795257524.000002',
      location,
      contentHash: task.taskHash,
    };
    const before: Effect = {
      kind: 'slack.notify',
      deduplicates: false,
      contentHash: () => task.taskHash,
      apply: () => Promise.resolve(result),
      probe: () => Promise.resolve(undefined),
    };
    await run(task, before);

    expect(await run(again(task))).toEqual({ result, proof: 'replayed' });
    expect(await roots()).toEqual([]);
  });
});
