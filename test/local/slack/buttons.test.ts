/** Buttons and commands through every part: signature, operators, replay, one guarded transition, and the second operator's notice. */
import { beforeAll, describe, expect, it } from 'vitest';
import { taskViewSchema } from '../../../lambdas/queue/contracts/api.ts';
import type { CardAction } from '../../../lambdas/slack/contracts/slack-actions.ts';
import { buttonValueOf } from '../../../lambdas/slack/contracts/slack-actions.ts';
import { getAudit, getTask } from '../../../tools/cli/clients/queue-client.ts';
import { queuedTask, retryableTask, runningTask, snapshotOf } from '../../helpers/builders.ts';
import { actionIdOf } from '../../helpers/slack/slack-request.ts';
import {
  clearFaults,
  eventually,
  freshQuoteId,
  postAction,
  scriptFault,
  ended,
  target,
} from '../support/queue.ts';
import {
  ADA,
  ephemeralsFor,
  LIN,
  openModal,
  postPlainMessage,
  press,
  pressInSlack,
  putTask,
  readSlackSecret,
  storedTask,
  typeInSlack,
} from '../support/slack.ts';

const ROUNDS = 50;
const HOUR_MS = 3_600_000;

let signingSecret: string;

beforeAll(async () => {
  const [first = ''] = (await readSlackSecret()).signingSecrets;
  signingSecret = first;
});

/** A task that failed retryably, with an hour until its next attempt and without a driver: only a click moves it. */
function waitingTask(quoteId: string, key: string) {
  const nowMs = Date.now();
  const task = queuedTask('crm.sync', key, nowMs, snapshotOf({ quoteId }));
  return putTask(retryableTask(runningTask(task, nowMs), nowMs + HOUR_MS));
}

/** Operators' transitions of a task, from its history. */
async function operatedBy(taskId: string) {
  const { history } = await storedTask(taskId);
  return history.filter(({ cause }) => cause.startsWith('operator_'));
}

describe('two operators who click at the same moment', () => {
  it(`make one transition in each of ${ROUNDS} rounds, and the second one gets a notice about the other`, async () => {
    const quoteId = freshQuoteId();
    const rounds = Array.from({ length: ROUNDS }, (_, round) => round);
    const taskIds: string[] = [];
    for (const round of rounds) {
      const { taskId, version } = await waitingTask(quoteId, `race-${round}`);
      taskIds.push(taskId);
      const actions: readonly CardAction[] = round % 2 === 0 ? ['abandon', 'abandon'] : ['retry', 'abandon'];

      const statuses = await Promise.all(
        [ADA, LIN].map((person, index) =>
          press(signingSecret, {
            taskId,
            version,
            action: actions[index] ?? 'abandon',
            ...(person && { person }),
          }),
        ),
      );

      expect(statuses).toEqual([200, 200]);
    }

    const told = await eventually('a word to each loser', async () => {
      const texts = await Promise.all([ADA, LIN].map((person) => ephemeralsFor(person?.userId ?? '')));
      const ours = texts.map((all) => all.filter((text) => text.includes(quoteId)));
      return ours.flat().length >= ROUNDS ? ours : undefined;
    });
    const winners = (await Promise.all(taskIds.map(operatedBy))).flat();
    expect(winners).toHaveLength(ROUNDS);
    const wonByAda = winners.filter(({ actor }) => actor === `slack:${ADA?.teamId}/${ADA?.userId} (ada)`);
    const [toldAda = [], toldLin = []] = told;
    expect(toldLin.filter((text) => text.includes(' ada was first '))).toHaveLength(wonByAda.length);
    expect(toldAda.filter((text) => text.includes(' lin was first '))).toHaveLength(ROUNDS - wonByAda.length);
    expect(told.flat().filter((text) => !/It is now \*[^*]+\*/.test(text))).toEqual([]);
  });
});

describe('a button', () => {
  it('“Retry now” starts the next execution at once, with its actor in the audit trail', async () => {
    const quoteId = freshQuoteId();
    const { taskId, version } = await waitingTask(quoteId, 'retry');

    const status = await press(signingSecret, {
      taskId,
      version,
      action: 'retry',
      ...(LIN && { person: LIN }),
    });

    expect(status).toBe(200);
    expect((await ended(taskId)).state).toBe('completed');
    const { records } = await getAudit(target, taskId);
    expect(records.filter(({ cause }) => cause === 'operator_retry').map(({ actor }) => actor)).toEqual([
      `slack:${LIN?.teamId}/${LIN?.userId} (lin)`,
    ]);
  });

  it('that is pressed in Slack retries a task that a provider delays', async () => {
    const quoteId = freshQuoteId();
    const fault = { kind: 'status', status: 503, retryAfterSeconds: 60 } as const;
    await scriptFault({
      target: 'crm',
      method: 'POST',
      path: '/crm/v3/objects/deals/batch/upsert',
      bodyIncludes: quoteId,
      fault,
    });
    const { taskId } = taskViewSchema.parse((await postAction(quoteId, 'crm.sync', 'held-up')).body);
    const { version } = await eventually('a retryable failure', async () => {
      const task = await getTask(target, taskId);
      return task.state === 'retryable_failed' ? task : undefined;
    });
    await clearFaults();

    await pressInSlack({
      messageTs: await postPlainMessage('A card'),
      user: ADA?.userId ?? '',
      action: {
        type: 'button',
        action_id: actionIdOf('retry'),
        value: buttonValueOf({ taskId, version, action: 'retry' }),
      },
    });

    expect(await ended(taskId, 30_000)).toMatchObject({ state: 'completed', generation: 2 });
  });

  it('“Show audit” opens a modal with the trail', async () => {
    const quoteId = freshQuoteId();
    const { taskId } = taskViewSchema.parse((await postAction(quoteId, 'crm.sync', 'audited')).body);
    const { version } = await ended(taskId);
    await eventually('the trail', async () =>
      (await getAudit(target, taskId)).gaps.length === 0 ? true : undefined,
    );

    await pressInSlack({
      messageTs: await postPlainMessage('A card'),
      user: ADA?.userId ?? '',
      action: {
        type: 'button',
        action_id: actionIdOf('audit'),
        value: buttonValueOf({ taskId, version, action: 'audit' }),
      },
    });

    const modal = await eventually('the modal', openModal);
    expect(modal).toContain(taskId);
    expect(modal).toContain('running → *completed*');
  });

  it('whose modal can no longer be opened shows the trail as a message', async () => {
    const quoteId = freshQuoteId();
    const { taskId, version } = await waitingTask(quoteId, 'too-late');

    await press(signingSecret, {
      taskId,
      version,
      action: 'audit',
      triggerId: 'expired',
      ...(ADA && { person: ADA }),
    });

    const trail = await eventually('the trail as a message', async () => {
      const texts = await ephemeralsFor(ADA?.userId ?? '');
      return texts.find((text) => text.includes(quoteId));
    });
    expect(trail).toContain('running → *retryable_failed*');
  });
});

describe('/quoteq', () => {
  it('lists the actions of a quote only to the caller', async () => {
    const quoteId = freshQuoteId();
    const { taskId } = await waitingTask(quoteId, 'listed');

    await typeInSlack(LIN?.userId ?? '', quoteId);

    await eventually('the answer', async () => {
      const texts = await ephemeralsFor(LIN?.userId ?? '');
      return texts.find((text) => text.includes(`Quote *${quoteId}*: one action`));
    });
    expect((await ephemeralsFor(ADA?.userId ?? '')).filter((text) => text.includes(taskId))).toEqual([]);
  });

  it.each([
    ['stuck', /overdue/],
    ['kpi', /KPIs of the last 7 days/],
    ['what?', /What I can tell/],
  ])('answers “%s”', async (text, expected) => {
    await typeInSlack(LIN?.userId ?? '', text);

    const answer = await eventually('the answer', async () => {
      const texts = await ephemeralsFor(LIN?.userId ?? '');
      return texts.find((candidate) => expected.test(candidate));
    });
    expect(answer).toMatch(expected);
  });
});
