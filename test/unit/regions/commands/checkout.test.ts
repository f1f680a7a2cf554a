import { fc } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { foldCart } from '../../../../lambdas/regions/cart/cart-fold.ts';
import { type Checkout, planCheckout, spendAll } from '../../../../lambdas/regions/commands/checkout.ts';
import { foldOrder } from '../../../../lambdas/regions/order/order-fold.ts';
import { linesHashOf, orderIdOf } from '../../../../lambdas/regions/order/order-id.ts';
import { LAW_RUNS } from '../laws.ts';
import {
  acceptedEvents,
  cartEvent,
  cartOf,
  checkoutOf,
  envelope,
  NOW_MS,
  planOf,
  refusalOf,
  slot,
} from './command-lab.ts';

const cart = cartOf({ x: 2, y: 1 });
const stocked = checkoutOf(cart, { 'sku#x': 5, 'sku#y': 5 });
const orderId = orderIdOf('k1', 1);

const refused = (change: Partial<Checkout>): unknown =>
  refusalOf(planCheckout(envelope(), { ...stocked, ...change }));

const widest = (count: number): Checkout => {
  const names = Array.from({ length: count }, (_, index) => `s${index}`);
  const wide = cartOf(Object.fromEntries(names.map((name) => [name, 1])));
  return checkoutOf(wide, Object.fromEntries(names.map((name) => [`sku#${name}`, 1])));
};

describe('a checkout', () => {
  it('is two events and all spends in one plan, under one command id', () => {
    const plan = planOf(planCheckout(envelope('buy'), stocked));

    expect(plan.drafts.map(({ content: { entity, type, commandId } }) => [entity, type, commandId])).toEqual([
      ['cart#k1', 'cart.checked_out', 'buy'],
      [`order#${orderId}`, 'order.placed', 'buy'],
    ]);
    expect(plan.spends.map(({ key, add, condition }) => [key, add['available'], condition])).toEqual([
      ['rights#sku#x/0', -2, { kind: 'atLeast', field: 'available', value: 2 }],
      ['rights#sku#y/0', -1, { kind: 'atLeast', field: 'available', value: 1 }],
    ]);
    expect(plan.drafts[1]?.content).toMatchObject({
      deadlineAtMs: NOW_MS + 30 * 60_000,
      payload: { supply: 'spent', cart: { id: 'k1', epoch: 1, seen: { vector: { 'a.1': 2 }, beyond: [] } } },
    });
  });

  it('closes the epoch and makes the order when its events are folded, also each event alone', () => {
    const [closing, placing] = acceptedEvents(planCheckout(envelope('buy'), stocked), {
      heads: new Map([
        ['cart#k1', { entity: 'cart#k1', origin: 'a.1', version: 2, hlc: { wallMs: 5, counter: 0 } }],
      ]),
    });
    const adds = [
      cartEvent('a1', 'cart.item_added', { sku: 'x', quantity: 2 }),
      cartEvent('a2', 'cart.item_added', { sku: 'y', quantity: 1 }),
    ];
    if (closing === undefined || placing === undefined) throw new Error('two events');

    expect(foldCart([...adds, closing])).toMatchObject({ epoch: 2, lines: [] });
    expect(foldCart([...adds, placing])).toMatchObject({ epoch: 2, lines: [] });
    expect(foldOrder(orderId, [closing])).toMatchObject({ status: 'announced' });
    expect(foldOrder(orderId, [placing])).toMatchObject({ status: 'provisional' });
  });

  it('waits and spends nothing if a piece is missing in this Region', () => {
    const plan = planOf(planCheckout(envelope(), checkoutOf(cart, { 'sku#x': 5 })));

    expect(plan.spends).toEqual([]);
    expect(plan.drafts[1]?.content).toMatchObject({
      deadlineAtMs: NOW_MS + 7 * 24 * 3_600_000,
      payload: { supply: 'waiting' },
    });
  });

  it('waits if a voucher has no use left in this Region, and otherwise spends one use per code', () => {
    const vouchers = ['S', 'S'];
    const stock = { 'sku#x': 5, 'sku#y': 5 };
    const waiting = planOf(
      planCheckout(envelope(), { ...checkoutOf(cart, { ...stock, 'voucher#S': 1 }), vouchers }),
    );
    const spent = planOf(
      planCheckout(envelope(), { ...checkoutOf(cart, { ...stock, 'voucher#S': 2 }), vouchers }),
    );

    expect(waiting.spends).toEqual([]);
    expect(spent.spends.map(({ key, add }) => [key, add['available']])).toContainEqual([
      'rights#voucher#S/0',
      -2,
    ]);
  });

  it('waits, without an error, if a merged guest’s cart needs more than the stock', () => {
    const merged = { guestCart: 'g', guestEpoch: 1, lines: [{ sku: 'x', quantity: 10 }] };
    const state = foldCart([
      cartEvent('a1', 'cart.item_added', { sku: 'x', quantity: 1 }),
      { ...cartEvent('a2', 'cart.merged', merged), seen: { vector: { 'a.1': 1 }, beyond: [] } },
      { ...cartEvent('b1', 'cart.merged', merged), seen: { vector: { 'a.1': 1 }, beyond: [] } },
    ]);
    const checkout = checkoutOf({ cartId: 'k1', state }, { 'sku#x': 9 });

    expect(planOf(planCheckout(envelope(), checkout)).drafts[1]?.content.payload).toMatchObject({
      supply: 'waiting',
      lines: [{ sku: 'x', quantity: 10 }],
    });
  });

  it('is refused for another epoch, an empty cart, different lines than shown, or a missing price', () => {
    expect(refused({ epoch: 2 })).toEqual({
      code: 'epoch_closed',
      field: 'epoch',
      expected: 'epoch 1, the open one',
    });
    expect(refused({ cart: cartOf({}) })).toMatchObject({ code: 'empty_cart', field: 'cart' });
    expect(refused({ expected: { x: 2 } })).toEqual({
      code: 'cart_changed',
      field: 'expected',
      expected: '{"x":2,"y":1}',
    });
    expect(refused({ prices: new Map([['x', 1]]) })).toMatchObject({ code: 'price_missing', field: 'y' });
  });

  it('spends 1 to 80 items, and is refused for more', () => {
    expect(planOf(planCheckout(envelope(), widest(1))).spends).toHaveLength(1);
    expect(planOf(planCheckout(envelope(), widest(80))).spends).toHaveLength(80);
    expect(refusalOf(planCheckout(envelope(), widest(81)))).toMatchObject({
      code: 'too_many_items',
      field: 'lines',
    });
    expect(refusalOf(planCheckout(envelope(), { ...widest(80), vouchers: ['S'] }))).toMatchObject({
      code: 'too_many_items',
    });
  });

  it('waits if its pieces are in more slots than one transaction allows', () => {
    const slots = new Map([['sku#x', Array.from({ length: 81 }, (_, index) => slot('sku#x', 1, index))]]);

    expect(spendAll({ 'sku#x': 80 }, slots, 0)).toHaveLength(80);
    expect(spendAll({ 'sku#x': 81 }, slots, 0)).toBeUndefined();
  });

  it('is refused if the order is too large for an agreement', () => {
    const long = cartOf(
      Object.fromEntries(Array.from({ length: 79 }, (_, at) => [`${at}${'s'.repeat(190)}`, 1])),
    );
    const vouchers = Array.from({ length: 400 }, () => 'v'.repeat(200));

    expect(
      refusalOf(planCheckout(envelope(), { ...checkoutOf(long, {}), vouchers: vouchers.slice(0, 200) })),
    ).toBe('accepted');
    expect(refusalOf(planCheckout(envelope(), { ...checkoutOf(long, {}), vouchers }))).toMatchObject({
      code: 'too_large',
    });
  });

  it('has the checked id of its sender', () => {
    expect(refusalOf(planCheckout(envelope('decided:x'), stocked))).toMatchObject({ code: 'command_id' });
    expect(refusalOf(planCheckout(envelope(), { ...stocked, currency: 'EURO' }))).toMatchObject({
      code: 'invalid',
      field: 'payload.currency',
    });
  });

  it('takes exactly the needed pieces, or nothing', () => {
    const pieces = fc.record({ x: fc.integer({ min: 1, max: 6 }), y: fc.integer({ min: 1, max: 6 }) });
    const stock = fc.record({ 'sku#x': fc.nat({ max: 6 }), 'sku#y': fc.nat({ max: 6 }) });
    fc.assert(
      fc.property(pieces, stock, (wanted, available) => {
        const plan = planOf(planCheckout(envelope(), checkoutOf(cartOf(wanted), available)));
        const isThere = wanted.x <= available['sku#x'] && wanted.y <= available['sku#y'];
        const taken = plan.spends.map(({ add }) => -(add['available'] ?? 0));
        expect(taken).toEqual(isThere ? [wanted.x, wanted.y] : []);
      }),
      { numRuns: LAW_RUNS },
    );
  });
});

describe('names derived from the purchase', () => {
  it('are one order id per epoch of a cart', () => {
    expect(orderId).toMatch(/^[0-9a-f]{40}$/);
    expect(orderIdOf('k1', 1)).toBe(orderId);
    expect(new Set([orderId, orderIdOf('k1', 2), orderIdOf('k2', 1)]).size).toBe(3);
  });

  it('are the same hash for the same lines in any order', () => {
    const [x, y] = [
      { sku: 'x', quantity: 2 },
      { sku: 'y', quantity: 1 },
    ];

    expect(linesHashOf([x, y])).toBe(linesHashOf([y, x]));
    expect(linesHashOf([x])).not.toBe(linesHashOf([{ ...x, quantity: 3 }]));
    expect(
      linesHashOf([
        { sku: 'x', quantity: 2 },
        { sku: 'x', quantity: 10 },
      ]),
    ).toBe(
      linesHashOf([
        { sku: 'x', quantity: 10 },
        { sku: 'x', quantity: 2 },
      ]),
    );
  });
});
