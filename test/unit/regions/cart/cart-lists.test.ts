/** The lists of a cart: their order does not depend on the order in which its events arrive. */
import { describe, expect, it } from 'vitest';
import { closingsOf } from '../../../../lambdas/regions/cart/closings.ts';
import { CART_RULES, foldCart } from '../../../../lambdas/regions/cart/cart-fold.ts';
import { absorbAll, nothingKept } from '../../../../lambdas/regions/folds/kept.ts';
import type { JsonValue, LogEvent } from '../../../../lambdas/regions/log/event.ts';
import { eventOf } from '../folds/history.ts';

const at = (place: string, type: string, payload: JsonValue): LogEvent =>
  eventOf({ entity: 'cart#k1', at: place.slice(0, 1), seq: Number(place.slice(1)), type, payload });
const checkout = (place: string, epoch: number, orderId: string): LogEvent =>
  at(place, 'cart.checked_out', { epoch, orderId });

describe('the closed epochs of a cart', () => {
  const [second, firstB, firstA] = [
    checkout('a1', 2, 'oa'),
    checkout('b1', 1, 'ob'),
    checkout('c1', 1, 'oa'),
  ];
  const sorted = [
    { epoch: 1, by: 'order#oa' },
    { epoch: 1, by: 'order#ob' },
    { epoch: 2, by: 'order#oa' },
  ];

  it.each([[[second, firstB, firstA]], [[firstA, firstB, second]], [[firstB, second, firstA]]])(
    'are listed by number, then by order (case %#)',
    (events) => {
      const kept = absorbAll(CART_RULES, nothingKept(), events);

      expect(foldCart(events).closed).toEqual(sorted);
      expect(closingsOf([...kept.commands.values()]).closed).toEqual(sorted);
    },
  );
});

const merge = (place: string, guestCart: string, guestEpoch: number): LogEvent =>
  at(place, 'cart.merged', { guestCart, guestEpoch, lines: [{ sku: 'x', quantity: 2 }] });

describe('a merge of two guests', () => {
  it('is one merge for each guest and epoch', () => {
    const kept = absorbAll(CART_RULES, nothingKept(), [
      merge('a1', 'g1', 1),
      merge('b1', 'g1', 1),
      merge('b2', 'g1', 2),
      merge('c1', 'g2', 1),
    ]);

    expect(kept.commands.size).toBe(3);
  });
});
