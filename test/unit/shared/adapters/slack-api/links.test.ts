/** Slack turns addresses and names in a text into links unless the text has a flag that forbids it. */
import type { WebClient } from '@slack/web-api';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { auditModal } from '../../../../../lambdas/slack/adapters/audit-modal.ts';
import { renderCard } from '../../../../../lambdas/slack/adapters/card-blocks.ts';
import {
  helpAnswer,
  kpiAnswer,
  overdueAnswer,
  quoteAnswer,
} from '../../../../../lambdas/slack/adapters/command-answer.ts';
import { postEphemeral } from '../../../../../lambdas/slack/adapters/ephemeral.ts';
import { effectMetadata } from '../../../../../lambdas/shared/adapters/slack-api/find-message.ts';
import { editMessage, postMessage } from '../../../../../lambdas/shared/adapters/slack-api/post-message.ts';
import { createSlackClient } from '../../../../../lambdas/shared/adapters/slack-api/slack-client.ts';
import { reportKpis } from '../../../../../lambdas/queue/domain/kpi/kpi.ts';
import { completed, held, redriven } from '../../../../../lambdas/queue/domain/task/transitions.ts';
import { json, type RunningServer, startServer } from '../../../../../tools/rig/http/http-server.ts';
import { contextAt, queuedTask, resultOf, retryableTask, runningTask } from '../../../../helpers/builders.ts';
import { START_MS } from '../../../../../tools/rig/fake-clock.ts';

/** Every object with markup, at any depth. */
function markupsOf(value: unknown): readonly object[] {
  if (typeof value !== 'object' || value === null) return [];
  const inner = Object.values(value).flatMap(markupsOf);
  return 'type' in value && value.type === 'mrkdwn' ? [value, ...inner] : inner;
}

const waiting = retryableTask();
const pressed = redriven(waiting, 'operator_retry', contextAt());
const kpis = reportKpis({ transitions: [], latencies: [] }, { sinceMs: START_MS, nowMs: START_MS });

describe('a text with markup', () => {
  it.each([
    ['the card of a held task', renderCard(held(pressed, { reason: 'down', actor: 'ada' }, contextAt()))],
    [
      'the card of a completed task',
      renderCard(completed(runningTask(waiting), { result: resultOf(), proof: 'applied' }, contextAt())),
    ],
    ['the audit trail', auditModal(waiting, waiting.history)],
    ['an empty audit trail', auditModal(waiting, [])],
    ['the answer about a quote', quoteAnswer('Q-1', [waiting, queuedTask()], true)],
    ['the answer about what is overdue', overdueAnswer([waiting], true)],
    ['the answer about KPIs', kpiAnswer(kpis)],
    ['the help', helpAnswer('/quoteq')],
  ])('of %s gets no automatic links', (_where, message) => {
    const markups = markupsOf(message);

    expect(markups.length).toBeGreaterThan(1);
    expect(markups.filter((markup) => !('verbatim' in markup && markup.verbatim === true))).toEqual([]);
  });
});

describe('a message', () => {
  let server: RunningServer;
  let forms: Record<string, string>[];
  beforeAll(async () => {
    server = await startServer(async ({ body }) => {
      forms.push(Object.fromEntries(new URLSearchParams(body.toString())));
      return json(200, { ok: true, ts: '1.2', message_ts: '1.2' });
    });
  });
  beforeEach(() => {
    forms = [];
  });
  afterAll(() => server.stop());

  const channel = 'C0QUOTES1';
  const text = 'See https://a.example';
  const click = {
    schemaVersion: 1,
    clickId: 'c'.repeat(64),
    taskId: waiting.taskId,
    version: 3,
    action: 'retry',
    teamId: 'T0QUOTEQ1',
    userId: 'U0ADAOPS1',
    userName: 'ada',
    channelId: channel,
    messageTs: '1.1',
  } as const;

  it.each<[how: string, send: (client: WebClient) => Promise<unknown>]>([
    [
      'is posted',
      (client) => postMessage(client, { channel, text, metadata: effectMetadata('key', 'hash') }),
    ],
    ['is edited', (client) => editMessage(client, { channel, text, ts: '1.2', blocks: [] })],
    ['one person sees', (client) => postEphemeral(client, click, text)],
  ])('that %s gets no automatic links', async (_how, send) => {
    await send(createSlackClient('xoxb-token', `${server.url}/`));

    expect(forms).toMatchObject([{ channel, text, parse: 'none' }]);
  });

  it('that a person wrote gets links for its addresses', async () => {
    const metadata = effectMetadata('key', 'hash');
    await postMessage(createSlackClient('xoxb-token', `${server.url}/`), {
      channel,
      text,
      linksAddresses: true,
      metadata,
    });

    expect(forms).toMatchObject([{ channel, text }]);
    expect(forms[0]).not.toHaveProperty('parse');
  });
});
