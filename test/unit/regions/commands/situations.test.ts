import { describe, expect, it } from 'vitest';
import { planCheckout } from '../../../../lambdas/regions/commands/checkout.ts';
import { planCancel } from '../../../../lambdas/regions/commands/order-commands.ts';
import { foldOrder } from '../../../../lambdas/regions/order/order-fold.ts';
import { linesHashOf, orderIdOf } from '../../../../lambdas/regions/order/order-id.ts';
import { piecesOfOrders } from '../../../../lambdas/regions/stock/stock-projection.ts';
import type { LogEvent } from '../../../../lambdas/regions/log/event.ts';
import { at, claimed, decided, effecting, ended, naming, paid, placed } from '../order/order-lab.ts';
import { acceptedEvents, cartOf, checkoutOf, envelope, NOW_MS, orderOf, planOf } from './command-lab.ts';

/** A checkout with one voucher, in a Region that has `uses` of it. */
const redeem = (origin: string, cartId: string, uses: number): readonly LogEvent[] => {
  const checkout = checkoutOf(cartOf({ x: 1 }, cartId), { 'sku#x': 9, 'voucher#V': uses });
  const state = { origin, nowMs: NOW_MS, heads: new Map([[`cart#${cartId}`, headOf(origin, cartId)]]) };
  return acceptedEvents(planCheckout(envelope(`buy-${cartId}`), { ...checkout, vouchers: ['V'] }), state);
};
const headOf = (
  origin: string,
  cartId: string,
): { entity: string; origin: string; version: number; hlc: { wallMs: number; counter: number } } => ({
  entity: `cart#${cartId}`,
  origin,
  version: 1,
  hlc: { wallMs: 1, counter: 0 },
});

const linesHash = (cartId: string): string => linesHashOf(cartOf({ x: 2, y: 1 }, cartId).state.lines);

describe('publicly known cases', () => {
  it('1: a cart that is rebuilt in another Region has the same lines hash and another order', () => {
    expect(linesHash('k1')).toBe(linesHash('k2'));
    expect(orderIdOf('k1', 1)).not.toBe(orderIdOf('k2', 1));
  });

  it('2: an authorisation that arrives before its order waits, and the order is then complete', () => {
    const early = paid('b1', 'p1', 'authorised');

    expect(foldOrder('o1', [early]).status).toBe('payment_waits');
    expect(foldOrder('o1', [early, placed('a1')])).toMatchObject({
      status: 'provisional',
      payments: [{ paymentId: 'p1' }],
    });
  });

  it('4: a capture after the hold expired is a shortfall and a refund, without a change of stock', () => {
    const order = placed('a1');
    const back = at('a2', 'order.returned', { returnId: 'return:o1!a.1#1' });
    const over = [
      order,
      ...decided(ended('expired'), { kind: 'refund_due', paymentId: 'p1' }),
      back,
      paid('b1', 'p1'),
    ];
    const state = foldOrder('o1', over);

    expect(state).toMatchObject({
      shortfalls: [{ reason: 'paid_after_end' }],
      payments: [{ standing: 'refund' }],
    });
    expect(piecesOfOrders([state], 'sku#p-x')).toMatchObject({ promised: 0, gone: 0, returning: 0 });
  });

  it('5: a cancellation after 7 of 10 returns 3, once, although two Regions accept it twice', () => {
    const order = placed('a1', { x: 10 });
    const shipping = [naming(order, { x: 10 }), effecting(), claimed('s', 'ship', { x: 7 })];
    const asked = planOf(planCancel(envelope('cancel'), orderOf(order, ...decided(...shipping)), 'customer'));
    const [event] = asked.drafts;
    const copies = ['b', 'c'].map((place) =>
      at(`${place}1`, 'order.cancel_requested', event?.content.payload ?? null, { commandId: 'cancel' }),
    );
    const decisions = decided(...shipping, claimed('cancel', 'cancel', { x: 3 }));

    expect(foldOrder('o1', [order, ...decisions, ...copies, ...copies])).toMatchObject({
      returns: [{ returnId: 'return:o1#4', pieces: { 'sku#p-x': 3 } }],
      isCancelRequested: false,
      status: 'ended',
    });
  });

  it('7: of four redemptions of a voucher with 3 uses in two isolated Regions, 3 count', () => {
    const events = [
      redeem('a.1', 'k1', 2),
      redeem('a.1', 'k2', 1),
      redeem('b.1', 'k3', 1),
      redeem('b.1', 'k4', 0),
    ];
    const orders = events.map(([, order]) => foldOrder('o1', order === undefined ? [] : [order]));

    expect(orders.map(({ status }) => status)).toEqual([
      'provisional',
      'provisional',
      'provisional',
      'awaiting_stock',
    ]);
    expect(piecesOfOrders(orders, 'voucher#V')).toMatchObject({ promised: 3, wanted: 1 });
  });
});
