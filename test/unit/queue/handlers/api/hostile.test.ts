import { fc } from '@fast-check/vitest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { HttpRequest } from '../../../../helpers/http-event.ts';
import { type ApiUnderTest, problemOf, startApi } from './api-under-test.ts';

let api: ApiUnderTest;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.stop());

const anyText = fc.string({ unit: 'binary', maxLength: 20 });
const segment = fc.oneof(
  anyText,
  fc.constantFrom('quotes', 'actions', 'health', 'Q-1', `task-${'0'.repeat(40)}`, 'retry', 'cancel', 'audit'),
  fc.constantFrom('..', '.', '%2e%2e', '%2F', '%', '%zz', '%00', '\ud800', '__proto__', 'constructor', ''),
);
const path = fc.oneof(
  fc.array(segment, { maxLength: 6 }).map((segments) => `/${segments.join('/')}`),
  fc.tuple(segment, anyText).map(([id, query]) => `/quotes/${id}/actions?${query}`),
  fc
    .tuple(
      fc.constantFrom('state', 'limit', 'cursor', '__proto__', 'X-Amz-Date'),
      fc.oneof(anyText, fc.base64String()),
    )
    .map(([name, value]) => `/quotes/Q-1/actions?${name}=${value}`),
);
const request: fc.Arbitrary<HttpRequest> = fc.record(
  {
    method: fc.oneof(fc.constantFrom('GET', 'POST', 'HEAD', 'TRACE', 'CONNECT'), anyText),
    path,
    headers: fc.dictionary(
      fc.oneof(fc.constantFrom('if-match', 'content-type', 'idempotency-key', 'host'), anyText),
      anyText,
    ),
    body: fc.oneof(anyText, fc.uint8Array({ maxLength: 60 })),
    userArn: anyText,
  },
  { requiredKeys: ['method', 'path'] },
);

describe('3,000 requests of any kind', () => {
  it('get a success or a problem, never a fault, and store nothing', async () => {
    await fc.assert(
      fc.asyncProperty(request, async (hostile) => {
        const answer = await api.send(hostile);

        if (answer.status !== 200) problemOf(answer);
        expect(answer.status).toBeLessThan(500);
      }),
      { numRuns: 3_000 },
    );

    expect(await api.storedTaskIds()).toEqual([]);
    expect(api.executions.size).toBe(0);
  });
});
