import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MAX_BODY_BYTES } from '../../../../../lambdas/queue/contracts/api.ts';
import { actionOf, lineOf, snapshotOf } from '../../../../helpers/builders.ts';
import type { HttpRequest } from '../../../../helpers/http-event.ts';
import {
  type ApiUnderTest,
  enqueueRequest,
  namedFields,
  newQuoteId,
  problemOf,
  startApi,
  withBody,
} from './api-under-test.ts';

let api: ApiUnderTest;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.stop());

const withHeaders = (headers: Record<string, string>): HttpRequest => ({ ...enqueueRequest(), headers });
const JSON_TYPE = { 'content-type': 'application/json' };
const KEY = { 'idempotency-key': 'key-1' };
/** A request with a changed snapshot; `change` may break any rule of its type. */
function withSnapshot(change: (snapshot: Record<string, unknown>) => void): HttpRequest {
  const snapshot = snapshotOf({ quoteId: 'Q-broken' });
  const request = enqueueRequest({ quoteId: 'Q-broken' });
  const value = { ...snapshot };
  change(value);
  return withBody(JSON.stringify({ kind: 'crm.sync', payload: { snapshot: value } }), request);
}

const HEADERS: readonly [title: string, request: HttpRequest, status: number, named: readonly string[]][] = [
  ['no idempotency key', withHeaders(JSON_TYPE), 400, ['Idempotency-Key']],
  [
    'an empty idempotency key',
    withHeaders({ ...JSON_TYPE, 'idempotency-key': '' }),
    400,
    ['Idempotency-Key'],
  ],
  ['a key of 256 characters', enqueueRequest({ key: 'k'.repeat(256) }), 400, ['Idempotency-Key']],
  ['a key with a space', enqueueRequest({ key: 'a b' }), 400, ['Idempotency-Key']],
  ['a key with an umlaut', enqueueRequest({ key: 'ü' }), 400, ['Idempotency-Key']],
  ['a key with a control character', enqueueRequest({ key: 'a\u007f' }), 400, ['Idempotency-Key']],
  ['a key of another script', enqueueRequest({ key: '東京' }), 400, ['Idempotency-Key']],
  ['no content type', withHeaders(KEY), 415, []],
  ['text/plain', withHeaders({ ...KEY, 'content-type': 'text/plain' }), 415, []],
  ['application/jsonp', withHeaders({ ...KEY, 'content-type': 'application/jsonp' }), 415, []],
  ['a form', withHeaders({ ...KEY, 'content-type': 'multipart/form-data; boundary=x' }), 415, []],
  ['JSON in UTF-16', withHeaders({ ...KEY, 'content-type': 'application/json; charset=utf-16' }), 415, []],
  ['a quote id that is too long', enqueueRequest({ quoteId: 'Q'.repeat(65) }), 422, ['quoteId']],
  ['a quote id with a space', enqueueRequest({ quoteId: 'Q%201' }), 422, ['quoteId']],
  ['a quote id in another script', enqueueRequest({ quoteId: '東京' }), 422, ['quoteId']],
  ['a quote id that starts with a dot', enqueueRequest({ quoteId: '.hidden' }), 422, ['quoteId']],
];

/** The bytes of a JSON text, with one byte of the title replaced by a byte that is invalid in UTF-8. */
function spoiled(json: string): Uint8Array {
  const bytes = Buffer.from(json, 'utf8');
  bytes[bytes.indexOf('Ducks')] = 0xff;
  return bytes;
}

const BODIES: readonly [title: string, body: string | Uint8Array, status: number][] = [
  ['no bytes at all', '', 400],
  ['half a JSON', '{"kind":', 400],
  ['NaN', '{"kind":NaN}', 400],
  ['a trailing comma', '{"kind":"crm.sync",}', 400],
  ['two values', '{}{}', 400],
  ['an array', '[]', 400],
  ['null', 'null', 400],
  ['a number', '42', 400],
  ['a string', '"crm.sync"', 400],
  ['invalid UTF-8', new Uint8Array([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d]), 400],
  [
    'JSON with one byte that is not UTF-8 inside of a text',
    spoiled(JSON.stringify(actionOf('crm.sync'))),
    400,
  ],
  ['an overlong UTF-8 form', new Uint8Array([0x7b, 0xc0, 0x80, 0x7d]), 400],
  ['bytes that the gateway could not decode', '{"kind":"crm.sync\ufffd"}', 400],
  ['a lone surrogate outside of a text', '{"kind":"\ud800"}', 400],
  ['10,000 levels of arrays', '['.repeat(10_000) + ']'.repeat(10_000), 400],
  ['10,000 levels of objects', `${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`, 422],
  ['an empty object', '{}', 422],
  ['one byte too many', JSON.stringify({ pad: 'x'.repeat(MAX_BODY_BYTES - 9) }), 413],
  ['as many bytes as are allowed', JSON.stringify({ pad: 'x'.repeat(MAX_BODY_BYTES - 10) }), 422],
  ['too many bytes in few characters', JSON.stringify({ pad: '東'.repeat(68_266) }), 413],
];

const CRM = actionOf('crm.sync');
const NOTICE = actionOf('slack.notify');
const FIELDS: readonly [title: string, request: HttpRequest, named: readonly string[]][] = [
  ['an unknown kind', withBody(JSON.stringify({ ...CRM, kind: 'order.place' })), ['/kind']],
  ['a kind of another type', withBody(JSON.stringify({ ...CRM, kind: 7 })), ['/kind']],
  ['no kind and no payload', withBody('{}'), ['/kind', '/payload']],
  [
    'an unknown kind beside an unknown field',
    withBody('{"kind":"x","extra":1,"payload":{}}'),
    ['/kind', '/payload/snapshot', '/extra'],
  ],
  ['an unknown field', withBody(JSON.stringify({ ...CRM, priority: 1 })), ['/priority']],
  [
    'a field named __proto__',
    withBody(JSON.stringify(CRM).replace('{', '{"__proto__":{"kind":"x"},')),
    ['/__proto__'],
  ],
  ['a field named constructor', withBody(JSON.stringify({ ...CRM, constructor: 1 })), ['/constructor']],
  ['a field whose name needs escapes', withBody(JSON.stringify({ ...CRM, 'a/b~c': 1 })), ['/a~1b~0c']],
  [
    'the field of another kind',
    withBody(JSON.stringify({ ...CRM, payload: { ...CRM.payload, message: 'x' } })),
    ['/payload/message'],
  ],
  ...[' \n\t', '\u00A0', '\u200B\uFEFF', '\u3164\u2800'].map((message): (typeof FIELDS)[number] => [
    `a message that shows nothing, ${JSON.stringify(message)}`,
    withBody(JSON.stringify({ ...NOTICE, payload: { ...NOTICE.payload, message } })),
    ['/payload/message'],
  ]),
  ['an amount as a number', withSnapshot((s) => (s['taxMinor'] = 805)), ['/payload/snapshot/taxMinor']],
  [
    'an amount of 20 digits',
    withSnapshot((s) => (s['taxMinor'] = '1'.repeat(20))),
    ['/payload/snapshot/taxMinor'],
  ],
  ['an amount in hexadecimal', withSnapshot((s) => (s['taxMinor'] = '0x1')), ['/payload/snapshot/taxMinor']],
  ['a negative zero', withSnapshot((s) => (s['taxMinor'] = '-0')), ['/payload/snapshot/taxMinor']],
  [
    'a revision beyond every number',
    withBody(JSON.stringify(CRM).replace('"revision":1', '"revision":1e999')),
    ['/payload/snapshot/revision'],
  ],
  ['a lone surrogate', withSnapshot((s) => (s['title'] = 'x\ud83d')), ['/payload/snapshot/title']],
  ['no lines', withSnapshot((s) => (s['lines'] = [])), ['/payload/snapshot/lines']],
  ['501 lines', withSnapshot((s) => (s['lines'] = Array(501).fill(lineOf()))), ['/payload/snapshot/lines']],
  [
    'a time zone other than UTC',
    withSnapshot((s) => (s['acceptedAt'] = '2026-03-28T12:00:00+01:00')),
    ['/payload/snapshot/acceptedAt'],
  ],
  [
    'the 30th of February',
    withSnapshot((s) => (s['acceptedAt'] = '2026-02-30T12:00:00Z')),
    ['/payload/snapshot/acceptedAt'],
  ],
  [
    'a quantity that is no whole number',
    withSnapshot((s) => {
      s['lines'] = [{ ...lineOf(), quantity: '4.25', unitPriceMinor: '15000', totalMinor: '63750' }];
    }),
    ['/payload/snapshot/lines/0/quantity'],
  ],
  [
    'several wrong fields at once',
    withSnapshot((s) => {
      s['currency'] = 'eur';
      s['lines'] = [lineOf(), { ...lineOf(), quantity: '0', sku: undefined }];
      s['surprise'] = true;
    }),
    [
      '/payload/snapshot/currency',
      '/payload/snapshot/lines/1/sku',
      '/payload/snapshot/lines/1/quantity',
      '/payload/snapshot/surprise',
    ],
  ],
];

describe.each(['once', 'again'])('a refused request, delivered %s', (times) => {
  const send = async (request: HttpRequest) => {
    if (times === 'again') await api.send(request);
    return api.send(request);
  };

  it.each(HEADERS)('names the reason: %s', async (_title, request, status, named) => {
    const answer = await send(request);

    expect(answer.status).toBe(status);
    expect(problemOf(answer).code).toBe('REQUEST_INVALID');
    expect(namedFields(answer)).toEqual(named);
  });

  it.each(BODIES)('has a body of %s', async (_title, body, status) => {
    const answer = await send(withBody(body));

    expect(answer.status).toBe(status);
    expect(problemOf(answer).code).toBe('REQUEST_INVALID');
  });

  it.each(FIELDS)('names the fields: %s', async (_title, request, named) => {
    const answer = await send(request);

    expect(answer.status).toBe(422);
    expect([...namedFields(answer)].toSorted()).toEqual([...named].toSorted());
  });

  it('writes nothing and starts nothing', async () => {
    expect(await api.storedTaskIds()).toEqual([]);
    expect(api.executions.size).toBe(0);
  });
});

describe('a problem', () => {
  it('tells the expected value in words', async () => {
    const answer = await api.send(
      withSnapshot((s) => Object.assign(s, { revision: 0, title: '', policy: 3 })),
    );

    expect(problemOf(answer).errors).toEqual([
      { pointer: '/payload/snapshot/revision', expected: 'expected at least 1' },
      { pointer: '/payload/snapshot/title', expected: 'expected at least 1 characters' },
      { pointer: '/payload/snapshot/policy', expected: 'expected a value of type object' },
    ]);
  });

  it('contains no value of the request', async () => {
    const secret = 'S3CRET-PRICE';
    const bodies = [
      JSON.stringify({ kind: secret, payload: { snapshot: { title: secret, taxMinor: secret } } }),
      `{"kind":"${secret}`,
      `["${secret}"]`,
    ];

    const answers = await Promise.all(bodies.map((body) => api.send(withBody(body))));

    expect(JSON.stringify(answers)).not.toContain(secret);
  });

  it('stays small for a body with very many wrong fields', async () => {
    const unknown = Object.fromEntries(Array.from({ length: 12_000 }, (_, index) => [`field${index}`, 0]));

    const problem = problemOf(await api.send(withBody(JSON.stringify({ ...CRM, ...unknown }))));

    expect(problem.errors).toHaveLength(5_000);
    expect(problem.errorsOmitted).toBe(7_000);
  });

  it('names each field of the longest quote', async () => {
    const empty = Array.from({ length: 500 }, () => ({}));

    const answer = await api.send(withSnapshot((s) => (s['lines'] = empty)));

    expect(new Set(namedFields(answer)).size).toBe(3_000);
    expect(problemOf(answer)).not.toHaveProperty('errorsOmitted');
  });

  it('uses the last of two equal keys', async () => {
    const quoteId = newQuoteId();
    const request = enqueueRequest({ quoteId });

    const answer = await api.send(withBody(String(request.body).replace('{', '{"kind":"nothing",'), request));

    expect(answer.status).toBe(202);
  });
});
