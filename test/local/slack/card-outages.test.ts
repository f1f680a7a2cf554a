/** Slack is slow, rate-limited or down, or loses replies: actions and audit never wait for it, and cards are correct afterwards. */
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import type { ActionKind } from '../../../lambdas/actions/kinds.ts';
import { cardKeyOf } from '../../../lambdas/slack/domain/card.ts';
import { deriveTaskId } from '../../../lambdas/queue/domain/task/identity.ts';
import { completed } from '../../../lambdas/queue/domain/task/transitions.ts';
import { getAudit } from '../../../tools/cli/clients/queue-client.ts';
import type { FaultRule } from '../../../tools/rig/faults/fault-rules.ts';
import { contextAt, queuedTask, resultOf, runningTask } from '../../helpers/builders.ts';
import { cardShowing, cards, faultHits, messagesUnder, put } from '../support/cards.ts';
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

const channel = outputs.slackChannelId;
const OUTAGE_MS = 60_000;

afterEach(clearFaults);

const slackFault = (rule: Omit<FaultRule, 'target'>) => scriptFault({ target: 'slack', ...rule });

const enqueueAll = async (quoteId: string, kind: ActionKind, count: number): Promise<readonly string[]> => {
  const keys = Array.from({ length: count }, (_, index) => `key-${index}`);
  await Promise.all(keys.map((key) => postAction(quoteId, kind, key)));
  return keys.map((key) => deriveTaskId(quoteId, key));
};

/** Tasks that have a card. */
async function shownOf(taskIds: readonly string[]): Promise<readonly string[]> {
  const found = await Promise.all(taskIds.map((taskId) => cards.get(taskId)));
  return found.flatMap((card) => (card?.ts === undefined ? [] : [card.taskId]));
}

describe('Slack', () => {
  it('down for 60 seconds delays neither actions nor audit, and cards are correct afterwards', async () => {
    const beganAtMs = performance.now();
    await slackFault({ path: '/api/*', fault: { kind: 'status', status: 503 }, times: 1_000_000 });
    const quoteId = freshQuoteId();

    const taskIds = await enqueueAll(quoteId, 'crm.sync', 5);
    for (const taskId of taskIds) {
      expect((await ended(taskId, 30_000)).state).toBe('completed');
      await eventually('its whole trail', async () => {
        const { records, gaps } = await getAudit(target, taskId);
        return records.length === 3 && gaps.length === 0 ? records : undefined;
      });
    }

    expect(await shownOf(taskIds)).toEqual([]);
    await delay(Math.max(0, OUTAGE_MS - (performance.now() - beganAtMs)));
    await clearFaults();
    for (const taskId of taskIds) {
      expect(await cardShowing(taskId, 3)).toContain('Completed');
      expect(await messagesUnder(cardKeyOf(channel, taskId, 1))).toBe(1);
    }
    expect(await messagesUnder(`slack.thread:${channel}:${quoteId}`)).toBe(1);
  });

  it('that answers 429 to forty requests loses no update and posts nothing twice', async () => {
    const quoteId = freshQuoteId();
    const limited = { kind: 'status', status: 429, retryAfterSeconds: 1 } as const;
    await slackFault({ path: '/api/*', fault: limited, times: 40 });

    const taskIds = await enqueueAll(quoteId, 'crm.sync', 10);
    for (const taskId of taskIds) expect(await cardShowing(taskId, 3)).toContain('Completed');

    expect(await faultHits()).toEqual([40]);
    for (const taskId of taskIds) expect(await messagesUnder(cardKeyOf(channel, taskId, 1))).toBe(1);
    expect(await messagesUnder(`slack.thread:${channel}:${quoteId}`)).toBe(1);
  });

  it.each([
    ['the root message', (quoteId: string, _taskId: string) => `slack.thread:${channel}:${quoteId}`],
    ['the card', (_quoteId: string, taskId: string) => cardKeyOf(channel, taskId, 1)],
  ])('that loses the reply to the post of %s has the message once', async (_title, keyOf) => {
    const quoteId = freshQuoteId();
    const taskId = deriveTaskId(quoteId, 'key-0');
    const effectKey = keyOf(quoteId, taskId);
    await slackFault({
      path: '/api/chat.postMessage',
      bodyIncludes: effectKey,
      fault: { kind: 'drop_reply' },
    });

    await enqueueAll(quoteId, 'crm.sync', 1);
    expect(await cardShowing(taskId, 3)).toContain('Completed');

    expect(await faultHits()).toEqual([1]);
    expect(await messagesUnder(effectKey)).toBe(1);
    expect(await messagesUnder(cardKeyOf(channel, taskId, 1))).toBe(1);
  });

  it('that carries out an old edit late finally shows the last version', async () => {
    const snapshot = acceptedSnapshot(freshQuoteId());
    const queued = await put(queuedTask('crm.sync', 'key', Date.now(), snapshot));
    await cardShowing(queued.taskId, 1);
    // The client gives up after 3 s; the edit to `running` is carried out after 8 s, when `completed` is shown.
    await slackFault({
      path: '/api/chat.update',
      bodyIncludes: queued.taskId,
      fault: { kind: 'delay', delayMs: 8_000 },
    });

    const running = await put(runningTask(queued, Date.now()), queued);
    await eventually('the edit without an answer', async () => {
      const card = await cards.get(queued.taskId);
      return card?.doubtfulSinceMs;
    });
    const outcome = { result: resultOf(), proof: 'applied' } as const;
    await put(completed(running, outcome, contextAt(Date.now())), running);
    expect(await cardShowing(queued.taskId, 3)).toContain('Completed');
    await eventually('the old edit', async () => {
      const card = await cardShowing(queued.taskId, 3);
      return card.includes('Running') ? card : undefined;
    });

    await eventually('the last version again', async () => {
      const card = await cardShowing(queued.taskId, 3);
      return card.includes('Completed') ? card : undefined;
    });
  });
});
