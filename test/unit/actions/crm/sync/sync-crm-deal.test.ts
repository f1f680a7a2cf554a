import * as z from 'zod/mini';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { SyncCrmDeal } from '../../../../../lambdas/actions/crm/sync/sync-crm-deal.ts';
import type { ErrorCode } from '../../../../../lambdas/shared/contracts/error-codes.ts';
import type { ExecutionTask } from '../../../../../lambdas/queue/contracts/records.ts';
import { effectKeyOf } from '../../../../../lambdas/queue/domain/task/identity.ts';
import { singleLine } from '../../../../../lambdas/shared/contracts/text.ts';
import { startServer } from '../../../../../tools/rig/http/http-server.ts';
import { freePort } from '../../../../../tools/rig/process/ports.ts';
import { toDecimalString } from '../../../../../lambdas/shared/domain/money.ts';
import { queuedTask, snapshotOf } from '../../../../helpers/builders.ts';
import { countedIds } from '../../../../../tools/rig/counted-ids.ts';
import { NASTY_TEXTS } from '../../../../helpers/nasty-texts.ts';
import { FakeClock, START_MS } from '../../../../../tools/rig/fake-clock.ts';
import { startCrmProvider } from '../../../../helpers/providers.ts';
import { type Script, type ScriptedUpstream, startScripted } from '../../../../helpers/scripted-upstream.ts';

let crm: Awaited<ReturnType<typeof startCrmProvider>>;
let upstream: ScriptedUpstream;
let task: ExecutionTask;
let effectKey: string;

const dealName = z.object({
  inputs: z.tuple([z.object({ properties: z.object({ dealname: z.string() }) })]),
});

const clock = new FakeClock();
const effectAt = (baseUrl: string, token = crm.token): SyncCrmDeal =>
  new SyncCrmDeal({ baseUrl, clock, token: () => Promise.resolve(token) });

beforeAll(async () => {
  crm = await startCrmProvider();
  upstream = await startScripted(crm.url);
});

beforeEach(() => {
  task = queuedTask('crm.sync', 'key', START_MS, snapshotOf({ quoteId: `Q-${countedIds.next()}` }));
  effectKey = effectKeyOf(task.kind, task.taskId);
});

afterAll(async () => {
  await upstream.stop();
  await crm.stop();
});

const json = (status: number, body: unknown, headers: Record<string, string> = {}): Script => ({
  status,
  headers: { 'content-type': 'application/json', ...headers },
  body: typeof body === 'string' ? body : JSON.stringify(body),
});
const writes = (): Promise<readonly string[]> => crm.writesFor(task.quoteId);

describe('a CRM deal', () => {
  it('is created once for repeated applies and found by its effect key', async () => {
    const effect = effectAt(upstream.url);

    expect(await effect.probe(task, effectKey)).toBeUndefined();
    const applied = await effect.apply(task, effectKey);
    expect(await effect.probe(task, effectKey)).toEqual(applied);
    expect(await effect.apply(task, effectKey)).toEqual(applied);
    expect(applied).toMatchObject({ provider: 'crm', contentHash: task.taskHash });
  });

  it.each(
    Object.entries({ ...NASTY_TEXTS, 'a title in its language': 'שלום \u2067עולם\u2069' }).filter(
      ([, text]) => text.length > 0 && text.length <= 500,
    ),
  )('has a name of one line without control characters: %s', async (_name, title) => {
    const snapshot = snapshotOf({ quoteId: task.quoteId, title });
    task = queuedTask('crm.sync', 'key', START_MS, snapshot);
    const bodies: string[] = [];
    const recorder = await startServer(({ body }) => {
      bodies.push(body.toString('utf8'));
      return Promise.resolve({ status: 500 });
    });

    await effectAt(recorder.url)
      .apply(task, effectKey)
      .catch(() => undefined);
    await recorder.stop();

    const [name] = bodies.map((body) => dealName.parse(JSON.parse(body)).inputs[0].properties.dealname);
    expect(name).toBe(`${task.quoteId} – ${singleLine(title)}`);
    expect(name).not.toMatch(/[\p{Cc}\u2028\u2029\u202A-\u202E]/u);
  });

  it('exists after a lost answer, and the probe finds it', async () => {
    const effect = effectAt(upstream.url);

    upstream.next('lose_reply');

    await expect(effect.apply(task, effectKey)).rejects.toMatchObject({ kind: 'unknown' });
    expect(await effect.probe(task, effectKey)).toMatchObject({ contentHash: task.taskHash });
    expect(await writes()).toEqual(['deal']);
  });
});

describe('a deal in a currency that was withdrawn after the quote was accepted', () => {
  it('is synced with that currency', async () => {
    task = queuedTask('crm.sync', 'key', START_MS, snapshotOf({ quoteId: task.quoteId, currency: 'BGN' }));
    await effectAt(upstream.url).apply(task, effectKey);

    const deals: unknown = await (await fetch(`${crm.url}/_control/deals`)).json();
    expect(deals).toMatchObject({
      deals: expect.arrayContaining([
        expect.objectContaining({
          properties: expect.objectContaining({
            quoteq_quote_id: task.quoteId,
            deal_currency_code: 'BGN',
            amount: toDecimalString(snapshotOf().totalMinor, 'EUR'),
          }),
        }),
      ]),
    });
  });
});

describe('a base URL with a path', () => {
  const BASE = 'https://gateway.example.com/hubspot';
  const requests: string[] = [];
  beforeEach(() => {
    requests.length = 0;
    vi.stubGlobal('fetch', (url: URL) => {
      requests.push(url.href);
      const deal = { id: '31', properties: {} };
      return Promise.resolve(Response.json(url.href.includes('upsert') ? { results: [deal] } : deal));
    });
  });
  afterEach(() => vi.unstubAllGlobals());

  it.each([BASE, `${BASE}/`, `${BASE}//`])(
    'is kept in each request and in the location: %s',
    async (base) => {
      const applied = await effectAt(base).apply(task, effectKey);
      const probed = await effectAt(base).probe(task, effectKey);

      expect([applied.location, probed?.location]).toEqual([
        `${BASE}/crm/v3/objects/deals/31`,
        `${BASE}/crm/v3/objects/deals/31`,
      ]);
      expect(requests).toEqual([
        `${BASE}/crm/v3/objects/deals/batch/upsert`,
        expect.stringMatching(`^${BASE}/crm/v3/objects/deals/[^/]+[?]`),
      ]);
    },
  );
});

const httpDate = new Date(START_MS + 90_000).toUTCString();
const notMidnight = {
  status: 'error',
  category: 'VALIDATION_ERROR',
  message:
    'Property values were not valid: [{"isValid":false,"message":"1774620312 is at 14:05:12.000 UTC, not midnight!","error":"INVALID_DATE","name":"closedate"}]',
};
const failedBatch = (...categories: readonly string[]) => ({
  status: 'COMPLETE',
  results: [],
  numErrors: categories.length,
  errors: categories.map((category) => ({ ...notMidnight, category })),
});
const answers: [name: string, script: Script, code: ErrorCode, deferralSeconds: number | undefined][] = [
  ['429 with seconds', json(429, {}, { 'retry-after': '7' }), 'PROVIDER_RATE_LIMITED', 7],
  ['429 with a fraction', json(429, {}, { 'retry-after': '0.2' }), 'PROVIDER_RATE_LIMITED', 1],
  ['429 with a date', json(429, {}, { 'retry-after': httpDate }), 'PROVIDER_RATE_LIMITED', 90],
  ['429 alone', json(429, {}), 'PROVIDER_RATE_LIMITED', 1],
  ['503 with Retry-After', json(503, {}, { 'retry-after': '3' }), 'PROVIDER_RATE_LIMITED', 3],
  ['503 alone', json(503, {}), 'PROVIDER_UNAVAILABLE', undefined],
  ['500', json(500, {}), 'PROVIDER_UNAVAILABLE', undefined],
  ['502', json(502, 'Bad gateway'), 'PROVIDER_UNAVAILABLE', undefined],
  ['504 with Retry-After', json(504, {}, { 'retry-after': '3' }), 'PROVIDER_UNAVAILABLE', undefined],
  ['408', json(408, {}), 'PROVIDER_TIMEOUT', undefined],
  ['400', json(400, { message: 'amount is no number' }), 'PROVIDER_REFUSED', undefined],
  ['409', json(409, { message: 'conflict' }), 'PROVIDER_UNAVAILABLE', undefined],
  ['202', json(202, {}), 'PROVIDER_UNAVAILABLE', undefined],
  ['204', json(204, ''), 'PROVIDER_UNAVAILABLE', undefined],
  ['207', json(207, { results: [], errors: [{}] }), 'PROVIDER_UNAVAILABLE', undefined],
  ['207 without errors', json(207, { results: [], errors: [] }), 'PROVIDER_UNAVAILABLE', undefined],
  ['207 of a validation error', json(207, failedBatch('VALIDATION_ERROR')), 'PROVIDER_REFUSED', undefined],
  [
    '207 of validation errors',
    json(207, failedBatch('VALIDATION_ERROR', 'VALIDATION_ERROR')),
    'PROVIDER_REFUSED',
    undefined,
  ],
  [
    '207 of a validation error and another one',
    json(207, failedBatch('VALIDATION_ERROR', 'INTERNAL_ERROR')),
    'PROVIDER_UNAVAILABLE',
    undefined,
  ],
  [
    '207 of a validation error and a deal',
    json(207, { ...failedBatch('VALIDATION_ERROR'), results: [{ id: '31', properties: {} }] }),
    'PROVIDER_UNAVAILABLE',
    undefined,
  ],
  ['207 of a conflict', json(207, failedBatch('CONFLICT')), 'PROVIDER_UNAVAILABLE', undefined],
  ['a date that is not midnight', json(400, notMidnight), 'PROVIDER_REFUSED', undefined],
  ['423', json(423, {}), 'PROVIDER_RATE_LIMITED', 2],
  ['477', json(477, {}), 'PROVIDER_RATE_LIMITED', 2],
  ['401', json(401, {}), 'PROVIDER_UNAUTHORIZED', undefined],
  ['403', json(403, {}), 'PROVIDER_UNAUTHORIZED', undefined],
  ['a redirect', json(302, {}, { location: 'http://127.0.0.1:9/' }), 'PROVIDER_MISCONFIGURED', undefined],
  ['a cut 200', json(200, '{"results": [{"id"'), 'PROVIDER_UNAVAILABLE', undefined],
  ['a 200 without the deal', json(200, { results: [] }), 'PROVIDER_UNAVAILABLE', undefined],
  ['a 200 of another service', json(200, '<html>'), 'PROVIDER_UNAVAILABLE', undefined],
  ['a reset', 'reset', 'PROVIDER_UNAVAILABLE', undefined],
];

describe.each(['apply', 'probe'] as const)('%s', (verb) => {
  it.each(answers)('classifies %s', async (_name, script, code, deferralSeconds) => {
    const requests = upstream.seen.length;
    upstream.next(script);

    await expect(effectAt(upstream.url)[verb](task, effectKey)).rejects.toMatchObject({
      code,
      deferral: deferralSeconds !== undefined,
      ...(deferralSeconds === undefined ? {} : { retryAfterSeconds: deferralSeconds }),
    });
    expect(upstream.seen.length - requests).toBe(1);
    expect(await writes()).toEqual([]);
  });

  it('reports that nothing was sent when the connection is refused', async () => {
    const effect = effectAt(`http://127.0.0.1:${await freePort()}`);

    await expect(effect[verb](task, effectKey)).rejects.toMatchObject({
      code: 'PROVIDER_CONNECTION_REFUSED',
      kind: 'retryable',
    });
  });

  it('stops waiting for an answer that never comes, with an unknown outcome', async () => {
    upstream.next('hang');

    await expect(effectAt(upstream.url)[verb](task, effectKey)).rejects.toMatchObject({
      code: 'PROVIDER_TIMEOUT',
      kind: 'unknown',
    });
  });

  it('fails with a wrong token and does not show the token', async () => {
    const running = effectAt(upstream.url, 'wrong-token')[verb](task, effectKey);

    await expect(running).rejects.toMatchObject({ code: 'PROVIDER_UNAUTHORIZED' });
    await expect(running).rejects.not.toThrow('wrong-token');
  });
});

describe('a missing set-up', () => {
  it.each([
    ['the unique property', json(400, { message: 'Property "quoteq_effect_key" does not exist' })],
    [
      'the unique property, in a batch',
      json(207, {
        results: [],
        errors: [{ category: 'VALIDATION_ERROR', message: 'Property "quoteq_effect_key" does not exist' }],
      }),
    ],
    ['its uniqueness', json(400, { message: 'idProperty: not a unique property of deals' })],
  ])('is reported as missing set-up: %s', async (_name, script) => {
    upstream.next(script);

    await expect(effectAt(upstream.url).apply(task, effectKey)).rejects.toMatchObject({
      code: 'PROVIDER_MISCONFIGURED',
      kind: 'terminal',
    });
  });

  it('does not treat a 404 of an upsert as a missing deal', async () => {
    upstream.next(json(404, { message: 'no such route' }));

    await expect(effectAt(upstream.url).apply(task, effectKey)).rejects.toMatchObject({ kind: 'terminal' });
  });
});
