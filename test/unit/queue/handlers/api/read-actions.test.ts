import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  auditViewSchema,
  taskPageSchema,
  type TaskView,
} from '../../../../../lambdas/queue/contracts/api.ts';
import type { CardRecord } from '../../../../../lambdas/queue/contracts/shown-cards.ts';
import { ERROR_CODES } from '../../../../../lambdas/shared/contracts/error-codes.ts';
import type { ExecutionTask } from '../../../../../lambdas/queue/contracts/records.ts';
import { completed, failed } from '../../../../../lambdas/queue/domain/task/transitions.ts';
import { QueueError } from '../../../../../lambdas/shared/domain/errors.ts';
import {
  contextAt,
  queuedTask,
  resultOf,
  retryableTask,
  runningTask,
  snapshotOf,
} from '../../../../helpers/builders.ts';
import { START_MS } from '../../../../../tools/rig/fake-clock.ts';
import type { HttpAnswer } from '../../../../helpers/http-event.ts';
import type { ApiUnderTest } from './api-under-test.ts';
import { enqueueRequest, namedFields, newQuoteId, problemOf, startApi, taskOf } from './api-under-test.ts';

let api: ApiUnderTest;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.stop());

const get = (path: string): Promise<HttpAnswer> => api.send({ method: 'GET', path });

async function stored(task: ExecutionTask): Promise<ExecutionTask> {
  await api.tasks.putIfAbsent(task);
  return task;
}

async function lockedCard(task: ExecutionTask): Promise<CardRecord> {
  const locked = await api.cards.lock({
    taskId: task.taskId,
    channel: 'C0CARDS',
    version: task.version,
    rewrite: false,
    owner: 'the test',
    nowMs: START_MS,
    expiresAtMs: START_MS + 1_000,
  });
  if (locked.kind !== 'locked') throw new Error(`card: expected a lock, got ${locked.kind}`);
  return locked.card;
}

const queuedOf = (quoteId: string, key: string, atMs = START_MS): ExecutionTask =>
  queuedTask('pdf.render', key, atMs, snapshotOf({ quoteId }));

async function allPages(path: string): Promise<readonly (readonly TaskView[])[]> {
  const pages: TaskView[][] = [];
  let cursor: string | undefined;
  do {
    const answer = await get(cursor === undefined ? path : `${path}&cursor=${cursor}`);
    const page = taskPageSchema.parse(answer.body);
    pages.push(page.tasks);
    cursor = page.cursor;
  } while (cursor !== undefined);
  return pages;
}

const TASK_ID = `task-${'0'.repeat(40)}`;

describe('GET /actions/{taskId}', () => {
  it('shows a queued task without its payload', async () => {
    const enqueuedView = taskOf(await api.send(enqueueRequest({ quoteId: newQuoteId() })));

    const answer = await get(`/actions/${enqueuedView.taskId}`);

    expect(answer).toMatchObject({ status: 200, headers: { etag: '"1"', 'cache-control': 'no-store' } });
    expect(taskOf(answer)).toEqual({ ...enqueuedView, card: { state: 'pending' } });
    expect(enqueuedView.links).toEqual({
      self: `/actions/${enqueuedView.taskId}`,
      audit: `/actions/${enqueuedView.taskId}/audit`,
      quote: `/quotes/${enqueuedView.quoteId}/actions`,
      retry: `/actions/${enqueuedView.taskId}/retry`,
      cancel: `/actions/${enqueuedView.taskId}/cancel`,
    });
    expect(JSON.stringify(answer.body)).not.toMatch(/Minor|Łucja|Rubber duck/);
  });

  it('tells whether its card in Slack is current, and its location', async () => {
    const task = await stored(queuedOf(newQuoteId(), 'with a card'));
    const card = await lockedCard(task);

    await api.cards.write(card, { ts: '17.000001', threadTs: '17.000000', versionShown: 1, postings: 1 });
    const shown = taskOf(await get(`/actions/${task.taskId}`));
    await api.tasks.replace(task, runningTask(task));
    const behind = taskOf(await get(`/actions/${task.taskId}`));

    const permalink = 'https://slack.com/archives/C0CARDS/p17000001?thread_ts=17.000000&cid=C0CARDS';
    expect(shown.card).toEqual({ state: 'shown', version: 1, permalink });
    expect(behind.card).toEqual({ state: 'pending', version: 1, permalink });
  });

  it('tells why Slack refuses its card', async () => {
    const task = await stored(queuedOf(newQuoteId(), 'with a refused card'));
    const card = await lockedCard(task);

    const lastError = {
      code: 'PROVIDER_UNAUTHORIZED',
      detail: 'Slack answered token_revoked',
      atMs: 1,
    } as const;
    await api.cards.write(card, { lastError, owner: undefined });

    expect(taskOf(await get(`/actions/${task.taskId}`)).card).toEqual({
      state: 'failing',
      errorCode: 'PROVIDER_UNAUTHORIZED',
    });
  });

  it('shows why a task waits and until when', async () => {
    const task = await stored(retryableTask(runningTask(queuedOf(newQuoteId(), 'k')), START_MS + 5_000));

    const view = taskOf(await get(`/actions/${task.taskId}`));

    const { runbook: firstStep } = ERROR_CODES.PROVIDER_TIMEOUT;
    expect(view).toMatchObject({
      state: 'retryable_failed',
      attempts: { used: 1, max: 5, claims: 1, deferred: 0 },
      error: { code: 'PROVIDER_TIMEOUT', kind: 'unknown', firstStep },
      nextAttemptAt: '2026-03-29T00:59:35.000Z',
    });
    expect(view.links).toHaveProperty('abandon');
    expect(view.links).not.toHaveProperty('cancel');
  });

  it('shows the proven effect of a completed task and no commands', async () => {
    const running = runningTask(queuedOf(newQuoteId(), 'k'));
    const task = await stored(completed(running, { result: resultOf(), proof: 'probed' }, contextAt()));

    const view = taskOf(await get(`/actions/${task.taskId}`));

    expect(view.effect).toEqual({
      provider: 'crm',
      externalId: '17000000001',
      location: 'https://crm.example/deals/17000000001',
      proof: 'probed',
      fingerprint: task.fingerprint,
    });
    expect(Object.keys(view.links)).toEqual(['self', 'audit', 'quote']);
  });

  it('shows the errors that used the attempts of a failed task', async () => {
    const running = runningTask(queuedOf(newQuoteId(), 'k'));
    const decision = { kind: 'terminal', code: 'RETRIES_EXHAUSTED', causeCode: 'PROVIDER_TIMEOUT' } as const;
    const task = await stored(failed(running, new QueueError('PROVIDER_TIMEOUT'), decision, contextAt()));

    const view = taskOf(await get(`/actions/${task.taskId}`));

    expect(view.error).toMatchObject({ code: 'RETRIES_EXHAUSTED', causeCode: 'PROVIDER_TIMEOUT' });
  });

  it.each([TASK_ID, 'task-1', 'TASK', '%2e%2e%2f', '東京', "'; DROP TABLE", 'x'.repeat(3_000)])(
    'answers 404 for the unknown task %s, and names it if it is a valid id',
    async (taskId) => {
      const answer = await get(`/actions/${encodeURIComponent(taskId)}`);

      const named = { [TASK_ID]: `There is no task ${TASK_ID}.` }[taskId];
      const detail = named ?? 'taskId: expected task- and 40 hexadecimal digits.';
      expect(answer.status).toBe(404);
      expect(problemOf(answer)).toMatchObject({ code: 'TASK_NOT_FOUND', detail });
    },
  );
});

describe('GET /quotes/{quoteId}/actions', () => {
  it('answers an empty list for a quote without tasks', async () => {
    const answer = await get('/quotes/Q-nothing-here/actions');

    expect(answer).toMatchObject({ status: 200, body: { tasks: [] } });
  });

  it('pages through tasks of the same millisecond without losing or repeating one', async () => {
    const quoteId = newQuoteId();
    const keys = Array.from({ length: 23 }, (_, index) => `key-${index}`);
    const tasks = await Promise.all(keys.map((key) => stored(queuedOf(quoteId, key))));

    const pages = await allPages(`/quotes/${quoteId}/actions?limit=7`);

    expect(pages.map((page) => page.length)).toEqual([7, 7, 7, 2]);
    const seen = pages.flat().map((task) => task.taskId);
    expect(seen.toSorted()).toEqual(tasks.map((task) => task.taskId).toSorted());
  });

  it('lists in order of enqueueing, without a cursor on a full last page', async () => {
    const quoteId = newQuoteId();
    for (const order of [3, 1, 2]) await stored(queuedOf(quoteId, `key-${order}`, START_MS + order));

    const pages = await allPages(`/quotes/${quoteId}/actions?limit=3`);

    expect(pages).toHaveLength(1);
    expect(pages[0]?.map((task) => Date.parse(task.createdAt) - START_MS)).toEqual([1, 2, 3]);
  });

  it('fills a page with tasks of the requested state', async () => {
    const quoteId = newQuoteId();
    for (let index = 0; index < 12; index += 1) {
      const task = queuedOf(quoteId, `key-${index}`, START_MS + index);
      await stored(index % 4 === 3 ? runningTask(task) : task);
    }

    const pages = await allPages(`/quotes/${quoteId}/actions?state=running&limit=2`);

    expect(pages.map((page) => page.map((task) => task.state))).toEqual([
      ['running', 'running'],
      ['running'],
    ]);
  });
});

describe('the query of a listing', () => {
  it.each([
    ['state=done', 'state'],
    ['state=', 'state'],
    ['state=queued&state=running', 'state'],
    ['limit=0', 'limit'],
    ['limit=101', 'limit'],
    ['limit=1e1', 'limit'],
    ['limit=-1', 'limit'],
    ['limit=', 'limit'],
    ['limit=10.0', 'limit'],
    ['cursor=', 'cursor'],
    ['cursor=bm9uc2Vuc2U', 'cursor'],
    ['cursor=%00', 'cursor'],
    ['offset=3', 'offset'],
  ])('answers 400 to ?%s and names the parameter', async (query, name) => {
    const answer = await get(`/quotes/Q-1/actions?${query}`);

    expect(answer.status).toBe(400);
    expect(problemOf(answer)).toMatchObject({
      code: 'REQUEST_INVALID',
      detail: expect.stringContaining(name),
    });
  });

  it.each([
    { taskId: '', quoteId: 'Q-1', createdAtMs: 1 },
    { taskId: 'x'.repeat(3_000), quoteId: 'Q-1', createdAtMs: 1 },
    { taskId: TASK_ID, quoteId: 'Q-2', createdAtMs: 1 },
    { taskId: TASK_ID, quoteId: 'Q-1', createdAtMs: 'soon' },
    { taskId: TASK_ID, quoteId: 'Q-1', createdAtMs: 1, dueShard: 'due-1' },
  ])('answers 400 to a forged cursor %j', async (key) => {
    const cursor = Buffer.from(JSON.stringify(key)).toString('base64url');

    const answer = await get(`/quotes/Q-1/actions?cursor=${cursor}`);

    expect(answer.status).toBe(400);
  });

  it('accepts a signature in the query', async () => {
    const answer = await get(
      '/quotes/Q-nothing-here/actions?X-Amz-Signature=00&X-Amz-Date=20260328T120000Z&limit=1',
    );

    expect(answer.status).toBe(200);
  });

  it.each(['Q'.repeat(65), '-q', 'a b', 'a%00'])('answers 422 to the quote id %s', async (quoteId) => {
    const answer = await get(`/quotes/${quoteId}/actions`);

    expect(answer.status).toBe(422);
    expect(namedFields(answer)).toEqual(['quoteId']);
  });
});

describe('GET /actions/{taskId}/audit', () => {
  it('shows the trail with its missing versions', async () => {
    const task = await stored(retryableTask(runningTask(queuedOf(newQuoteId(), 'k'))));
    const { taskId, quoteId, kind, history } = task;
    const records = history.map((done) => ({ schemaVersion: 1 as const, taskId, quoteId, kind, ...done }));
    for (const record of records.filter(({ version }) => version !== 2)) await api.audit.append(record);

    const answer = await get(`/actions/${taskId}/audit`);

    const view = auditViewSchema.parse(answer.body);
    expect(view).toMatchObject({ taskId, version: 3, gaps: [2] });
    expect(view.records.map(({ from, to, cause }) => [from, to, cause])).toEqual([
      [null, 'queued', 'enqueue'],
      ['running', 'retryable_failed', 'fail'],
    ]);
  });

  it('answers 404 for an unknown task', async () => {
    expect((await get(`/actions/${TASK_ID}/audit`)).status).toBe(404);
  });
});

describe('GET /health', () => {
  it('tells that the function runs', async () => {
    expect(await get('/health')).toMatchObject({ status: 200, body: { status: 'ok' } });
  });
});
