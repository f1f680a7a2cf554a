/** A paused kind, end to end: its actions wait with the reason on their cards, others continue, and resuming runs them once. */
import { afterEach, describe, expect, it } from 'vitest';
import type { ActionKind } from '../../lambdas/actions/kinds.ts';
import { taskViewSchema } from '../../lambdas/queue/contracts/api.ts';
import { effectKeyOf } from '../../lambdas/queue/domain/task/identity.ts';
import { listKinds, pauseKind, resumeKind } from '../../tools/cli/clients/kind-client.ts';
import { getAudit, getTask } from '../../tools/cli/clients/queue-client.ts';
import { countEffects } from '../../tools/demo/provider-counts.ts';
import { cardsOf } from './support/cards.ts';
import { eventually, freshQuoteId, outputs, postAction, ended, target } from './support/queue.ts';
import { press, readSlackSecret } from './support/slack.ts';

const REASON = 'The CRM is <down> until noon';

afterEach(() => resumeKind(target, 'crm.sync'));

async function enqueue(quoteId: string, kind: ActionKind, key: string): Promise<string> {
  const { body } = await postAction(quoteId, kind, key);
  return taskViewSchema.parse(body).taskId;
}

const held = (taskId: string) =>
  eventually(`task ${taskId} to be held`, async () => {
    const task = await getTask(target, taskId);
    return task.hold === undefined ? undefined : task;
  });

/** Waits for the card of a task with all of these texts. */
const cardWith = (taskId: string, ...texts: readonly string[]) =>
  eventually(`the card of ${taskId} to say ${texts.join(', ')}`, async () => {
    const [card] = await cardsOf(taskId);
    const shown = JSON.stringify(card ?? {});
    return texts.every((text) => shown.includes(text)) ? shown : undefined;
  });

const crmKind = async () => (await listKinds(target)).find(({ kind }) => kind === 'crm.sync');

describe('a paused kind', () => {
  it('shows its held actions while others continue, and carries them out once when it is resumed', async () => {
    const quoteId = freshQuoteId();
    await pauseKind(target, 'crm.sync', REASON);
    const [crm, pdf] = [
      await enqueue(quoteId, 'crm.sync', 'crm'),
      await enqueue(quoteId, 'pdf.render', 'pdf'),
    ];

    expect(await ended(pdf)).toMatchObject({ state: 'completed' });
    expect(await held(crm)).toMatchObject({
      state: 'queued',
      attempts: { used: 0, claims: 0 },
      hold: { reason: REASON },
    });
    await cardWith(crm, '⏸️ Queued, held', 'The CRM is &lt;down&gt; until noon', 'crm.sync is paused by');
    expect((await countEffects(outputs)).crm.get(effectKeyOf('crm.sync', crm))).toBeUndefined();

    await resumeKind(target, 'crm.sync');

    expect(await ended(crm)).toMatchObject({ state: 'completed', attempts: { used: 1, deferred: 0 } });
    expect(await cardWith(crm, '✅ Completed')).not.toMatch(/\bheld\b/i);
    expect((await countEffects(outputs)).crm.get(effectKeyOf('crm.sync', crm))).toBe(1);
    const causes = (await getAudit(target, crm)).records.map(({ cause }) => cause);
    expect(causes.slice(0, 3)).toEqual(['enqueue', 'hold', 'release']);
  });

  it('holds an action again after Retry now, and shows the reason on its card', async () => {
    const quoteId = freshQuoteId();
    await pauseKind(target, 'crm.sync', REASON);
    const taskId = await enqueue(quoteId, 'crm.sync', 'pressed');
    const { version } = await held(taskId);
    await cardWith(taskId, '⏸️ Queued, held');

    const [secret = ''] = (await readSlackSecret()).signingSecrets;
    expect(await press(secret, { taskId, version, action: 'retry' })).toBe(200);

    const again = await eventually('the task to be held again', async () => {
      const task = await getTask(target, taskId);
      return task.version > version && task.hold !== undefined ? task : undefined;
    });
    expect(again).toMatchObject({ state: 'queued', generation: 2, attempts: { claims: 0 } });
    await cardWith(taskId, 'pressed Retry now', '⏸️ Queued, held', `version ${again.version}`);
  });

  it('is listed with the kinds until it is resumed', async () => {
    await pauseKind(target, 'crm.sync', REASON);

    expect(await crmKind()).toMatchObject({ paused: true, reason: REASON });
    await resumeKind(target, 'crm.sync');
    expect(await crmKind()).toMatchObject({ paused: false, resumed: { actor: expect.any(String) } });
  });
});
