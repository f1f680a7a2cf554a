/** Cards in Slack follow their tasks: every state, disorder, deleted cards, operators and refusals. */
import { afterEach, describe, expect, it } from 'vitest';
import { taskViewSchema } from '../../../lambdas/queue/contracts/api.ts';
import type { ExecutionTask } from '../../../lambdas/queue/contracts/records.ts';
import { cardKeyOf, recoveryKeyOf } from '../../../lambdas/slack/domain/card.ts';
import { QueueError } from '../../../lambdas/shared/domain/errors.ts';
import { deriveTaskId } from '../../../lambdas/queue/domain/task/identity.ts';
import { completed, failed, redriven, stopped } from '../../../lambdas/queue/domain/task/transitions.ts';
import { getTask } from '../../../tools/cli/clients/queue-client.ts';
import { contextAt, queuedTask, resultOf, retryableTask, runningTask } from '../../helpers/builders.ts';
import {
  askForCard,
  cardShowing,
  cards,
  cardsOf,
  messagesUnder,
  put,
  shownMessages,
  slack,
} from '../support/cards.ts';
import {
  acceptedSnapshot,
  clearFaults,
  eventually,
  freshQuoteId,
  outputs,
  postAction,
  scriptFault,
  ended,
  target,
} from '../support/queue.ts';

const ADA = 'slack:T0QUOTEQ1/U0ADAOPS1 (ada)';
const channel = outputs.slackChannelId;

afterEach(clearFaults);

const newTask = (kind: ExecutionTask['kind'] = 'crm.sync', atMs = Date.now()): ExecutionTask =>
  queuedTask(kind, 'key', atMs, acceptedSnapshot(freshQuoteId()));

const terminal = (task: ExecutionTask): ExecutionTask =>
  failed(
    task,
    new QueueError('PROVIDER_REFUSED'),
    { kind: 'terminal', code: 'PROVIDER_REFUSED' },
    contextAt(Date.now()),
  );
const done = (task: ExecutionTask): ExecutionTask =>
  completed(task, { result: resultOf(), proof: 'applied' }, contextAt(Date.now()));
const by = (actor: string) => contextAt(Date.now(), { actor });

describe('the card of a task that', () => {
  it.each<[title: string, task: () => ExecutionTask, says: readonly string[], buttons: readonly string[]]>([
    ['is queued', newTask, ['Queued', '0 of 5'], ['retry', 'cancel', 'audit']],
    ['runs', () => runningTask(newTask()), ['Running', '1 of 5'], ['audit']],
    [
      'failed and will be retried',
      () => retryableTask(runningTask(newTask())),
      ['Failed, will be retried', 'PROVIDER_TIMEOUT', 'did not answer in time', 'Next attempt', '<!date^'],
      ['retry', 'abandon', 'audit'],
    ],
    [
      'completed',
      () => done(runningTask(newTask())),
      ['Completed', '<https://crm.example/deals/17000000001|crm 17000000001>'],
      ['audit'],
    ],
    [
      'failed for good',
      () => terminal(runningTask(newTask())),
      ['Failed for good', 'PROVIDER_REFUSED'],
      ['audit'],
    ],
    [
      'was cancelled',
      () => stopped(newTask(), 'operator_cancel', by(ADA)),
      ['Cancelled', 'ada cancelled it'],
      ['audit'],
    ],
  ])('%s shows this and offers the legal commands', async (_title, make, says, buttons) => {
    const task = await put(make());

    const card = await cardShowing(task.taskId, task.version);

    expect(says.filter((text) => !card.includes(text))).toEqual([]);
    const offered = [...card.matchAll(/"action_id":"quoteq_(\w+)"/g)].map(([, action]) => action);
    expect(offered).toEqual(buttons);
  });

  it('is carried out by the queue shows completed, in the thread of its quote, with stored latencies', async () => {
    const quoteId = freshQuoteId();
    const answer = await postAction(quoteId, 'crm.sync', 'key');
    const { taskId } = taskViewSchema.parse(answer.body);
    const { version } = await ended(taskId);

    await cardShowing(taskId, version);

    const messages = await shownMessages();
    const [root] = messages.filter(({ text }) => text.includes(`*Quote ${quoteId}*`));
    const [card] = await cardsOf(taskId);
    expect(card?.thread_ts).toBe(root?.ts);
    const { found: today } = await cards.listLatencies(new Date().toISOString().slice(0, 10), 1_000);
    const versions = today.filter((record) => record.taskId === taskId).map((record) => record.version);
    expect(versions.toSorted((a, b) => a - b)).toEqual([1, 2, 3]);
    const record = await cards.get(taskId);
    const { card: view } = await getTask(target, taskId);
    expect(view).toEqual({
      state: 'shown',
      version,
      permalink: `https://slack.com/archives/${channel}/p${record?.ts?.replace('.', '')}?thread_ts=${record?.threadTs}&cid=${channel}`,
    });
  });
});

describe('thirty transitions', () => {
  it('requested out of order and twice result in one card with the last version', async () => {
    let task = await put(newTask());
    const asked: Promise<unknown>[] = [];
    while (task.version < 30) {
      task = await put(redriven(task, 'operator_retry', by(ADA)), task);
      // 17 and 30 have no common divisor: every version once, out of order; and again in the other direction.
      for (const version of [(task.version * 17) % 30, 31 - task.version]) {
        asked.push(askForCard({ taskId: task.taskId, version: Math.max(1, version) }));
      }
    }
    await Promise.all(asked);

    const card = await cardShowing(task.taskId, 30);

    expect(card).toContain('version 30');
    expect(await cardsOf(task.taskId)).toHaveLength(1);
    expect(await messagesUnder(cardKeyOf(channel, task.taskId, 1))).toBe(1);
  });
});

describe('a message about a recovery', () => {
  it('is posted once when a task completes after a retryable failure', async () => {
    const failing = await put(retryableTask(runningTask(newTask())));
    const retried = await put(redriven(failing, 'operator_retry', by(ADA)), failing);
    const running = await put(runningTask(retried, Date.now()), retried);
    const task = await put(done(running), running);
    for (let again = 0; again < 3; again += 1) await askForCard(task);

    await cardShowing(task.taskId, task.version);

    const texts = (await shownMessages()).map(({ text }) => text);
    // Operators of other tests write into the channel too; the number of messages is counted by key below.
    expect(texts.some((text) => text.includes('ada pressed Retry now after PROVIDER_TIMEOUT'))).toBe(true);
    expect(await messagesUnder(recoveryKeyOf(task.taskId, retried.version))).toBe(1);
    expect(await messagesUnder(recoveryKeyOf(task.taskId, task.version))).toBe(1);
    expect(texts).toContain('✅ crm.sync recovered: completed on attempt 2 after PROVIDER_TIMEOUT');
  });
});

describe('a deleted card', () => {
  it('is posted once again with the next transition', async () => {
    const queued = await put(newTask());
    await cardShowing(queued.taskId, 1);
    const [card] = await cardsOf(queued.taskId);
    await slack.chat.delete({ channel, ts: card?.ts ?? '' });

    const running = await put(runningTask(queued, Date.now()), queued);
    await cardShowing(queued.taskId, 2);
    await put(done(running), running);
    await cardShowing(queued.taskId, 3);

    expect(await cardsOf(queued.taskId)).toHaveLength(1);
    expect(await messagesUnder(cardKeyOf(channel, queued.taskId, 2))).toBe(1);
  });
});

const refusal = (error: string) =>
  ({ kind: 'status', status: 200, body: JSON.stringify({ ok: false, error }) }) as const;

describe('a card that Slack refuses', () => {
  it.each([
    ['is_archived', 'PROVIDER_MISCONFIGURED'],
    ['not_in_channel', 'PROVIDER_MISCONFIGURED'],
    ['token_revoked', 'PROVIDER_UNAUTHORIZED'],
  ])(
    'with %s is shown as failing in the API and is repaired when the update is requested again',
    async (error, code) => {
      const task = newTask();
      await scriptFault({
        target: 'slack',
        path: '/api/chat.postMessage',
        bodyIncludes: task.quoteId,
        fault: refusal(error),
      });

      await put(task);

      const failing = await eventually('the card to be failing', async () => {
        const { card } = await getTask(target, task.taskId);
        return card?.state === 'failing' ? card : undefined;
      });
      expect(failing).toEqual({ state: 'failing', errorCode: code });
      await clearFaults();
      await askForCard(task);
      await cardShowing(task.taskId, 1);
      expect((await getTask(target, task.taskId)).card).toMatchObject({ state: 'shown', version: 1 });
    },
  );
});

describe('a thread', () => {
  it('has one root and one card for each of five concurrent actions', async () => {
    const quoteId = freshQuoteId();
    const keys = ['a', 'b', 'c', 'd', 'e'];

    await Promise.all(keys.map((key) => postAction(quoteId, 'crm.sync', key)));
    for (const key of keys) await cardShowing(deriveTaskId(quoteId, key), 3);

    expect(await messagesUnder(`slack.thread:${channel}:${quoteId}`)).toBe(1);
    for (const key of keys) {
      expect(await messagesUnder(cardKeyOf(channel, deriveTaskId(quoteId, key), 1))).toBe(1);
    }
  });
});
