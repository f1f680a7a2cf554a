import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { QuoteLine, QuoteSnapshot } from '../../../../../lambdas/shared/contracts/quote-snapshot.ts';
import { actionOf, lineOf } from '../../../../helpers/builders.ts';
import {
  type ApiUnderTest,
  enqueueRequest,
  newQuoteId,
  pricedSnapshot,
  startApi,
  taskOf,
} from './api-under-test.ts';

let api: ApiUnderTest;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.stop());

const linesOf = (count: number, over: Partial<QuoteLine> = {}): QuoteLine[] =>
  Array.from({ length: count }, (_, index) => lineOf({ sku: `DUCK-${index}`, ...over }));

const priced = (currency: string, unitPriceMinor: string): Partial<QuoteSnapshot> => ({
  currency,
  lines: linesOf(2, { unitPriceMinor, discountMinor: '0', quantity: '1' }),
});

const SNAPSHOTS: readonly [title: string, over: Partial<QuoteSnapshot>][] = [
  ['60 lines', { lines: linesOf(60) }],
  ['500 lines', { lines: linesOf(500) }],
  ['a note of 100 KB', { notes: 'n'.repeat(102_400) }],
  ['a note of 66,000 ideographs', { notes: '東京'.repeat(33_000) }],
  ['emoji with joiners and skin tones', { notes: '👩🏽‍🚀🦆🏳️‍🌈'.repeat(500) }],
  ['text from right to left', { title: 'عرض سعر – הצעת מחיר', notes: '\u202bשלום\u202c مرحبا' }],
  [
    'every control character',
    { notes: Array.from({ length: 32 }, (_, code) => String.fromCodePoint(code)).join('') },
  ],
  ['line separators and a byte order mark', { notes: '\u2028\u2029\ufeff\u0000\uffff' }],
  ['markup', { title: '<script>alert(1)</script> & "quotes" \\ \\u0041' }],
  ['unnormalised letters', { title: 'e\u0301 é \u212b Å' }],
  ['a credit', { lines: [lineOf({ unitPriceMinor: '-1250', discountMinor: '-7' })], taxMinor: '-1' }],
  ['nothing to pay', priced('EUR', '0')],
  ['19 digits', priced('EUR', '4611686018427387904')],
  ['19 negative digits', priced('EUR', '-4611686018427387904')],
  [
    'the most pieces',
    { lines: [lineOf({ quantity: '999999999999', unitPriceMinor: '1', discountMinor: '0' })] },
  ],
  ['a currency without decimals', priced('JPY', '123456789')],
  ['a currency with two decimals', priced('PLN', '123450')],
  ['a currency with three decimals', priced('KWD', '1234567')],
];

describe('a quote at the limits', () => {
  it.each(SNAPSHOTS)('is accepted and stored unchanged: %s', async (_title, over) => {
    const quoteId = newQuoteId();
    const action = actionOf('slack.notify', pricedSnapshot({ ...over, quoteId }));

    const answer = await api.send(enqueueRequest({ quoteId, action }));

    expect(answer.status).toBe(202);
    const stored = await api.tasks.get(taskOf(answer).taskId);
    expect(JSON.parse(stored?.payloadJson ?? '')).toEqual(action.payload);
  });
});
