import { fc } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { type FoldedOrder, foldOrder } from '../../../../lambdas/regions/order/order-fold.ts';
import { emptyLedger, type RightsLedger, withAccount } from '../../../../lambdas/regions/rights/ledger.ts';
import { piecesOf, stockView } from '../../../../lambdas/regions/stock/stock-projection.ts';
import type { LogEvent } from '../../../../lambdas/regions/log/event.ts';
import { LAW_RUNS } from '../laws.ts';
import {
  at,
  claimed,
  closedA,
  decided,
  effecting,
  ended,
  naming,
  placed,
  placedPayload,
  waiting,
} from '../order/order-lab.ts';
import { orderLives } from '../order/order-world.ts';

const fold = (...events: readonly LogEvent[]): FoldedOrder => foldOrder('o1', events);
const X = 'sku#p-x';
const ledger = (deposited: number, drawn: number): RightsLedger =>
  withAccount(emptyLedger(X, 1), 'a.1', { deposited, drawn });

const back = (place: string, returnId: string): LogEvent => at(place, 'order.returned', { returnId });
const isIncomplete = (areChainsComplete: boolean, ...events: readonly LogEvent[]): boolean =>
  stockView(ledger(9, 0), [fold(...events)], areChainsComplete).isIncomplete;

describe('the pieces of an order', () => {
  const order = placed('a1', { x: 5 });
  const named = naming(order, { x: 5 });

  it('are promised after they are taken', () => {
    expect(piecesOf(fold(order), X)).toEqual({ promised: 5, gone: 0, returning: 0, unbacked: 0, wanted: 0 });
    expect(piecesOf(fold(order), 'sku#other')).toEqual({
      promised: 0,
      gone: 0,
      returning: 0,
      unbacked: 0,
      wanted: 0,
    });
  });

  it('are wanted while the order waits', () => {
    expect(piecesOf(fold(waiting('a1', { x: 3 })), X)).toMatchObject({ promised: 0, wanted: 3 });
    expect(piecesOf(fold(waiting('a1', { x: 3 }), ...decided(ended('expired'))), X)).toMatchObject({
      wanted: 0,
    });
  });

  it('move from promised to gone, and to returning until they are put back', () => {
    const decisions = decided(
      named,
      effecting(),
      claimed('s', 'ship', { x: 2 }),
      claimed('k', 'cancel', { x: 1 }),
    );

    expect(piecesOf(fold(order, ...decisions), X)).toMatchObject({ promised: 2, gone: 2, returning: 1 });
    expect(piecesOf(fold(order, ...decisions, back('a2', 'return:o1#4')), X)).toMatchObject({
      promised: 2,
      gone: 2,
      returning: 0,
    });
  });

  it('of a closed origin are put back by the ledger’s deposit, never to its account', () => {
    const events = [order, ...decided(ended('expired')), back('b1', 'return:o1!a.1#1')];

    expect(piecesOf(foldOrder('o1', events, closedA([1, 9])), X)).toMatchObject({
      promised: 0,
      gone: 5,
      returning: 0,
    });
    expect(piecesOf(foldOrder('o1', events), X)).toMatchObject({ promised: 0, gone: 0, returning: 0 });
  });

  it('are only unbacked if the copy arrived after a closing', () => {
    expect(piecesOf(foldOrder('o1', [order], closedA()), X)).toMatchObject({ promised: 0, unbacked: 5 });
  });

  it('include a used voucher after a shipment', () => {
    const bought = at('a1', 'order.placed', placedPayload({ x: 1 }, 'spent', ['S']));
    const shipped = decided(naming(bought), effecting(), claimed('s', 'ship', { x: 1 }));

    expect(piecesOf(fold(bought), 'voucher#S')).toMatchObject({ promised: 1, gone: 0 });
    expect(piecesOf(fold(bought, ...shipped), 'voucher#S')).toMatchObject({ promised: 0, gone: 1 });
  });

  it('account for every piece of every copy in every random history', () => {
    fc.assert(
      fc.property(orderLives, fc.constantFrom(X, 'sku#p-y', 'voucher#SUMMER'), ({ log }, resource) => {
        const state = fold(...log);
        const { promised, gone, returning } = piecesOf(state, resource);
        const shown = [promised, gone, returning];
        const spent = state.copies
          .filter(({ isSpent, order: known }) => isSpent && known !== undefined)
          .reduce((sum, { order: known }) => sum + (known === undefined ? 0 : countOf(known, resource)), 0);
        expect(Math.min(...shown)).toBeGreaterThanOrEqual(0);
        expect(shown.reduce((sum, pieces) => sum + pieces, 0)).toBe(spent);
        expect(state.status === 'ended' ? promised : 0).toBe(0);
      }),
      { numRuns: LAW_RUNS },
    );
  });
});

const countOf = (
  { lines, vouchers }: NonNullable<FoldedOrder['copies'][number]['order']>,
  resource: string,
): number =>
  lines.filter(({ sku }) => `sku#${sku}` === resource).reduce((sum, { quantity }) => sum + quantity, 0) +
  vouchers.filter((code) => `voucher#${code}` === resource).length;

describe('the view of a resource', () => {
  it('sums ledger and orders', () => {
    const orders = [fold(placed('a1', { x: 3 })), fold(waiting('a1', { x: 9 }))];

    expect(stockView(ledger(10, 4), orders, true)).toEqual({
      stocked: 10,
      free: 6,
      promised: 3,
      gone: 0,
      returning: 0,
      unbacked: 0,
      wanted: 9,
      unsold: 7,
      oversold: 0,
      isIncomplete: false,
    });
  });

  it('shows pieces promised beyond the stock', () => {
    expect(stockView(ledger(2, 2), [fold(placed('a1', { x: 3 }))], true)).toMatchObject({
      unsold: 0,
      oversold: 1,
      free: 0,
    });
  });

  it('is incomplete while a chain or an order is', () => {
    const order = placed('a1');

    expect(isIncomplete(true, order)).toBe(false);
    expect(isIncomplete(false, order)).toBe(true);
    expect(isIncomplete(true, placed('a2'))).toBe(true);
    expect(isIncomplete(true, order, at('b1', 'order.new_type', {}))).toBe(true);
    expect(isIncomplete(true, ...decided(naming(order)))).toBe(true);
    expect(isIncomplete(true, order, ...decided(naming(order), effecting()).slice(1))).toBe(true);
  });
});
