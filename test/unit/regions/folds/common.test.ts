/** The part that all states have in common. */
import { describe, expect, it } from 'vitest';
import { foldCart } from '../../../../lambdas/regions/cart/cart-fold.ts';
import type { LogEvent } from '../../../../lambdas/regions/log/event.ts';
import { eventOf } from './history.ts';

const at = (place: string, wallMs = 1_000, type = 'cart.item_added'): LogEvent =>
  eventOf({
    entity: 'cart#k1',
    at: place.slice(0, 1),
    seq: Number(place.slice(1)),
    type,
    payload: { sku: 'x', quantity: 1 },
    wallMs,
  });

describe('the common part of a state', () => {
  it('names the holes by origin and number, in any order of arrival', () => {
    const events = [at('b3'), at('a10'), at('a2'), at('a9'), at('b1')];
    const missing = [
      { origin: 'a.1', from: 1, to: 1 },
      { origin: 'a.1', from: 3, to: 8 },
      { origin: 'b.1', from: 2, to: 2 },
    ];

    expect(foldCart(events).missing).toEqual(missing);
    expect(foldCart(events.toReversed()).missing).toEqual(missing);
  });

  it('has no hole if the numbers have none', () => {
    expect(foldCart([at('a2'), at('a1'), at('a3')]).missing).toEqual([]);
  });

  it('says the latest time of its events, and none without events', () => {
    expect(foldCart([at('a1', 5), at('b1', 9), at('c1', 7)]).latestHlc).toEqual({ wallMs: 9, counter: 0 });
    expect(Object.keys(foldCart([]))).not.toContain('latestHlc');
  });

  it('counts what it cannot read, sorted by name', () => {
    const events = [at('a1', 1, 'cart.z'), at('a2', 1, 'cart.b'), at('a3', 1, 'cart.z')];

    expect(Object.entries(foldCart(events).unread)).toEqual([
      ['cart.b@1', 1],
      ['cart.z@1', 2],
    ]);
  });
});
