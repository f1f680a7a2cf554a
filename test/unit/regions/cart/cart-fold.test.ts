import { describe, expect, it } from 'vitest';
import type { EventSpec } from '../folds/history.ts';
import { eventOf, sawAll } from '../folds/history.ts';
import { foldCart, quantityOf } from '../../../../lambdas/regions/cart/cart-fold.ts';
import type { JsonValue, LogEvent, Seen } from '../../../../lambdas/regions/log/event.ts';

type Extra = Partial<Pick<EventSpec, 'seen' | 'commandId' | 'wallMs' | 'entity'>>;

const at = (place: string, type: string, payload: JsonValue, extra: Extra = {}): LogEvent =>
  eventOf({
    entity: 'cart#k1',
    at: place.slice(0, 1),
    seq: Number(place.slice(1)),
    type: `cart.${type}`,
    payload,
    ...extra,
  });
const add = (place: string, sku: string, quantity: number, extra?: Extra): LogEvent =>
  at(place, 'item_added', { sku, quantity }, extra);
const set = (place: string, sku: string, quantity: number, extra?: Extra): LogEvent =>
  at(place, 'item_set', { sku, quantity }, extra);
const remove = (place: string, sku: string, extra?: Extra): LogEvent =>
  at(place, 'item_removed', { sku }, extra);
const merge = (place: string, sku: string, quantity: number, extra?: Extra): LogEvent =>
  at(place, 'merged', { guestCart: 'g1', guestEpoch: 1, lines: [{ sku, quantity }] }, extra);
const checkout = (place: string, epoch: number, extra?: Extra): LogEvent =>
  at(place, 'checked_out', { epoch, orderId: `o${epoch}` }, extra);
const placed = (place: string, epoch: number, seen: Seen): LogEvent => ({
  ...at(
    place,
    'x',
    { orderId: `o${epoch}`, cart: { id: 'k1', epoch, seen: { ...seen } } },
    { entity: `order#o${epoch}` },
  ),
  type: 'order.placed',
});

/** Product → pieces of the open epoch. */
const linesOf = (...events: readonly LogEvent[]): Record<string, number> =>
  Object.fromEntries(foldCart(events).lines.map(({ sku, quantity }) => [sku, quantity]));

describe('a line of a cart', () => {
  it('sums three adds that two Regions made after the same stale read', () => {
    expect(linesOf(add('a1', 'x', 1), add('a2', 'x', 1), add('b1', 'x', 1))).toEqual({ x: 3 });
  });

  it('counts a command once if several Regions accepted it', () => {
    const state = foldCart([add('a1', 'x', 2, { commandId: 'c' }), add('b1', 'x', 2, { commandId: 'c' })]);

    expect(quantityOf(state, 'x')).toBe(2);
    expect(state.voids).toEqual(['b.1#1']);
  });

  it('counts the smallest copy of a command', () => {
    const late = add('a1', 'x', 5, { commandId: 'c', wallMs: 9_000 });
    const early = add('b1', 'x', 3, { commandId: 'c', wallMs: 1_000 });

    expect(linesOf(late, early)).toEqual({ x: 3 });
  });

  it('is replaced by a set, plus the adds that the set had not seen', () => {
    const first = add('a1', 'x', 5);

    expect(linesOf(first, add('b1', 'x', 1), set('a2', 'x', 2, { seen: sawAll(first) }))).toEqual({ x: 3 });
  });

  it('has the later of two concurrent sets, and names the other', () => {
    const state = foldCart([set('a1', 'x', 2, { wallMs: 500 }), set('b1', 'x', 4, { wallMs: 400 })]);

    expect(state.lines).toEqual([{ sku: 'x', quantity: 2, outvoted: ['b.1#1'] }]);
  });

  it('has a set that saw another one, although its clock is behind', () => {
    const first = set('a1', 'x', 9, { wallMs: 99_000 });

    expect(linesOf(first, set('b1', 'x', 1, { wallMs: 5, seen: sawAll(first) }))).toEqual({ x: 1 });
  });

  it('is absent after a set to 0', () => {
    expect(linesOf(set('a1', 'x', 0))).toEqual({});
  });

  it('keeps an add that a removal had not seen, and loses those that it had seen', () => {
    const seen = add('a1', 'x', 3);

    expect(linesOf(seen, add('b1', 'x', 1), remove('a2', 'x', { seen: sawAll(seen) }))).toEqual({ x: 1 });
  });

  it('removes one product only', () => {
    const both = [add('a1', 'x', 3), add('a2', 'y', 1)];

    expect(linesOf(...both, remove('a3', 'x', { seen: sawAll(...both) }))).toEqual({ y: 1 });
  });

  it('stays removed when the removed add arrives after the removal', () => {
    const first = add('c1', 'x', 3);

    expect(linesOf(remove('a1', 'x', { seen: sawAll(first) }), first)).toEqual({});
  });

  it('stays removed when another copy of the removed command arrives', () => {
    const seen = add('a1', 'x', 3, { commandId: 'c' });
    const copy = add('c1', 'x', 3, { commandId: 'c' });

    expect(linesOf(seen, remove('a2', 'x', { seen: sawAll(seen) }), copy)).toEqual({});
    expect(linesOf(copy, remove('a2', 'x', { seen: sawAll(seen) }), seen)).toEqual({});
  });

  it('schedule 9: keeps the first of two adds if a removal had seen only the second', () => {
    const [first, second] = [add('a1', 'x', 1), add('a2', 'x', 1)];
    const removal = remove('b1', 'x', { seen: sawAll(second) });

    expect(removal.seen).toEqual({ vector: {}, beyond: ['a.1#2'] });
    expect(linesOf(second, removal, first)).toEqual({ x: 1 });
  });
});

describe('a merged guest’s cart', () => {
  it('gives the larger quantity, once, if two Regions merge it', () => {
    const own = add('a1', 'x', 1);
    const seen = sawAll(own);

    expect(linesOf(own, merge('a2', 'x', 10, { seen }), merge('b1', 'x', 10, { seen }))).toEqual({ x: 10 });
    expect(linesOf(add('a1', 'x', 12), merge('a2', 'x', 10, { seen }))).toEqual({ x: 12 });
  });

  it('is followed by later adds', () => {
    const own = add('a1', 'x', 1);
    const merged = merge('a2', 'x', 10, { seen: sawAll(own) });

    expect(linesOf(own, merged, add('a3', 'x', 1, { seen: sawAll(own, merged) }))).toEqual({ x: 11 });
  });

  it('is removed by a removal that had seen it', () => {
    const merged = merge('a1', 'x', 10);

    expect(linesOf(merged, remove('a2', 'x', { seen: sawAll(merged) }))).toEqual({});
  });

  it('leaves the next epoch empty on redelivery after the checkout', () => {
    const merged = merge('a1', 'x', 10);
    const bought = checkout('a2', 1, { seen: sawAll(merged) });

    expect(linesOf(merged, bought, merged)).toEqual({});
    expect(linesOf(merged, bought, merge('b1', 'x', 10))).toEqual({});
  });

  it('closes the guest’s epoch', () => {
    const own = add('a1', 'x', 1);
    const state = foldCart([own, at('a2', 'merged_away', { epoch: 1, into: 'k9' }, { seen: sawAll(own) })]);

    expect(state).toMatchObject({ epoch: 2, lines: [], closed: [{ epoch: 1, by: 'cart#k9' }] });
  });
});

describe('a checkout', () => {
  const own = add('a1', 'x', 3);
  const seen = sawAll(own);
  const bought = checkout('a2', 1, { seen });

  it('schedule 19: closes the epoch with only one of its two events', () => {
    const closed = { epoch: 2, lines: [], closed: [{ epoch: 1, by: 'order#o1' }] };

    expect(foldCart([own, bought])).toMatchObject(closed);
    expect(foldCart([own, placed('a1', 1, seen)])).toMatchObject(closed);
    expect(foldCart([own, bought, placed('a1', 1, seen)])).toMatchObject(closed);
  });

  it('moves adds and merges that it had not seen to the next epoch', () => {
    expect(linesOf(own, bought, add('b1', 'x', 1), merge('b2', 'y', 4))).toEqual({ x: 1, y: 4 });
  });

  it('closes the writes that one of two concurrent checkouts had seen', () => {
    const other = add('b1', 'y', 1);

    expect(linesOf(own, other, bought, checkout('b2', 1, { seen: sawAll(other) }))).toEqual({});
  });

  it('closes the writes that a void copy of it had seen', () => {
    const other = add('b1', 'y', 1);
    const copy = checkout('b2', 1, { seen: sawAll(other), commandId: 'a2', wallMs: 99_000 });

    expect(linesOf(own, other, bought, copy)).toEqual({});
  });

  it('lists a set of a bought line as late and does not buy the line again', () => {
    const state = foldCart([own, bought, set('b1', 'x', 5, { seen })]);

    expect(state).toMatchObject({ lines: [], late: [{ sku: 'x', quantity: 5, id: 'b.1#1' }] });
  });

  it('removes writes of the next epoch that a late set had seen', () => {
    const added = add('b1', 'x', 1);
    const late = set('b2', 'x', 5, { seen: sawAll(own, added) });

    expect(linesOf(own, bought, added, late)).toEqual({});
  });

  it('does not bring back a merge that a late set had seen', () => {
    const merged = merge('b1', 'x', 2);
    const late = set('b2', 'x', 1, { seen: sawAll(own, merged) });

    expect(linesOf(own, bought, merged, late)).toEqual({});
  });

  it('is followed by a late removal of writes of the next epoch that it had seen', () => {
    const added = add('b1', 'x', 1);
    const late = remove('b2', 'x', { seen: sawAll(own, added) });

    expect(linesOf(own, bought, added, late)).toEqual({});
  });

  it('moves a set of a line that was not bought to the next epoch', () => {
    expect(linesOf(own, bought, set('b1', 'y', 5))).toEqual({ y: 5 });
  });
});

describe('the state of a cart', () => {
  it('names gaps and counts unreadable events', () => {
    const unknown = at('b1', 'gift_wrapped', {});
    const newer = { ...add('b2', 'x', 1), schemaVersion: 2 };
    const damaged = add('b3', 'x', 0.5);

    expect(foldCart([add('a2', 'x', 1), add('a5', 'x', 1), unknown, newer, damaged])).toMatchObject({
      seen: { vector: { 'b.1': 3 }, beyond: ['a.1#2', 'a.1#5'] },
      missing: [
        { origin: 'a.1', from: 1, to: 1 },
        { origin: 'a.1', from: 3, to: 4 },
      ],
      unread: { 'cart.gift_wrapped@1': 1, 'cart.item_added@2': 1, 'cart.item_added@1': 1 },
      lines: [{ sku: 'x', quantity: 2 }],
    });
  });
});
