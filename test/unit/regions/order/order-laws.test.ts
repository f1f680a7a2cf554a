import { fc } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import {
  type FoldedOrder,
  foldOrder,
  ORDER_RULES,
  orderState,
} from '../../../../lambdas/regions/order/order-fold.ts';
import { type OrderReturn, spendsOf } from '../../../../lambdas/regions/order/order-returns.ts';
import type { LogEvent } from '../../../../lambdas/regions/log/event.ts';
import { UNDECIDED_ORDER } from '../../../../lambdas/regions/agreements/order-state.ts';
import { checkOrderFree } from '../folds/order-free.ts';
import { LAW_RUNS } from '../laws.ts';
import { orderLives, type OrderWorld } from './order-world.ts';

const check = (law: (world: OrderWorld) => void): void =>
  fc.assert(fc.property(orderLives, law), { numRuns: LAW_RUNS });
const fold = (events: readonly LogEvent[]): FoldedOrder => foldOrder('o1', events);

type Pieces = Record<string, number>;

const sum = (all: readonly Readonly<Pieces>[]): Pieces => {
  const total: Pieces = {};
  for (const pieces of all)
    for (const [resource, count] of Object.entries(pieces)) total[resource] = (total[resource] ?? 0) + count;
  return total;
};

/** Pieces of goods by resource that one copy put back. */
const returnedBy = (returns: readonly OrderReturn[], eventId: string): Pieces =>
  sum(returns.filter((back) => back.eventId === eventId).map(({ pieces }) => pieces));

/** Pieces that were shipped, by resource; a line `l` is product `p-l`. */
const shippedOf = ({ agreed }: FoldedOrder): Pieces =>
  Object.fromEntries(Object.entries(agreed.lines).map(([line, { shipped }]) => [`sku#p-${line}`, shipped]));

const without = (pieces: Pieces, kind: string): Pieces =>
  Object.fromEntries(
    Object.entries(pieces).filter(([resource, count]) => !resource.startsWith(kind) && count > 0),
  );

describe('laws of an order', () => {
  it('every order, repetition, batch and snapshot gives the same bytes', () => {
    const subject = {
      rules: ORDER_RULES,
      stateOf: (kept: Parameters<typeof orderState>[1]) => orderState('o1', kept),
    };

    expect(() => checkOrderFree(subject, orderLives)).not.toThrow();
  });

  it('after the end, every piece that a copy spent is shipped or returned exactly once', () => {
    check((world) => {
      const state = fold(world.log);
      for (const { id, isSpent, order, standing } of state.copies) {
        if (!isSpent || order === undefined) continue;
        const spent = without(spendsOf(order), 'voucher#');
        const back = without(returnedBy(state.returns, id), 'voucher#');
        const used = sum([back, standing === 'count' ? without(shippedOf(state), 'voucher#') : {}]);
        const most = Object.entries(spent).map(([resource, count]) => Math.min(count, used[resource] ?? 0));
        const isOver = state.status === 'ended';
        expect(used).toEqual(isOver ? spent : without(used, 'voucher#'));
        expect(most.reduce((total, count) => total + count, 0)).toBe(
          Object.values(used).reduce((a, b) => a + b, 0),
        );
      }
    });
  });

  it('every used voucher stays used if a piece was shipped, and is otherwise returned once', () => {
    check((world) => {
      const state = fold(world.log);
      if (state.status !== 'ended') return;
      const isShipped = Object.values(shippedOf(state)).some((count) => count > 0);
      for (const { id, isSpent, order, standing } of state.copies) {
        if (!isSpent || order === undefined) continue;
        const expected = standing === 'count' && isShipped ? 0 : order.vouchers.length;
        expect(returnedBy(state.returns, id)['voucher#SUMMER'] ?? 0).toBe(expected);
      }
    });
  });

  it('returns never change when later events arrive', () => {
    check((world) => {
      const final = new Map(fold(world.log).returns.map((back) => [back.returnId, back]));
      for (let end = 0; end <= world.log.length; end += 3)
        for (const back of fold(world.log.slice(0, end)).returns)
          expect(final.get(back.returnId)?.pieces).toEqual(back.pieces);
    });
  });

  it('at most one copy counts, it has its pieces, and the agreement names it', () => {
    check((world) => {
      const counted = fold(world.log).copies.filter(
        ({ standing, isSpent }) => standing === 'count' && isSpent,
      );
      const named = world.item?.state.named?.eventId;
      expect(counted.map(({ id }) => id)).toEqual(named === undefined ? [] : [named]);
    });
  });

  it('the state after all decisions equals the agreement’s state', () => {
    check((world) => {
      expect({ ...fold(world.log).agreed, bodies: [] }).toEqual(
        world.item?.state ?? { ...UNDECIDED_ORDER, bodies: [] },
      );
    });
  });

  it('nothing is returned before a decision', () => {
    check(({ log }) => {
      expect(fold(log.filter(({ type }) => type !== 'order.decided')).returns).toEqual([]);
    });
  });

  it('the random histories reach every status and every end', () => {
    const states = fc.sample(orderLives, { seed: 7, numRuns: 2_000 }).map(({ log }) => fold(log));
    const seen = new Set(states.flatMap(({ status, agreed }) => [status, agreed.endReason]));
    const rare = new Set(
      states.flatMap(({ copies }) => copies.map(({ kind, standing }) => `${kind} ${standing}`)),
    );

    expect([...seen]).toEqual(
      expect.arrayContaining(['provisional', 'awaiting_stock', 'held', 'confirmed', 'effecting', 'ended']),
    );
    expect([...seen]).toEqual(
      expect.arrayContaining(['fulfilled', 'cancelled', 'expired', 'capture_declined']),
    );
    expect([...rare]).toEqual(
      expect.arrayContaining(['placed void', 'allocated void', 'allocated count', 'placed count']),
    );
  });
});
