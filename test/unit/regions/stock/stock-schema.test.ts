/** What the log of a resource may hold, and the order in which it is shown. */
import { describe, expect, it } from 'vitest';
import { stockFactSchema } from '../../../../lambdas/regions/stock/stock-events.ts';
import { foldStock } from '../../../../lambdas/regions/stock/stock-fold.ts';
import type { LogEvent } from '../../../../lambdas/regions/log/event.ts';
import { eventOf } from '../folds/history.ts';

const received = (at: string, commandId: string): LogEvent =>
  eventOf({
    entity: 'stock#sku#1',
    at,
    seq: 1,
    type: 'stock.received',
    payload: { pieces: 5, reason: 'goods' },
    commandId,
  });

/** The decision of one generation of the table that an event of this origin counts. */
const named = (generation: number, number: number, at: string): LogEvent =>
  eventOf({
    entity: 'deposit#c',
    at: 'z',
    seq: 10 * generation + number,
    type: 'deposit.decided',
    payload: {
      key: 'deposit#c',
      generation,
      number,
      attemptId: 't',
      decision: {
        kind: 'named',
        eventId: `${at}.1#1`,
        origin: `${at}.1`,
        direction: 'in',
        pieces: { 'sku#1': 5 },
      },
    },
    commandId: `decided:deposit#c#${generation}.${number}`,
  });

describe('stockFactSchema', () => {
  it.each([
    ['stock.received', ['goods', 'voucher', 'return', 'correction'], 'count'],
    ['stock.missing', ['count', 'damage', 'withdrawn'], 'goods'],
  ])('%s has a reason of %j', (type, reasons, other) => {
    const isValid = (payload: object): boolean => stockFactSchema.safeParse({ type, payload }).success;

    expect(reasons.map((reason) => isValid({ pieces: 1, reason }))).toEqual(reasons.map(() => true));
    expect(isValid({ pieces: 1, reason: other })).toBe(false);
    expect(isValid({ pieces: 1, reason: '' })).toBe(false);
    expect(isValid({ pieces: 0, reason: reasons[0] })).toBe(false);
    expect(isValid({})).toBe(false);
  });
});

describe('the deposits of a resource', () => {
  const [atA, atB] = [received('a', 'c'), received('b', 'c')];

  it.each([
    [[named(1, 1, 'a'), named(2, 1, 'b')], 'b.1'],
    [[named(2, 1, 'b'), named(1, 1, 'a')], 'b.1'],
    [[named(1, 2, 'a'), named(2, 1, 'b')], 'b.1'],
    [[named(1, 1, 'a'), named(1, 2, 'b')], 'b.1'],
    [[named(1, 2, 'b'), named(1, 1, 'a')], 'b.1'],
  ])('count as the last decision of the last generation says (case %#)', (decisions, origin) => {
    expect(foldStock('sku#1', [atA, atB, ...decisions]).countedBy).toEqual({ [origin]: { in: 5, out: 0 } });
  });

  it('are listed by id', () => {
    const events = [received('c', 'x'), received('a', 'y'), received('b', 'z')];

    expect(foldStock('sku#1', events).deposits.map(({ id }) => id)).toEqual(['a.1#1', 'b.1#1', 'c.1#1']);
  });
});
