import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ExecutionTask } from '../../../../lambdas/queue/contracts/records.ts';
import { json } from '../../../../tools/rig/http/http-server.ts';
import { queuedTask, retryableTask, runningTask, snapshotOf } from '../../../helpers/builders.ts';
import {
  blockActionsOf,
  commandForm,
  clickForm,
  OPERATOR,
  type Press,
  STRANGER,
} from '../../../helpers/slack/slack-request.ts';
import { sqsEvent, startSlackFunctions } from './slack-under-test.ts';

let slack: Awaited<ReturnType<typeof startSlackFunctions>>;
const LIN = { ...OPERATOR, userId: 'U0LINOPS2', name: 'lin' };

beforeAll(async () => {
  slack = await startSlackFunctions();
});
afterAll(() => slack.stop());
beforeEach(() => {
  slack.sent.length = 0;
  slack.slack.calls.length = 0;
  slack.slack.answers.length = 0;
});

let made = 0;
async function storedTask(): Promise<ExecutionTask> {
  made += 1;
  const queued = queuedTask('crm.sync', `key-${made}`, Date.now(), snapshotOf({ quoteId: `Q-${made}` }));
  const written = await slack.tasks.putIfAbsent(retryableTask(runningTask(queued)));
  if (written.kind === 'conflict') throw new Error('task: expected a new one');
  return written.task;
}

const pressOf = (
  { taskId, version }: ExecutionTask,
  action: Press['action'],
  person: Press['person'] = OPERATOR,
) => clickForm(blockActionsOf({ taskId, version, action, person }));

describe('slack-interactions', () => {
  it('hands over a click once and refuses it when it is repeated', async () => {
    const task = await storedTask();
    const body = pressOf(task, 'retry');

    const answers = [await slack.post('interactions', body), await slack.post('interactions', body)];

    expect(answers).toEqual([
      { status: 200, text: '' },
      { status: 409, text: '' },
    ]);
    expect(slack.sent.map((text) => JSON.parse(text))).toEqual([
      expect.objectContaining({ taskId: task.taskId, version: 3, action: 'retry', userId: OPERATOR.userId }),
    ]);
  });

  it('refuses a person who is not an operator and hands over nothing', async () => {
    const answer = await slack.post('interactions', pressOf(await storedTask(), 'abandon', STRANGER));

    expect(answer).toEqual({ status: 403, text: '' });
    expect(slack.sent).toEqual([]);
  });

  it("refuses a person of another workspace with an operator's user id", async () => {
    const { taskId, version } = await storedTask();
    const payload = blockActionsOf({ taskId, version, action: 'abandon' });
    const user = { ...payload.user, team_id: 'T0OUTSIDE' };

    const answer = await slack.post('interactions', clickForm({ ...payload, user }));

    expect(answer).toEqual({ status: 403, text: '' });
    expect(slack.sent).toEqual([]);
  });

  it('opens the audit modal at once and hands over nothing', async () => {
    const task = await storedTask();

    const answer = await slack.post('interactions', pressOf(task, 'audit'));

    expect(answer.status).toBe(200);
    expect(slack.slack.calls.map(({ method }) => method)).toEqual(['views.open']);
    expect(slack.slack.calls[0]?.args['view']).toContain(task.taskId);
    expect(slack.sent).toEqual([]);
  });

  it.each([
    ['the trigger has expired', json(200, { ok: false, error: 'expired_trigger_id' })],
    ['Slack is down', json(503, {})],
    ['Slack limits us', json(429, {}, { 'retry-after': '30' })],
  ])('hands over the click if %s', async (_why, reply) => {
    slack.slack.answers.push(reply);

    const answer = await slack.post('interactions', pressOf(await storedTask(), 'audit'));

    expect(answer.status).toBe(200);
    expect(slack.sent).toHaveLength(1);
  });

  it('fails without a message if the queue cannot be reached, and accepts another click', async () => {
    const body = pressOf(await storedTask(), 'retry');
    slack.outage.sendsToFail = 1;

    const answers = [await slack.post('interactions', body), await slack.post('interactions', body)];

    expect(answers.map(({ status }) => status)).toEqual([503, 200]);
  });

  it('acknowledges other requests', async () => {
    expect(await slack.post('interactions', clickForm({ type: 'view_closed' }))).toEqual({
      status: 200,
      text: '',
    });
  });
});

/** The click in the queue after a press. */
async function queuedClick(task: ExecutionTask, action: Press['action'], person: Press['person'] = OPERATOR) {
  await slack.post('interactions', pressOf(task, action, person));
  return slack.sent.splice(0);
}

describe('operate-click', () => {
  it('makes the transition of a click and sends the operator no message', async () => {
    const task = await storedTask();
    const startedBefore = slack.started();

    const answer = await slack.operate(sqsEvent(await queuedClick(task, 'retry')));

    expect(answer.batchItemFailures).toEqual([]);
    expect(await slack.tasks.get(task.taskId)).toMatchObject({ version: 4, generation: 2 });
    expect(slack.started() - startedBefore).toBe(1);
    expect(slack.slack.calls).toEqual([]);
  });

  it('tells only the second operator, in the thread of the card', async () => {
    const task = await storedTask();
    const [abandon, retry] = [await queuedClick(task, 'abandon'), await queuedClick(task, 'retry', LIN)];

    await slack.operate(sqsEvent(abandon));
    await slack.operate(sqsEvent(retry));

    expect(slack.slack.calls).toEqual([
      {
        method: 'chat.postEphemeral',
        args: expect.objectContaining({
          channel: 'C0QUOTES1',
          user: LIN.userId,
          thread_ts: '1774745970.000100',
          text: expect.stringContaining('ada was first and abandoned it. It is now *🚫 Abandoned*'),
        }),
      },
    ]);
  });

  it.each([
    ['is down', json(503, {}), 1],
    ['limits us', json(429, {}, { 'retry-after': '30' }), 1],
    ['does not know the person', json(200, { ok: false, error: 'user_not_in_channel' }), 0],
  ])('retries the notice later only if it may succeed: Slack %s', async (_why, reply, failures) => {
    const task = await storedTask();
    const clicks = [...(await queuedClick(task, 'abandon')), ...(await queuedClick(task, 'retry', LIN))];
    slack.slack.answers.push(reply);

    const answer = await slack.operate(sqsEvent(clicks));

    expect(answer.batchItemFailures).toHaveLength(failures);
    expect((await slack.tasks.get(task.taskId))?.version).toBe(4);
  });

  it.each(['', '{}', '{"schemaVersion":2}'])(
    'returns the message “%s”, which is not a click',
    async (body) => {
      const answer = await slack.operate(sqsEvent([body]));

      expect(answer.batchItemFailures).toEqual([{ itemIdentifier: 'message-0' }]);
    },
  );
});

const FORM = { 'content-type': 'application/x-www-form-urlencoded' };

describe('the check of the certificate', () => {
  it.each(['ssl_check=1&token=xxx', 'token=xxx&ssl_check=1', 'ssl_check=1'])(
    'is acknowledged without a signature and without an effect: %s',
    async (body) => {
      expect(await slack.post('commands', body, FORM)).toEqual({ status: 200, text: '' });
      expect([slack.sent, slack.slack.calls]).toEqual([[], []]);
    },
  );

  it.each([
    ['with a command in it', 'commands', `ssl_check=1&${commandForm('stuck')}`, FORM],
    ['with a field twice', 'commands', 'ssl_check=1&ssl_check=1&token=x', FORM],
    ['with another value', 'commands', 'ssl_check=0&token=xxx', FORM],
    ['with an encoded field in its token', 'commands', 'ssl_check=1&token=x%26command=%2Fquoteq', FORM],
    ['that is no form', 'commands', 'ssl_check=1&token=xxx', { 'content-type': 'application/json' }],
    ['that is too long', 'commands', `ssl_check=1&token=${'x'.repeat(600)}`, FORM],
    ['of interactions, which Slack does not send', 'interactions', 'ssl_check=1&token=xxx', FORM],
  ] as const)('needs a signature %s', async (_what, route, body, headers) => {
    expect(await slack.post(route, body, headers)).toEqual({ status: 401, text: '' });
  });
});

describe('slack-commands', () => {
  it('lists the actions of a quote only to the caller', async () => {
    const task = await storedTask();

    const { status, text } = await slack.post('commands', commandForm(task.quoteId));

    expect(status).toBe(200);
    expect(JSON.parse(text)).toMatchObject({
      response_type: 'ephemeral',
      text: `Quote *${task.quoteId}*: one action`,
    });
  });

  it('lists overdue actions', async () => {
    const task = await storedTask();

    const { text } = await slack.post('commands', commandForm('stuck'));

    // The builder's backoff ended in the past, so the task is overdue now.
    expect(text).toContain(task.taskId);
  });

  it.each(['kpi', 'help'])('answers “%s”', async (word) => {
    expect((await slack.post('commands', commandForm(word))).status).toBe(200);
  });

  it.each([
    ['of somebody who is no operator', commandForm('stuck', STRANGER), 403],
    ['with a field twice', `${commandForm('stuck')}&user_id=U0ADAOPS1`, 400],
    ['without a person', 'command=%2Fquoteq&text=stuck&team_id=T0QUOTEQ1', 400],
  ])('refuses a command %s', async (_what, body, status) => {
    expect(await slack.post('commands', body)).toEqual({ status, text: '' });
  });
});
