/** The additions to the local Slack's page; Slack itself has all of these features. */
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import * as z from 'zod/mini';
import { eventually } from '../local/support/queue.ts';
import type { TestBrowser } from './support/browser.ts';
import { launchBrowser } from './support/browser.ts';
import type { SlackPage } from './support/slack-page.ts';
import { openSlackAs } from './support/slack-page.ts';

const { slackApiUrl, slackPageUrl, slackChannelId } = inject('outputs');
const answerSchema = z.object({ ok: z.literal(true), ts: z.optional(z.string()) });
const errors: unknown[] = [];
let chromium: TestBrowser;
let ada: SlackPage;
let lin: SlackPage;

beforeAll(async () => {
  chromium = await launchBrowser();
  ada = await openSlackAs(chromium.browser, slackPageUrl ?? '', 'Ada Operator', errors);
  lin = await openSlackAs(chromium.browser, slackPageUrl ?? '', 'Lin Operator', errors);
});
afterAll(() => chromium.close());
afterEach(() => {
  expect(errors).toEqual([]);
});

async function call(method: string, args: Record<string, unknown>): Promise<string> {
  const response = await fetch(new URL(method, slackApiUrl), {
    method: 'POST',
    headers: { authorization: 'Bearer xoxb-test', 'content-type': 'application/json; charset=utf-8' },
    body: JSON.stringify({ channel: slackChannelId, ...args }),
  });
  return answerSchema.parse(await response.json()).ts ?? '';
}

const plain = (text: string) => ({ type: 'plain_text', text });
const abandonButton = {
  type: 'button',
  text: plain('Abandon'),
  action_id: 'test_abandon',
  confirm: {
    title: plain('Abandon it?'),
    text: { type: 'mrkdwn', text: 'It will *never* run &lt;again&gt;.' },
    confirm: plain('Yes, abandon'),
    deny: plain('Keep'),
    style: 'danger',
  },
};

/** A thread with one message of these blocks, open in both pages. */
async function openThreadWith(title: string, blocks: readonly object[]): Promise<string> {
  const root = await call('chat.postMessage', { text: title });
  await call('chat.postMessage', { text: 'card', thread_ts: root, blocks });
  await Promise.all([ada.openThread(title), lin.openThread(title)]);
  return root;
}

const logSchema = z.object({
  log: z.array(z.object({ direction: z.string(), kind: z.string(), detail: z.optional(z.unknown()) })),
});
/** Number of presses of a button that Slack has delivered, by its log. */
async function pressesOf(actionId: string): Promise<number> {
  const response = await fetch(new URL('/_control/log', slackPageUrl ?? ''));
  const { log } = logSchema.parse(await response.json());
  return log.filter(
    ({ direction, kind, detail }) =>
      direction === 'to_bot' && kind === 'interactive' && JSON.stringify(detail).includes(actionId),
  ).length;
}

describe('a button with a confirmation', () => {
  it('is pressed only after the person confirms', async () => {
    await openThreadWith('Asking', [{ type: 'actions', elements: [abandonButton] }]);
    const button = ada.message('Abandon').getByRole('button', { name: 'Abandon' });

    await button.click();
    await ada.dialog.getByText('It will never run <again>.').waitFor();
    await ada.dialog.getByRole('button', { name: 'Keep' }).click();
    await ada.dialog.waitFor({ state: 'detached' });
    const afterKeep = await pressesOf('test_abandon');
    await button.click();
    await ada.dialog.getByRole('button', { name: 'Yes, abandon' }).click();

    expect(afterKeep).toBe(0);
    await eventually('the press', async () => ((await pressesOf('test_abandon')) === 1 ? true : undefined));
  });
});

describe('an ephemeral message', () => {
  it('is shown only to its reader', async () => {
    const thread = await openThreadWith('Whispering', [{ type: 'section', text: plain('the card') }]);

    await call('chat.postEphemeral', { user: 'U0LINOPS2', thread_ts: thread, text: 'Ada was first' });
    await lin.message('Ada was first').waitFor();
    await ada.message('Ada was first').waitFor({ state: 'attached' });

    expect(await ada.message('Ada was first').isVisible()).toBe(false);
  });
});

describe('a text', () => {
  it("has dates in the reader's time zone, and shows escaped characters as text", async () => {
    const text =
      'Next try at <!date^1795256135^{date_short} {time_secs}|some time>, not at &lt;!date^1^x|y&gt;';

    await openThreadWith('Waiting', [{ type: 'section', text: { type: 'mrkdwn', text } }]);

    const shown = ada.message('Next try at');
    await shown.waitFor();
    expect(await shown.innerText()).toContain('Next try at 21 Nov 2026 10:15:35, not at <!date^1^x|y>');
  });
});
