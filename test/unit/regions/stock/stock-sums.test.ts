/** Sums over several products, vouchers and orders. */
import { describe, expect, it } from 'vitest';
import { type FoldedOrder, foldOrder } from '../../../../lambdas/regions/order/order-fold.ts';
import { emptyLedger, withAccount } from '../../../../lambdas/regions/rights/ledger.ts';
import { piecesOf, stockView } from '../../../../lambdas/regions/stock/stock-projection.ts';
import type { LogEvent } from '../../../../lambdas/regions/log/event.ts';
import { at, claimed, decided, effecting, naming, placed, placedPayload } from '../order/order-lab.ts';

const fold = (...events: readonly LogEvent[]): FoldedOrder => foldOrder('o1', events);
const PIECES = { x: 5, y: 3 };
const bought = at('a1', 'order.placed', placedPayload(PIECES, 'spent', ['S', 'T', 'S']));
const begun = [naming(bought, PIECES), effecting()];

describe('the pieces of an order with two products and three vouchers', () => {
  it('are shipped apart for each product', () => {
    const order = fold(bought, ...decided(...begun, claimed('s', 'ship', { x: 2, y: 1 })));

    expect(piecesOf(order, 'sku#p-x')).toMatchObject({ promised: 3, gone: 2 });
    expect(piecesOf(order, 'sku#p-y')).toMatchObject({ promised: 2, gone: 1 });
  });

  it('use the vouchers when the order has ended and shipped something', () => {
    const shipped = fold(bought, ...decided(...begun, claimed('s', 'ship', { x: 5 })));
    const over = fold(
      bought,
      ...decided(...begun, claimed('s', 'ship', { x: 5 }), claimed('k', 'cancel', { y: 3 })),
    );

    expect(piecesOf(shipped, 'voucher#S')).toMatchObject({ promised: 2, gone: 0 });
    expect(over.status).toBe('ended');
    expect(piecesOf(over, 'voucher#S')).toMatchObject({ gone: 2 });
    expect(piecesOf(over, 'voucher#T')).toMatchObject({ gone: 1 });
  });

  it('use no voucher if nothing was shipped', () => {
    const cancelled = fold(bought, ...decided(...begun, claimed('k', 'cancel', PIECES)));

    expect(cancelled.status).toBe('ended');
    expect(piecesOf(cancelled, 'voucher#S').gone).toBe(0);
  });
});

describe('the view of a resource', () => {
  const order = placed('a1', { x: 5 });
  const named = [naming(order, { x: 5 }), effecting()];
  const events = decided(...named, claimed('s', 'ship', { x: 2 }), claimed('k', 'cancel', { x: 1 }));
  const ledger = withAccount(emptyLedger('sku#p-x', 1), 'a.1', { deposited: 9, drawn: 9 });

  it('counts promised, shipped and returning pieces as taken', () => {
    expect(stockView(ledger, [fold(order, ...events)], true)).toMatchObject({
      promised: 2,
      gone: 2,
      returning: 1,
      stocked: 9,
      unsold: 4,
      oversold: 0,
    });
  });

  it('is incomplete if one of its orders is', () => {
    const [whole, holed] = [fold(order), fold(placed('a2', { x: 1 }))];

    expect(stockView(ledger, [whole], true).isIncomplete).toBe(false);
    expect(stockView(ledger, [whole, holed], true).isIncomplete).toBe(true);
  });
});
