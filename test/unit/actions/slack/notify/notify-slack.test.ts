import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { DynamoDbLedgerRepo } from '../../../../../lambdas/shared/adapters/dynamodb/ledger-repo.ts';
import { NotifySlack } from '../../../../../lambdas/actions/slack/notify/notify-slack.ts';
import { createSlackClient } from '../../../../../lambdas/shared/adapters/slack-api/slack-client.ts';
import type { ErrorCode } from '../../../../../lambdas/shared/contracts/error-codes.ts';
import type { ExecutionTask } from '../../../../../lambdas/queue/contracts/records.ts';
import { canonicalJson } from '../../../../../lambdas/shared/domain/hashing.ts';
import { effectKeyOf } from '../../../../../lambdas/queue/domain/task/identity.ts';
import { freePort } from '../../../../../tools/rig/process/ports.ts';
import { actionOf, queuedTask, runningTask, snapshotOf } from '../../../../helpers/builders.ts';
import { countedIds } from '../../../../../tools/rig/counted-ids.ts';
import {
  type DynamoDbServer,
  startDynamoDb,
  TABLE_NAMES,
} from '../../../../../tools/rig/aws/dynamodb-server.ts';
import { POLICY } from '../../../../../lambdas/queue/domain/task/policy.ts';
import { FakeClock, START_MS } from '../../../../../tools/rig/fake-clock.ts';
import { remainingMsFrom } from '../../../../helpers/lambda-context.ts';
import { type SlackProvider, startSlackProvider } from '../../../../helpers/providers.ts';

const POST = '/api/chat.postMessage';

let dynamoDb: DynamoDbServer;
let slack: SlackProvider;
let clock: FakeClock;
let quoteId: string;
let task: ExecutionTask;
let effectKey: string;

const taskOf = (key: string): ExecutionTask =>
  runningTask(queuedTask('slack.notify', key, START_MS, snapshotOf({ quoteId })));

beforeAll(async () => {
  [dynamoDb, slack] = await Promise.all([startDynamoDb(), startSlackProvider()]);
});

beforeEach(() => {
  clock = new FakeClock();
  quoteId = `Q-${countedIds.next()}`;
  task = taskOf('key');
  effectKey = effectKeyOf(task.kind, task.taskId);
});

afterEach(() => slack.heal());

afterAll(async () => {
  await slack.stop();
  await dynamoDb.stop();
});

const effectAt = (apiUrl = slack.apiUrl): NotifySlack =>
  new NotifySlack({
    ledger: new DynamoDbLedgerRepo(dynamoDb.client, TABLE_NAMES.ledger),
    clock,
    ids: countedIds,
    remainingMs: remainingMsFrom(clock),
    client: () => Promise.resolve(createSlackClient(slack.botToken, apiUrl)),
    channel: slack.channelId,
  });

interface Thread {
  readonly roots: string[];
  readonly replies: string[];
}

/** The messages in the channel for the quote of the test. */
async function thread(): Promise<Thread> {
  const messages = await slack.messages();
  const roots = messages.filter(({ text }) => text.includes(`*Quote ${quoteId}*`));
  const replies = messages.filter(
    ({ ts, thread_ts }) => ts !== thread_ts && roots.some((root) => root.ts === thread_ts),
  );
  return { roots: roots.map(({ text }) => text), replies: replies.map(({ text }) => text) };
}

describe('a message', () => {
  it('is in the thread of its quote and is found by its effect key', async () => {
    const applied = await effectAt().apply(task, effectKey);

    expect(await effectAt().probe(task, effectKey)).toEqual(applied);
    expect(await effectAt().probe(task, `${effectKey}0`)).toBeUndefined();
    expect(applied).toMatchObject({ provider: 'slack', contentHash: task.taskHash });
    const [reply] = (await slack.messages()).filter(({ ts }) => ts === applied.externalId);
    expect(reply?.thread_ts).not.toBe(reply?.ts);
    expect(applied.location).toBe(
      `https://slack.com/archives/${slack.channelId}/p${applied.externalId.replace('.', '')}?thread_ts=${reply?.thread_ts}&cid=${slack.channelId}`,
    );
  });

  it('of 3,000 characters (5,400 escaped) is one message that Slack does not split', async () => {
    const message = 'R&D, '.repeat(600);
    const { payload } = actionOf('slack.notify', snapshotOf({ quoteId }));

    await effectAt().apply({ ...task, payloadJson: canonicalJson({ ...payload, message }) }, effectKey);

    const { replies } = await thread();
    expect(replies.map((text) => text.length <= 4_000)).toEqual([true]);
  });

  it('mentions nobody, neither in its text nor in the root message', async () => {
    await effectAt().apply(task, effectKey);

    const { roots, replies } = await thread();
    expect(replies).toEqual(['Accepted &lt;!channel&gt; &amp; signed']);
    expect(roots).toEqual([expect.stringContaining('Łucja &amp; Søn &lt;Ponds&gt;')]);
  });

  it('exists after a lost answer, and the probe finds it', async () => {
    await effectAt().apply(taskOf('opens the thread'), 'other');
    await slack.fail({ path: POST, fault: { kind: 'drop_reply' } });

    await expect(effectAt().apply(task, effectKey)).rejects.toMatchObject({ kind: 'unknown' });
    expect(await effectAt().probe(task, effectKey)).toMatchObject({ contentHash: task.taskHash });
    expect((await thread()).replies).toHaveLength(2);
  });

  it('that is stored twice under one key is a duplicate', async () => {
    await effectAt().apply(task, effectKey);
    await effectAt().apply(task, effectKey);

    await expect(effectAt().probe(task, effectKey)).rejects.toMatchObject({ code: 'DUPLICATE_EFFECT' });
  });
});

describe('a probe', () => {
  it('posts nothing when the quote has no thread yet', async () => {
    expect(await effectAt().probe(task, effectKey)).toBeUndefined();
    expect(await thread()).toEqual({ roots: [], replies: [] });
  });

  it('that cannot search the whole thread leaves the outcome unknown', async () => {
    await effectAt().apply(taskOf('opens the thread'), 'other');
    const body = JSON.stringify({ ok: true, messages: [], response_metadata: { next_cursor: 'more' } });
    const fault = { kind: 'status', status: 200, body } as const;
    await slack.fail({ path: '/api/conversations.replies', fault, times: 20 });

    await expect(effectAt().probe(task, effectKey)).rejects.toMatchObject({
      code: 'PROVIDER_UNAVAILABLE',
      kind: 'unknown',
    });
  });
});

describe('the thread of a quote', () => {
  it('has one root when many tasks open it concurrently', async () => {
    const tasks = Array.from({ length: 5 }, (_, n) => taskOf(`racer-${n}`));

    const settled = await Promise.allSettled(
      tasks.map((racer) => effectAt().apply(racer, effectKeyOf(racer.kind, racer.taskId))),
    );

    const codes = settled.flatMap((one): unknown[] => (one.status === 'rejected' ? [one.reason] : []));
    expect(
      codes.filter((error) => !(error instanceof Error && error.message.startsWith('EFFECT_IN_PROGRESS'))),
    ).toEqual([]);
    const { roots, replies } = await thread();
    expect(roots).toHaveLength(1);
    expect(replies).toHaveLength(tasks.length - codes.length);
  });

  it('has one root when the answer to its post was lost', async () => {
    await slack.fail({ path: POST, fault: { kind: 'drop_reply' } });

    await expect(effectAt().apply(task, effectKey)).rejects.toMatchObject({ kind: 'unknown' });
    clock.advance(POLICY.clockSkewMs + 1);
    const again = runningTask({ ...task, state: 'queued' }, clock.nowMs());
    await effectAt().apply(again, effectKey);

    const { roots, replies } = await thread();
    expect(roots).toHaveLength(1);
    expect(replies).toHaveLength(1);
  });
});

const platform = (error: string): { kind: 'status'; status: number; body: string } => ({
  kind: 'status',
  status: 200,
  body: JSON.stringify({ ok: false, error }),
});

describe('an answer of Slack', () => {
  it.each<[error: string, code: ErrorCode, deferral: boolean]>([
    ['is_archived', 'PROVIDER_MISCONFIGURED', false],
    ['channel_not_found', 'PROVIDER_MISCONFIGURED', false],
    ['missing_scope', 'PROVIDER_MISCONFIGURED', false],
    ['token_revoked', 'PROVIDER_UNAUTHORIZED', false],
    ['invalid_auth', 'PROVIDER_UNAUTHORIZED', false],
    ['ratelimited', 'PROVIDER_RATE_LIMITED', true],
    ['internal_error', 'PROVIDER_UNAVAILABLE', false],
    ['restricted_action_read_only_channel', 'PROVIDER_MISCONFIGURED', false],
    ['restricted_action_thread_only_channel', 'PROVIDER_MISCONFIGURED', false],
    ['not_allowed_token_type', 'PROVIDER_UNAUTHORIZED', false],
    ['accesslimited', 'PROVIDER_UNAUTHORIZED', false],
    ['external_channel_migrating', 'PROVIDER_UNAVAILABLE', false],
    ['msg_too_long', 'PROVIDER_REFUSED', false],
  ])('%s is %s', async (error, code, deferral) => {
    await slack.fail({ path: POST, fault: platform(error) });

    await expect(effectAt().apply(task, effectKey)).rejects.toMatchObject({ code, deferral });
    expect(await thread()).toEqual({ roots: [], replies: [] });
  });

  it('of 429 without Retry-After is a deferral too', async () => {
    await slack.fail({ path: POST, fault: { kind: 'status', status: 429 } });

    await expect(effectAt().apply(task, effectKey)).rejects.toMatchObject({
      code: 'PROVIDER_RATE_LIMITED',
      deferral: true,
      retryAfterSeconds: 1,
    });
  });

  it('of 429 is a deferral for the time in Retry-After', async () => {
    await slack.fail({ path: POST, fault: { kind: 'status', status: 429, retryAfterSeconds: 17 } });

    await expect(effectAt().apply(task, effectKey)).rejects.toMatchObject({
      code: 'PROVIDER_RATE_LIMITED',
      deferral: true,
      retryAfterSeconds: 17,
    });
  });

  it.each([500, 502, 503])('of %i leaves the outcome unknown', async (status) => {
    await slack.fail({ path: POST, fault: { kind: 'status', status } });

    await expect(effectAt().apply(task, effectKey)).rejects.toMatchObject({ code: 'PROVIDER_UNAVAILABLE' });
  });

  it('that is not JSON leaves the outcome unknown', async () => {
    await slack.fail({ path: POST, fault: { kind: 'status', status: 200, body: '<html>' } });

    await expect(effectAt().apply(task, effectKey)).rejects.toMatchObject({ kind: 'unknown' });
  });

  it.each([
    'null',
    '[]',
    '{}',
    '{"ok":false}',
    '{"ok":false,"error":["no_text"]}',
    '{"ok":true}',
    '{"ok":true,"ts":1774745970.0002}',
    '{"ok":true,"ts":"1774745970.000200","message":[]}',
  ])('that is %s leaves the outcome unknown', async (body) => {
    await slack.fail({ path: POST, fault: { kind: 'status', status: 200, body } });

    await expect(effectAt().apply(task, effectKey)).rejects.toMatchObject({
      code: 'PROVIDER_UNAVAILABLE',
      inDoubt: true,
    });
  });

  it('that never comes leaves the outcome unknown', async () => {
    await slack.fail({ path: POST, fault: { kind: 'delay', delayMs: 600_000 } });

    await expect(effectAt().apply(task, effectKey)).rejects.toMatchObject({ code: 'PROVIDER_TIMEOUT' });
  });

  it('cannot come when the connection is refused: nothing was sent', async () => {
    const nobody = `http://127.0.0.1:${await freePort()}/api/`;

    await expect(effectAt(nobody).apply(task, effectKey)).rejects.toMatchObject({
      code: 'PROVIDER_CONNECTION_REFUSED',
    });
  });
});
