/** Orders that may be duplicates are held. */
import { describe, expect, it } from 'vitest';
import { type Attempt } from '../../../../lambdas/regions/agreements/item.ts';
import {
  allowPurchase,
  duplicateVerdict,
  endPurchase,
  MAX_PURCHASES,
  type PurchaseItem,
  purchaseKeyOf,
  recordPurchase,
} from '../../../../lambdas/regions/agreements/purchase.ts';
import { codeOf, nextOf } from '../answers.ts';

const attempt: Attempt = { attemptId: 'attempt-1', generation: 1 };

const NOON_MS = Date.UTC(2026, 2, 29, 12);
const MINUTE_MS = 60_000;

const KEY = purchaseKeyOf('ada', 'lines');
const watchAt = (read?: PurchaseItem) => ({ key: KEY, read, attempt });
const orderAt = (orderId: string, minute: number, cartId = `cart-${orderId}`) => ({
  orderId,
  cartId,
  placedAtMs: NOON_MS + minute * MINUTE_MS,
});
const recorded = (...orders: ReturnType<typeof orderAt>[]): PurchaseItem | undefined =>
  orders.reduce<PurchaseItem | undefined>(
    (item, order) => nextOf(recordPurchase(watchAt(item), order)),
    undefined,
  );

describe('the watch for duplicate orders', () => {
  it('case 1: holds the second of two orders with the same lines from two carts', () => {
    const item = recorded(orderAt('o1', 0), orderAt('o2', 5));

    expect(duplicateVerdict(item, 'o1')).toBe('clear');
    expect(duplicateVerdict(item, 'o2')).toBe('held');
    expect(codeOf(recordPurchase(watchAt(item), orderAt('o2', 5)))).toBe('nothing_to_do at orderId');
  });

  it('schedule 20: holds an order at 12:01 that repeats one at 11:59', () => {
    expect(duplicateVerdict(recorded(orderAt('o1', -1), orderAt('o2', 1)), 'o2')).toBe('held');
  });

  it('compares in both directions: an order that was placed earlier and arrives later is held too', () => {
    expect(duplicateVerdict(recorded(orderAt('o1', 20), orderAt('o2', -10)), 'o2')).toBe('held');
    expect(duplicateVerdict(recorded(orderAt('o1', 20), orderAt('o2', -11)), 'o2')).toBe('clear');
  });

  it('does not hold an order of the same cart, after 30 minutes, or after the earlier order ended', () => {
    const ended = nextOf(endPurchase(watchAt(recorded(orderAt('o1', 0))), 'o1'));

    expect(duplicateVerdict(recorded(orderAt('o1', 0, 'cart'), orderAt('o2', 1, 'cart')), 'o2')).toBe(
      'clear',
    );
    expect(duplicateVerdict(recorded(orderAt('o1', 0), orderAt('o2', 31)), 'o2')).toBe('clear');
    expect(duplicateVerdict(nextOf(recordPurchase(watchAt(ended), orderAt('o2', 1))), 'o2')).toBe('clear');
  });

  it('releases a held order when a person allows it or the other order ends', () => {
    const item = recorded(orderAt('o1', 0), orderAt('o2', 5));

    expect(duplicateVerdict(nextOf(allowPurchase(watchAt(item), 'o2')), 'o2')).toBe('clear');
    expect(duplicateVerdict(nextOf(endPurchase(watchAt(item), 'o1')), 'o2')).toBe('clear');
    expect(codeOf(allowPurchase(watchAt(item), 'o3'))).toBe('not_recorded at orderId');
    expect(codeOf(allowPurchase(watchAt(nextOf(allowPurchase(watchAt(item), 'o2'))), 'o2'))).toBe(
      'nothing_to_do at orderId',
    );
  });

  it('remembers 8 orders: drops ended ones first, and a dropped order has to be recorded again', () => {
    const orders = Array.from({ length: MAX_PURCHASES }, (_, index) => orderAt(`o${index}`, index * 40));
    const full = nextOf(endPurchase(watchAt(recorded(...orders)), 'o3'));
    const nine = nextOf(recordPurchase(watchAt(full), orderAt('o8', 400)));
    const ten = nextOf(recordPurchase(watchAt(nine), orderAt('o9', 440)));

    expect(nine.state.purchases).toHaveLength(MAX_PURCHASES);
    expect(duplicateVerdict(nine, 'o3')).toBe('unrecorded');
    expect(duplicateVerdict(ten, 'o0')).toBe('unrecorded');
    expect(duplicateVerdict(ten, 'o1')).toBe('clear');
  });

  it('keeps an order held after the order that it repeats was dropped', () => {
    const others = Array.from({ length: MAX_PURCHASES - 1 }, (_, index) =>
      orderAt(`p${index}`, 100 + index * 40),
    );
    const item = recorded(orderAt('o1', 0), orderAt('o2', 5), ...others);

    expect(duplicateVerdict(item, 'o1')).toBe('unrecorded');
    expect(duplicateVerdict(item, 'o2')).toBe('held');
  });
});
