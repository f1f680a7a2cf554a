/** Load: many copies of the same requests, two drivers of one task, a provider with a rate limit. */
import { SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { afterEach, describe, expect, it } from 'vitest';
import { type AuditView, taskViewSchema } from '../../lambdas/queue/contracts/api.ts';
import { effectKeyOf } from '../../lambdas/queue/domain/task/identity.ts';
import { countEffects } from '../../tools/demo/provider-counts.ts';
import { getAudit } from '../../tools/cli/clients/queue-client.ts';
import { eventually } from '../../tools/rig/process/eventually.ts';
import { freshQuoteId, limitCrm, outputs, postAction, rootClient, ended, target } from './support/queue.ts';

const ENQUEUES = 200;
const KEYS = 20;
const RATE_LIMITED_ACTIONS = 60;

/** Waits for tasks a few at a time, so that polling does not starve the machine's workers. */
async function settleAll(taskIds: readonly string[]) {
  const tasks = [];
  for (const taskId of taskIds) tasks.push(await ended(taskId));
  return tasks;
}

const wholeTrail = (taskId: string): Promise<AuditView> =>
  eventually(`the trail of ${taskId}`, async () => {
    const trail = await getAudit(target, taskId);
    return trail.gaps.length === 0 && trail.records.length === trail.version ? trail : undefined;
  });

/** Answers 429 in a trail: those that used an attempt, and those that did not. */
function limitedOf({ records }: AuditView): { counted: number; deferred: number } {
  const limited = records.flatMap(({ errorCode, cause, deferrals }, index) =>
    cause === 'fail' && errorCode === 'PROVIDER_RATE_LIMITED'
      ? [deferrals - (records[index - 1]?.deferrals ?? 0)]
      : [],
  );
  const deferred = limited.filter((more) => more === 1).length;
  return { counted: limited.length - deferred, deferred };
}

afterEach(() => limitCrm(null));

describe('storms', () => {
  it(`make ${KEYS} tasks and ${KEYS} effects for ${ENQUEUES} concurrent enqueues of ${KEYS} keys`, async () => {
    const quoteId = freshQuoteId();
    const keys = Array.from({ length: ENQUEUES }, (_, index) => `key-${index % KEYS}`);

    const answers = await Promise.all(keys.map((key) => postAction(quoteId, 'crm.sync', key)));

    expect(
      answers.map((answer) => answer.status).filter((status) => status !== 200 && status !== 202),
    ).toEqual([]);
    // A request with a late answer was sent again and is then a replay.
    expect(answers.filter((answer) => answer.status === 202).length).toBeLessThanOrEqual(KEYS);
    const taskIds = [...new Set(answers.map((answer) => taskViewSchema.parse(answer.body).taskId))];
    expect(taskIds).toHaveLength(KEYS);
    const tasks = await settleAll(taskIds);
    expect(tasks.map((task) => task.state)).toEqual(Array.from({ length: KEYS }, () => 'completed'));
    const { crm: deals } = await countEffects(outputs);
    expect(taskIds.map((taskId) => deals.get(effectKeyOf('crm.sync', taskId)))).toEqual(
      Array.from({ length: KEYS }, () => 1),
    );
  });

  it('make one effect for a task with two concurrent executions', async () => {
    const quoteId = freshQuoteId();
    const sfn = new SFNClient(rootClient);
    const answer = await postAction(quoteId, 'slack.notify', 'twice');
    const { taskId } = taskViewSchema.parse(answer.body);
    const input = JSON.stringify({ taskId, generation: 1, worker: 'slack', waitSeconds: 0 });

    await sfn.send(
      new StartExecutionCommand({ stateMachineArn: outputs.stateMachineArn, name: `${taskId}-rival`, input }),
    );
    const task = await ended(taskId);

    expect(task.state).toBe('completed');
    expect((await countEffects(outputs)).slack.get(effectKeyOf('slack.notify', taskId))).toBe(1);
  });

  it(`complete ${RATE_LIMITED_ACTIONS} actions with a CRM of 5 requests a second without using attempts`, async () => {
    await limitCrm(5);
    const quoteId = freshQuoteId();
    const keys = Array.from({ length: RATE_LIMITED_ACTIONS }, (_, index) => `rate-${index}`);

    const answers = await Promise.all(keys.map((key) => postAction(quoteId, 'crm.sync', key)));
    const tasks = await settleAll(answers.map((answer) => taskViewSchema.parse(answer.body).taskId));

    expect(tasks.filter((task) => task.state !== 'completed')).toEqual([]);
    // Not `attempts.used`: on a busy machine a late answer uses an attempt.
    const limited = [];
    for (const { taskId } of tasks) limited.push(limitedOf(await wholeTrail(taskId)));
    expect(limited.filter(({ counted }) => counted > 0)).toEqual([]);
    expect(limited.filter(({ deferred }) => deferred > 0)).not.toEqual([]);
    const { crm: deals } = await countEffects(outputs);
    expect(tasks.map((task) => deals.get(effectKeyOf('crm.sync', task.taskId)))).toEqual(tasks.map(() => 1));
  });
});
