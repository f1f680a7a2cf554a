import { fc } from '@fast-check/vitest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { QuoteLine } from '../../../../../lambdas/shared/contracts/quote-snapshot.ts';
import { buildOpenApi } from '../../../../../tools/generate/openapi.ts';
import { lineOf } from '../../../../helpers/builders.ts';
import type { HttpRequest } from '../../../../helpers/http-event.ts';
import {
  type ApiUnderTest,
  enqueueRequest,
  pricedSnapshot,
  problemOf,
  startApi,
  taskOf,
} from './api-under-test.ts';

/** 1,000 batches of 10 concurrent requests: 10,000 requests, of which 2 in each batch are redeliveries. */
const BATCHES = 1_000;
const DIFFERENT = 8;

let api: ApiUnderTest;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.stop());

const text = (maxLength: number) => fc.string({ unit: 'grapheme', minLength: 1, maxLength });
const amount = fc.bigInt({ min: -(10n ** 14n), max: 10n ** 14n }).map(String);
const line: fc.Arbitrary<QuoteLine> = fc
  .record({
    sku: text(12),
    description: text(40),
    quantity: fc.integer({ min: 1, max: 9_999 }).map(String),
    unitPriceMinor: amount,
    discountMinor: amount,
  })
  .map((priced) => lineOf(priced));
const quoteId = fc.constantFrom('Q-1', 'Q-2', 'Q-3', 'q.4_x');
const currency = fc.constantFrom('EUR', 'JPY', 'KWD', 'PLN');

/** A body that the API accepts, by construction. */
const validBody = fc
  .record({
    id: quoteId,
    currency,
    lines: fc.array(line, { minLength: 1, maxLength: 5 }),
    notes: text(80),
    taxMinor: amount,
    message: text(60),
    kind: fc.constantFrom('pdf.render', 'crm.sync', 'slack.notify'),
  })
  .map(({ id, kind, message, ...over }) => {
    const snapshot = pricedSnapshot({ ...over, quoteId: id });
    const payload = kind === 'slack.notify' ? { snapshot, message } : { snapshot };
    return { id, body: { kind, payload } };
  });

const junk: fc.Arbitrary<unknown> = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }),
  fc.constantFrom('-0', '1e5', '\ud800', '__proto__', '9'.repeat(40), -1, 1e308, '', null),
);

/** Every container inside a value, with each of its keys. */
function placesIn(value: unknown): readonly (readonly [parent: object, key: string])[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, child]) => [[value, key] as const, ...placesIn(child)]);
}

/** Replaces, removes or adds a value at one place. */
function mutated(body: object, where: number, what: unknown, how: 'replace' | 'remove' | 'add'): string {
  const copy: object = structuredClone(body);
  const places = placesIn(copy);
  const [parent, key] = places[where % places.length] ?? [copy, 'kind'];
  if (how === 'remove') Reflect.deleteProperty(parent, key);
  else Reflect.set(parent, how === 'add' ? `${key}2` : key, what);
  return JSON.stringify(copy);
}

const mutation = fc.record({
  where: fc.nat({ max: 10_000 }),
  what: junk,
  how: fc.constantFrom('replace', 'remove', 'add'),
});

type Sent = readonly [quoteId: string, body: string | Uint8Array];
const bodies: fc.Arbitrary<Sent> = fc.oneof(
  { weight: 3, arbitrary: validBody.map(({ id, body }): Sent => [id, JSON.stringify(body)]) },
  {
    weight: 4,
    arbitrary: fc
      .tuple(validBody, mutation)
      .map(([{ id, body }, { where, what, how }]): Sent => [id, mutated(body, where, what, how)]),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(validBody, fc.nat({ max: 2_000 }))
      .map(([{ id, body }, length]): Sent => [id, JSON.stringify(body).slice(0, length)]),
  },
  { weight: 1, arbitrary: fc.tuple(quoteId, fc.uint8Array({ maxLength: 300 })) },
  { weight: 1, arbitrary: fc.tuple(quoteId, fc.json({ maxDepth: 4 })) },
);

/** Few keys, so that some requests are replays and some are conflicts. */
const request: fc.Arbitrary<HttpRequest> = fc
  .tuple(bodies, fc.oneof(fc.constantFrom('a', 'b', 'c'), fc.uuid(), fc.string({ maxLength: 3 })))
  .map(([[id, body], key]) => ({ ...enqueueRequest({ quoteId: id, key }), body }));

const batch = fc
  .array(request, { minLength: DIFFERENT, maxLength: DIFFERENT })
  .map((requests) => [...requests, ...requests.slice(0, 2)]);

const documented = new Set(
  Object.keys(buildOpenApi().paths['/quotes/{quoteId}/actions']?.['post']?.responses ?? {}).map(Number),
);

describe('10,000 requests to enqueue', () => {
  it('get documented answers, never a fault, and exactly the accepted ones are stored', async () => {
    const accepted = new Set<string>();
    const countByStatus = new Map<number, number>();

    await fc.assert(
      fc.asyncProperty(batch, async (requests) => {
        for (const answer of await Promise.all(requests.map((one) => api.send(one)))) {
          const { status } = answer;
          countByStatus.set(status, (countByStatus.get(status) ?? 0) + 1);
          if (status === 202) accepted.add(taskOf(answer).taskId);
          if (status >= 400) problemOf(answer);
          expect(documented).toContain(status);
          expect(status).toBeLessThan(500);
        }
      }),
      { numRuns: BATCHES },
    );

    const stored = await api.storedTaskIds();
    expect(new Set(stored)).toEqual(accepted);
    expect(stored).toHaveLength(countByStatus.get(202) ?? 0);
    expect(new Set(api.executions.keys())).toEqual(new Set(stored.map((taskId) => `${taskId}-1`)));
    expect([...countByStatus.keys()].toSorted((a, b) => a - b)).toEqual([200, 202, 400, 409, 422]);
  }, 180_000);
});
