import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ExecutionTask } from '../../../../../lambdas/queue/contracts/records.ts';
import { completed } from '../../../../../lambdas/queue/domain/task/transitions.ts';
import {
  contextAt,
  queuedTask,
  resultOf,
  retryableTask,
  runningTask,
  snapshotOf,
} from '../../../../helpers/builders.ts';
import type { HttpAnswer } from '../../../../helpers/http-event.ts';
import { type ApiUnderTest, namedFields, newQuoteId, problemOf, startApi, taskOf } from './api-under-test.ts';

let api: ApiUnderTest;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.stop());

const queued = (): ExecutionTask =>
  queuedTask('crm.sync', 'k', Date.now(), snapshotOf({ quoteId: newQuoteId() }));
const running = (): ExecutionTask => runningTask(queued());
const retryable = (): ExecutionTask => retryableTask(running());
const done = (): ExecutionTask => completed(running(), { result: resultOf(), proof: 'applied' }, contextAt());

async function stored(task: ExecutionTask): Promise<ExecutionTask> {
  await api.tasks.putIfAbsent(task);
  return task;
}

const post = (
  task: ExecutionTask,
  action: string,
  headers: Record<string, string> = { 'if-match': `"${task.version}"` },
  body?: string,
): Promise<HttpAnswer> =>
  api.send({
    method: 'POST',
    path: `/actions/${task.taskId}/${action}`,
    headers,
    ...(body === undefined ? {} : { body }),
    userArn: 'arn:aws:iam::123456789012:user/ada',
  });

describe('an operator', () => {
  it('gets 404 for a task that does not exist', async () => {
    expect((await post(queued(), 'cancel')).status).toBe(404);
  });

  it('retries a failed task at once, with the next generation, a new execution and a new ETag', async () => {
    const task = await stored(retryable());

    const answer = await post(task, 'retry');

    expect(answer).toMatchObject({ status: 200, headers: { etag: '"4"' } });
    expect(taskOf(answer)).toMatchObject({ state: 'retryable_failed', version: 4, generation: 2 });
    expect(api.executions.has(`${task.taskId}-2`)).toBe(true);
  });

  it('abandons a failed task', async () => {
    const task = await stored(retryable());

    expect(taskOf(await post(task, 'abandon'))).toMatchObject({ state: 'failed_terminal', version: 4 });
  });

  it('cancels a queued task', async () => {
    const task = await stored(queued());

    expect(taskOf(await post(task, 'cancel'))).toMatchObject({ state: 'failed_terminal', version: 2 });
  });

  it('is in the trail with the given reason', async () => {
    const task = await stored(queued());
    const headers = { 'if-match': '"1"', 'content-type': 'application/json' };

    await post(task, 'cancel', headers, '{"reason":"Kunde hat storniert – 取消"}');

    expect((await api.tasks.get(task.taskId))?.history.at(-1)).toMatchObject({
      cause: 'operator_cancel',
      actor: 'arn:aws:iam::123456789012:user/ada',
      reason: 'Kunde hat storniert – 取消',
    });
  });

  it('changes nothing on redelivery', async () => {
    const task = await stored(retryable());
    await post(task, 'retry');

    const again = await post(task, 'retry');

    expect(again.status).toBe(412);
    expect(problemOf(again).code).toBe('STALE_VERSION');
    expect((await api.tasks.get(task.taskId))?.version).toBe(4);
  });

  it('loses if another operator changed the same version first', async () => {
    const task = await stored(retryable());

    const answers = await Promise.all([post(task, 'retry'), post(task, 'abandon')]);

    expect(new Set(answers.map((answer) => answer.status))).toEqual(new Set([200, 412]));
    expect((await api.tasks.get(task.taskId))?.version).toBe(4);
  });

  it('learns that the retry is stored if its execution cannot be started', async () => {
    api.failNextStart();
    const task = await stored(retryable());

    const answer = await post(task, 'retry');

    expect(answer.status).toBe(503);
    expect(answer.headers).toHaveProperty('retry-after');
    expect(problemOf(answer)).toMatchObject({
      code: 'DRIVER_NOT_STARTED',
      detail: expect.stringContaining('stored'),
    });
    expect((await api.tasks.get(task.taskId))?.generation).toBe(2);
  });
});

const TIMES = ['once', 'again'] as const;

const send = async (times: (typeof TIMES)[number], ...request: Parameters<typeof post>) => {
  if (times === 'again') await post(...request);
  return post(...request);
};

const expectUntouched = async (task: ExecutionTask) => {
  expect(await api.tasks.get(task.taskId)).toEqual(task);
};

describe.each(TIMES)('a refused transition, delivered %s', (times) => {
  it.each([
    ['retry', running],
    ['cancel', running],
    ['abandon', running],
    ['abandon', queued],
    ['cancel', retryable],
    ['retry', done],
    ['cancel', done],
    ['abandon', done],
  ])('is forbidden by the state: %s', async (action, make) => {
    const task = await stored(make());

    const answer = await send(times, task, action);

    expect(answer.status).toBe(409);
    expect(problemOf(answer)).toMatchObject({
      code: 'ILLEGAL_TRANSITION',
      detail: expect.stringContaining(`A task that is ${task.state} cannot be moved by operator_${action}`),
    });
    await expectUntouched(task);
  });

  it.each([
    [428, undefined],
    [400, ''],
    [400, '1'],
    [400, '*'],
    [400, '"1", "2"'],
    [400, '"1'],
    [400, '"a"b"'],
    [400, 'w/"1"'],
    [412, 'W/"1"'],
    [412, '"0"'],
    [412, '"01"'],
    [412, '"-1"'],
    [412, '"+1"'],
    [412, '"1.0"'],
    [412, '""'],
    [412, '"one"'],
    [412, '"9999999999999999999"'],
    [412, '"2"'],
  ])('is answered with %i for If-Match %s', async (status, ifMatch) => {
    const task = await stored(queued());

    const answer = await send(times, task, 'cancel', ifMatch === undefined ? {} : { 'if-match': ifMatch });

    expect(answer.status).toBe(status);
    expect(problemOf(answer).status).toBe(status);
    await expectUntouched(task);
  });
});

describe.each(TIMES)('an invalid reason, delivered %s', (times) => {
  it.each([
    [422, '{"reason":""}', ['/reason']],
    [422, '{"reason":" \\n"}', ['/reason']],
    [422, '{"reason":"\\u200b\\u3164"}', ['/reason']],
    [422, '{"reason":5,"force":true}', ['/reason', '/force']],
    [422, JSON.stringify({ reason: 'x'.repeat(501) }), ['/reason']],
    [422, '{"reason":"\\ud800"}', ['/reason']],
    [400, '{"reason"', []],
    [400, '[]', []],
  ])('is answered with %i for the body %s', async (status, body, named) => {
    const task = await stored(queued());
    const headers = { 'if-match': '"1"', 'content-type': 'application/json' };

    const answer = await send(times, task, 'cancel', headers, body);

    expect(answer.status).toBe(status);
    expect(namedFields(answer)).toEqual(named);
    await expectUntouched(task);
  });

  it('is answered with 415 for a body without its type', async () => {
    const task = await stored(queued());

    expect((await send(times, task, 'cancel', { 'if-match': '"1"' }, '{}')).status).toBe(415);
    await expectUntouched(task);
  });
});
