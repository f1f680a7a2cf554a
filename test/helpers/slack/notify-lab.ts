/** `slack.notify` on the local Slack and DynamoDB: attempts at tasks of one quote, and its thread. */
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import { DynamoDbLedgerRepo } from '../../../lambdas/shared/adapters/dynamodb/ledger-repo.ts';
import { GuardedEffectRunner } from '../../../lambdas/queue/adapters/effect-runner.ts';
import { NotifySlack } from '../../../lambdas/actions/slack/notify/notify-slack.ts';
import { createSlackClient } from '../../../lambdas/shared/adapters/slack-api/slack-client.ts';
import type { ExecutionTask } from '../../../lambdas/queue/contracts/records.ts';
import { POLICY } from '../../../lambdas/queue/domain/task/policy.ts';
import type { Effect } from '../../../lambdas/shared/domain/effect.ts';
import { queuedTask, runningTask, snapshotOf } from '../builders.ts';
import { countedIds } from '../../../tools/rig/counted-ids.ts';
import { type DynamoDbServer, startDynamoDb, TABLE_NAMES } from '../../../tools/rig/aws/dynamodb-server.ts';
import { FakeClock } from '../../../tools/rig/fake-clock.ts';
import { remainingMsFrom } from '../lambda-context.ts';
import { type SlackProvider, startSlackProvider } from '../providers.ts';

/** Path of the call that posts. */
export const POST = '/api/chat.postMessage';
/** Path of the call that reads a thread. */
export const REPLIES = '/api/conversations.replies';

/** Slack refuses with an error code. */
export const platform = (error: string) =>
  ({ kind: 'status', status: 200, body: JSON.stringify({ ok: false, error }) }) as const;

/** Starts both servers before the tests of a file, and gives each test a separate quote. */
export function notifyLab() {
  let dynamoDb: DynamoDbServer;
  let slack: SlackProvider;
  let clock: FakeClock;
  let quoteId: string;
  /** Messages of earlier tests. */
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
    remainingMs: remainingMsFrom(clock),
  });
  const effectWith = (client = clientOf()): NotifySlack =>
    new NotifySlack({ ...guard(), client: () => Promise.resolve(client), channel: slack.channelId });
  /** A worker's attempt at a task, under the ledger. */
  const run = (task: ExecutionTask, effect: Effect = effectWith()) =>
    new GuardedEffectRunner({ ...guard(), tasks: { get: () => Promise.resolve(task) } }, effect).run(task);

  /** The next attempt at a task, at a time when a lost request has certainly arrived. */
  function again(task: ExecutionTask): ExecutionTask {
    clock.advance(POLICY.clockSkewMs + 1);
    return runningTask({ ...task, state: 'queued' }, clock.nowMs());
  }

  const isRoot = ({ text }: { readonly text: string }): boolean => text.includes(`*Quote ${quoteId}*`);
  /** The existing roots of the quote's threads, oldest first. */
  const roots = async () => (await slack.messages()).filter(isRoot).map(({ ts }) => ts);
  /** For each message of the test that is not a root: the root of its thread; undefined for a message in the channel. */
  const replies = async () =>
    (await slack.messages())
      .filter((message) => !isRoot(message) && !earlier.has(message.ts))
      .map(({ thread_ts: root }) => root);

  /** The link to a message in the channel. */
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

  /** Opens the quote's thread; if `withReplies` is false, the first message is refused. */
  async function opened(withReplies: boolean): Promise<string> {
    if (!withReplies) {
      await slack.fail({ path: POST, bodyIncludes: 'thread_ts', fault: platform('msg_too_long') });
    }
    await run(taskOf('opens the thread')).catch(() => undefined);
    return theRoot();
  }

  return {
    again,
    clientOf,
    effectWith,
    linkOf,
    linkTo,
    opened,
    replies,
    roots,
    run,
    taskOf,
    theRoot,
    get slack() {
      return slack;
    },
  };
}
