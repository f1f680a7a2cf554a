import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ActionKind, KIND_NAMES } from '../../../../../lambdas/actions/kinds.ts';
import { kindChangeSchema, kindListSchema } from '../../../../../lambdas/queue/contracts/api-kinds.ts';
import { MAX_PAUSE_HISTORY } from '../../../../../lambdas/queue/contracts/controls.ts';
import { held } from '../../../../../lambdas/queue/domain/task/transitions.ts';
import { contextAt, queuedTask, snapshotOf } from '../../../../helpers/builders.ts';
import type { HttpAnswer } from '../../../../helpers/http-event.ts';
import { type ApiUnderTest, namedFields, newQuoteId, problemOf, startApi, taskOf } from './api-under-test.ts';

const ADA = 'arn:aws:iam::123456789012:user/ada';
const LIN = 'arn:aws:iam::123456789012:user/lin';

let api: ApiUnderTest;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.stop());

interface Call {
  readonly reason?: string;
  readonly ifMatch?: string;
  readonly userArn?: string;
}

const change = (verb: 'pause' | 'resume', kind: string, { reason, ifMatch, userArn = ADA }: Call = {}) =>
  api.send({
    method: 'POST',
    path: `/kinds/${kind}/${verb}`,
    headers: {
      'content-type': 'application/json',
      ...(ifMatch === undefined ? {} : { 'if-match': ifMatch }),
    },
    ...(reason === undefined ? {} : { body: JSON.stringify({ reason }) }),
    userArn,
  });

const changed = (answer: HttpAnswer) => kindChangeSchema.parse(answer.body);

/** Resumes a kind if an earlier test paused it. */
async function running(kind: ActionKind): Promise<ActionKind> {
  await change('resume', kind);
  return kind;
}

async function paused(kind: ActionKind, reason = 'The CRM is down') {
  await running(kind);
  return changed(await change('pause', kind, { reason }));
}

// This test must be first: the tests below pause every kind.
it('accepts "0" as the ETag of a kind that was never paused', async () => {
  expect((await api.pauses.read('slack.notify'))?.version ?? 0).toBe(0);

  const stale = await change('pause', 'slack.notify', { reason: 'x', ifMatch: '"1"' });
  const known = await change('pause', 'slack.notify', { reason: 'x', ifMatch: '"0"' });

  expect([stale, known].map(({ status }) => status)).toEqual([412, 200]);
});

describe('pausing a kind', () => {
  it('stores operator, time and reason, and lists them', async () => {
    const kind = await running('crm.sync');
    const beforeMs = Date.now();

    const answer = await change('pause', kind, { reason: 'CRM steht – 取消 🦆' });

    const view = changed(answer);
    expect(view).toMatchObject({
      kind,
      paused: true,
      changed: true,
      reason: 'CRM steht – 取消 🦆',
      actor: ADA,
    });
    expect(Date.parse(view.since ?? '')).toBeGreaterThanOrEqual(beforeMs);
    expect(answer.headers['etag']).toBe(`"${view.version}"`);
    const { kinds } = kindListSchema.parse((await api.send({ method: 'GET', path: '/kinds' })).body);
    const { changed: _changed, ...listed } = view;
    expect(kinds).toContainEqual(listed);
    expect(await api.pauses.pauseOf(kind)).toMatchObject({ reason: 'CRM steht – 取消 🦆', actor: ADA });
  });

  it('again with the same reason writes nothing, for any caller', async () => {
    const first = await paused('crm.sync');

    const again = await change('pause', 'crm.sync', { reason: 'The CRM is down', userArn: LIN });

    expect(again.status).toBe(200);
    expect(changed(again)).toEqual({ ...first, changed: false });
  });

  it('again with another reason changes the reason and keeps the start time', async () => {
    const first = await paused('crm.sync');

    const second = changed(await change('pause', 'crm.sync', { reason: 'Until noon', userArn: LIN }));

    expect(second).toEqual({
      ...first,
      reason: 'Until noon',
      actor: LIN,
      version: first.version + 1,
    });
  });

  it.each([
    [422, '{}', ['/reason']],
    [422, '{"reason":""}', ['/reason']],
    [422, '{"reason":" \\n"}', ['/reason']],
    [422, '{"reason":"\\u200b\\u3164"}', ['/reason']],
    [422, '{"reason":5,"force":true}', ['/reason', '/force']],
    [422, JSON.stringify({ reason: 'x'.repeat(301) }), ['/reason']],
    [422, '{"reason":"\\ud800"}', ['/reason']],
    [400, '{"reason"', []],
    [400, '', []],
    [400, '[]', []],
  ])('is refused with %i for the body %s, without a write', async (status, body, named) => {
    const kind = await running('pdf.render');
    const before = await api.pauses.read(kind);
    const headers = { 'content-type': 'application/json' };

    const answer = await api.send({ method: 'POST', path: `/kinds/${kind}/pause`, headers, body });

    expect(answer.status).toBe(status);
    expect(namedFields(answer)).toEqual(named);
    expect(await api.pauses.read(kind)).toEqual(before);
  });

  it.each(['x', 'x'.repeat(300)])('accepts a reason of 1 to 300 characters', async (reason) => {
    await running('crm.sync');

    expect(changed(await change('pause', 'crm.sync', { reason })).reason).toBe(reason);
  });

  it('concurrently with another change succeeds once, and both callers get the result', async () => {
    const kind = await running('slack.notify');
    const version = (await api.pauses.read(kind))?.version ?? 0;

    const answers = await Promise.all(['a', 'b'].map((reason) => change('pause', kind, { reason })));

    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    const record = await api.pauses.read(kind);
    expect(record?.version).toBe(version + 2);
    expect(
      record?.history
        .slice(-2)
        .map(({ reason }) => reason)
        .toSorted(),
    ).toEqual(['a', 'b']);
  });

  it('keeps only its last changes', async () => {
    for (let n = 0; n < MAX_PAUSE_HISTORY + 3; n += 1)
      await change('pause', 'slack.notify', { reason: `${n}` });

    expect((await api.pauses.read('slack.notify'))?.history).toHaveLength(MAX_PAUSE_HISTORY);
  });
});

describe('resuming a kind', () => {
  it('lets its actions start again and stores the operator', async () => {
    const { version } = await paused('crm.sync');

    const view = changed(await change('resume', 'crm.sync', { userArn: LIN }));

    expect(view).toMatchObject({
      paused: false,
      changed: true,
      version: version + 1,
      resumed: { actor: LIN },
    });
    expect(view).not.toHaveProperty('reason');
    expect(await api.pauses.pauseOf('crm.sync')).toBeUndefined();
    expect((await api.pauses.read('crm.sync'))?.history.slice(-2)).toMatchObject([
      { change: 'pause', actor: ADA, reason: 'The CRM is down' },
      { change: 'resume', actor: LIN },
    ]);
  });

  it.each(['pdf.render', 'crm.sync'] as const)('changes nothing if it is not paused: %s', async (kind) => {
    await running(kind);
    const before = await api.pauses.read(kind);

    const answer = await change('resume', kind);

    expect(answer.status).toBe(200);
    expect(changed(answer)).toMatchObject({ paused: false, changed: false });
    expect(await api.pauses.read(kind)).toEqual(before);
  });
});

describe('If-Match', () => {
  it('accepts the change for the version that was read and refuses it for another one', async () => {
    const { version } = await paused('crm.sync');

    const stale = await change('resume', 'crm.sync', { ifMatch: `"${version + 1}"` });
    const known = await change('resume', 'crm.sync', { ifMatch: `"${version}"` });
    const again = await change('resume', 'crm.sync', { ifMatch: `"${version}"` });

    expect([stale, known, again].map(({ status }) => status)).toEqual([412, 200, 412]);
    expect(problemOf(stale)).toMatchObject({
      code: 'STALE_VERSION',
      detail: `The kind is at version ${version}, not ${version + 1}`,
    });
  });

  it.each(['W/"3"', '"03"', '"-1"', '"99999999999999999999"'])('matches no version: %s', async (ifMatch) => {
    const answer = await change('pause', 'crm.sync', { reason: 'x', ifMatch });

    expect([answer.status, problemOf(answer).code]).toEqual([412, 'STALE_VERSION']);
  });

  it.each(['', '3', '*', '"3", "4"'])('is refused as %s', async (ifMatch) => {
    const answer = await change('pause', 'crm.sync', { reason: 'x', ifMatch });

    expect(answer.status).toBe(400);
    expect(namedFields(answer)).toEqual(['If-Match']);
  });
});

describe.each(['pause', 'resume'] as const)('%s of an unknown kind', (verb) => {
  it.each(['crm', 'CRM.sync', 'constructor', 'crm.sync%20'])('names the existing kinds: %s', async (kind) => {
    const answer = await change(verb, kind, { reason: 'x' });

    expect(answer.status).toBe(404);
    expect(problemOf(answer).errors).toEqual([
      { parameter: 'kind', expected: `expected one of: ${KIND_NAMES.join(', ')}` },
    ]);
  });
});

describe('a held task', () => {
  it('tells why it waits', async () => {
    const task = queuedTask('crm.sync', 'k', Date.now(), snapshotOf({ quoteId: newQuoteId() }));
    const waiting = held(task, { reason: 'The CRM is down', actor: ADA }, contextAt(Date.now()));
    await api.tasks.putIfAbsent(waiting);

    const view = taskOf(await api.send({ method: 'GET', path: `/actions/${task.taskId}` }));

    expect(view.hold).toEqual({
      reason: 'The CRM is down',
      actor: ADA,
      since: new Date(waiting.updatedAtMs).toISOString(),
    });
  });
});
