/** Operators in Slack: their view of a task, and the effects of their buttons. */
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, inject, it, onTestFinished } from 'vitest';
import type { Locator } from 'playwright-core';
import { taskViewSchema } from '../../lambdas/queue/contracts/api.ts';
import type { AnsweredTask } from '../../tools/cli/answers.ts';
import { pauseKind, resumeKind } from '../../tools/cli/clients/kind-client.ts';
import { getAudit, getTask } from '../../tools/cli/clients/queue-client.ts';
import { readQuoteFile } from '../../tools/cli/quote-file.ts';
import { REPOSITORY_ROOT } from '../../tools/paths.ts';
import { clearFaults, postAction, scriptFault, ended, target } from '../local/support/queue.ts';
import type { Fault } from '../../tools/rig/faults/fault-rules.ts';
import type { TestBrowser } from './support/browser.ts';
import { launchBrowser } from './support/browser.ts';
import type { SlackPage } from './support/slack-page.ts';
import { openSlackAs, takePicture } from './support/slack-page.ts';

const { slackPageUrl } = inject('outputs');
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
afterEach(async () => {
  await clearFaults();
  expect(errors).toEqual([]);
});

/** Time limit for a part to appear; it usually appears within a second. */
const PATIENCE = { timeout: 60_000 };

/** Waits until the element's text has all of these. */
async function shows(element: Locator, ...texts: readonly string[]): Promise<void> {
  const withAll = texts.reduce((found, hasText) => found.filter({ hasText }), element);
  await withAll.first().waitFor(PATIENCE);
}

/**
 * Checks that the page has received a message and does not show it. Without the first check, an absence could mean that the message has not
 * arrived yet.
 */
async function isHidden(message: Locator): Promise<boolean> {
  await message.waitFor({ state: 'attached', ...PATIENCE });
  return message.isHidden();
}

const buttonsOf = (card: Locator): Promise<readonly string[]> => card.getByRole('button').allInnerTexts();

/** The example of the README, so that the pictures match it. */
const [example] = readQuoteFile(join(REPOSITORY_ROOT, 'examples', 'q-1042.json')).filter(
  ({ body }) => body.kind === 'crm.sync',
);

/** Enqueues the CRM sync of the example for another quote. */
async function enqueueExample(quoteId: string): Promise<string> {
  const { snapshot, ...rest } = example?.body.payload ?? {};
  const payload = { ...rest, snapshot: { ...Object(snapshot), quoteId } };
  return taskViewSchema.parse((await postAction(quoteId, 'crm.sync', 'browser', payload)).body).taskId;
}

/** The CRM defers for ten minutes: only a person moves the task during the test. */
const PUT_OFF: Fault = { kind: 'status', status: 503, retryAfterSeconds: 600 };

/** Enqueues a CRM sync whose attempts end with these faults, and opens its thread for both operators. */
async function failedTask(
  quoteId: string,
  faults: readonly Fault[] = [PUT_OFF],
): Promise<{ readonly task: AnsweredTask; readonly card: Locator }> {
  for (const fault of faults) {
    await scriptFault({ target: 'crm', path: '/crm/*', bodyIncludes: quoteId, fault });
  }
  const taskId = await enqueueExample(quoteId);
  await Promise.all([ada, lin].map((person) => person.openThread(`Quote ${quoteId}`)));
  const card = ada.message('crm.sync').filter({ hasText: taskId });
  await shows(card, 'Failed, will be retried', 'PROVIDER_RATE_LIMITED');
  return { task: await getTask(target, taskId), card };
}

/** The app's answer to a command. */
const answerIn = ({ page }: SlackPage): Locator =>
  page.locator('.messages .msg').filter({ hasText: 'only visible to you' });

describe('a card', () => {
  it('shows a retryable failure, and its completion after a person has pressed Retry now', async () => {
    const { task, card } = await failedTask('Q-1042', [{ kind: 'status', status: 500 }, PUT_OFF]);
    await shows(card, '1 of 5 (+1 deferred)', 'Next attempt', 'The provider answered 503');
    const before = await buttonsOf(card);
    await takePicture(ada, 'slack-card-failed');

    await card.getByRole('button', { name: 'Retry now' }).click();
    await shows(card, 'Completed', 'ada pressed Retry now', 'Effect');
    await shows(ada.message('recovered'), 'crm.sync recovered: completed');

    expect(before).toEqual(['Retry now', 'Abandon', 'Show audit']);
    expect(await buttonsOf(card)).toEqual(['Show audit']);
    expect(await ended(task.taskId)).toMatchObject({ state: 'completed', effect: { proof: 'applied' } });
    const { records } = await getAudit(target, task.taskId);
    const retry = records.find(({ cause }) => cause === 'operator_retry');
    expect(retry?.actor).toBe('slack:T0QUOTEQ1/U0ADAOPS1 (ada)');
    await takePicture(ada, 'slack-card-completed', 'thread');
  });

  it('asks for confirmation before it abandons the task', async () => {
    const { task, card } = await failedTask('Q-1043');
    const abandon = card.getByRole('button', { name: 'Abandon' });

    await abandon.click();
    await shows(ada.dialog, 'Abandon this action?');
    await takePicture(ada, 'slack-abandon-asks');
    await ada.dialog.getByRole('button', { name: 'Keep it' }).click();
    await ada.dialog.waitFor({ state: 'detached' });
    const kept = await getTask(target, task.taskId);
    await abandon.click();
    await ada.dialog.getByRole('button', { name: 'Abandon' }).click();
    await shows(card, 'Abandoned', 'ada abandoned it');

    expect(kept).toMatchObject({ state: 'retryable_failed', version: task.version });
    expect(await ended(task.taskId)).toMatchObject({ state: 'failed_terminal', version: task.version + 1 });
    expect(await buttonsOf(card)).toEqual(['Show audit']);
  });

  it('tells only the second operator about the first one', async () => {
    const { task, card } = await failedTask('Q-1044');
    // Ada presses another button of the card while Lin's confirmation dialog is open.
    await lin.message('crm.sync').getByRole('button', { name: 'Abandon' }).click();
    await shows(lin.dialog, 'Abandon this action?');
    await card.getByRole('button', { name: 'Retry now' }).click();
    await shows(card, 'Completed');

    await lin.dialog.getByRole('button', { name: 'Abandon' }).click();
    await shows(lin.message('did nothing'), 'ada', 'was first', 'pressed Retry now', 'Completed');

    expect(await isHidden(ada.message('did nothing'))).toBe(true);
    expect(await ended(task.taskId)).toMatchObject({ state: 'completed' });
    await takePicture(lin, 'slack-second-click', 'thread');
  });

  it('opens the audit trail', async () => {
    const { card } = await failedTask('Q-1045');

    await card.getByRole('button', { name: 'Show audit' }).click();
    await shows(ada.modal, 'Audit trail', 'v1', 'running → retryable_failed');
    await takePicture(ada, 'slack-audit-trail');
    await ada.modal.getByRole('button', { name: 'Close' }).click();
    await ada.modal.waitFor({ state: 'detached' });

    expect(await buttonsOf(card)).toEqual(['Retry now', 'Abandon', 'Show audit']);
  });
});

describe('a card of a paused kind', () => {
  it('shows who paused it and why, and its buttons still work', async () => {
    onTestFinished(async () => void (await resumeKind(target, 'crm.sync')));
    await pauseKind(target, 'crm.sync', 'The CRM is down for maintenance until noon');
    const taskId = await enqueueExample('Q-1047');
    await ada.openThread('Quote Q-1047');
    const card = ada.message('crm.sync').filter({ hasText: taskId });

    await shows(card, 'Queued, held', 'down for maintenance until noon', 'crm.sync is paused by', '0 of 5');
    const offered = await buttonsOf(card);
    await takePicture(ada, 'slack-card-held');
    await card.getByRole('button', { name: 'Cancel' }).click();
    await ada.dialog.getByRole('button', { name: 'Cancel it' }).click();
    await shows(card, 'Cancelled', 'ada cancelled it');

    expect(offered).toEqual(['Retry now', 'Cancel', 'Show audit']);
    expect(await card.innerText()).not.toContain('held');
    expect(await ended(taskId)).toMatchObject({ state: 'failed_terminal', attempts: { claims: 0 } });
  });
});

describe('/quoteq', () => {
  it('lists the tasks of a quote to the caller', async () => {
    await failedTask('Q-1046');

    await ada.say('/quoteq Q-1046');
    await shows(answerIn(ada), 'Q-1046', 'crm.sync', 'Failed, will be retried');

    await takePicture(ada, 'slack-command', 'channel');
    expect(await isHidden(answerIn(lin))).toBe(true);
  });
});
