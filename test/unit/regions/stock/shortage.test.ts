import { fc } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { foldOrder } from '../../../../lambdas/regions/order/order-fold.ts';
import { planAllocations } from '../../../../lambdas/regions/stock/allocation.ts';
import { type NamedOrder, planShortage } from '../../../../lambdas/regions/stock/shortage.ts';
import type { LogEvent } from '../../../../lambdas/regions/log/event.ts';
import { LAW_RUNS } from '../laws.ts';
import { allocated, at, decided, ended, naming, placed, waiting } from '../order/order-lab.ts';

const order = (orderId: string, ...events: readonly LogEvent[]): NamedOrder => ({
  orderId,
  state: foldOrder('o1', events),
});
const cancel = at('c1', 'order.cancel_requested', { reason: 'shortage' });

const shortage = (owed: number, ...orders: readonly NamedOrder[]): ReturnType<typeof planShortage> =>
  planShortage(orders, 'a.1', 'sku#p-x', owed);
const filled = (available: Record<string, number>, ...orders: readonly NamedOrder[]): readonly string[] =>
  planAllocations({ orders, origins: new Set(['a.1']), available, nowMs: 50 }).map(({ orderId }) => orderId);

describe('a shortage that the ledger assigned', () => {
  const old = order('old', placed('a1', { x: 2 }, { wallMs: 10 }));
  const young = order('young', placed('a1', { x: 2 }, { wallMs: 20 }));
  const other = order('other', placed('b1', { x: 2 }, { wallMs: 30 }));

  it('cancels the youngest orders first, as many as necessary', () => {
    expect(shortage(1, old, young)).toEqual({ cancel: ['young'], shortfall: 0 });
    expect(shortage(3, old, young)).toEqual({ cancel: ['young', 'old'], shortfall: 0 });
    expect(shortage(0, old, young)).toEqual({ cancel: [], shortfall: 0 });
  });

  it('schedule 17: cancels only in the Region that the ledger names, and only its own orders', () => {
    expect(shortage(1, other)).toEqual({ cancel: [], shortfall: 1 });
    expect(planShortage([old, other], 'b.1', 'sku#p-x', 0)).toEqual({ cancel: [], shortfall: 0 });
  });

  it('does not cancel confirmed or ended orders: the rest is a shortfall for a person', () => {
    const event = placed('a1', { x: 2 });

    expect(shortage(2, order('named', event, ...decided(naming(event, { x: 2 }))))).toEqual({
      cancel: [],
      shortfall: 2,
    });
    expect(shortage(2, order('ended', event, ...decided(ended('expired'))))).toEqual({
      cancel: [],
      shortfall: 2,
    });
    expect(shortage(5, old)).toEqual({ cancel: ['old'], shortfall: 3 });
  });

  it('cancels no further orders while the first cancellations are pending', () => {
    const asked = order('asked', placed('a1', { x: 2 }, { wallMs: 5 }), cancel);

    expect(shortage(2, asked, young)).toEqual({ cancel: [], shortfall: 0 });
    expect(shortage(3, asked, young)).toEqual({ cancel: ['young'], shortfall: 0 });
  });

  it('does not cancel orders of other resources or waiting orders', () => {
    expect(shortage(1, order('y', placed('a1', { y: 2 })), order('w', waiting('a1', { x: 2 })))).toEqual({
      cancel: [],
      shortfall: 1,
    });
  });
});

describe('orders that wait', () => {
  const deadlineAtMs = 100;
  const wait = (orderId: string, pieces: Record<string, number>, wallMs: number): NamedOrder =>
    order(orderId, waiting('a1', pieces, { wallMs, deadlineAtMs }));

  it('take all pieces that they need, the oldest order first', () => {
    const [first, second] = [wait('first', { x: 2 }, 1), wait('second', { x: 2 }, 2)];

    expect(filled({ 'sku#p-x': 3 }, second, first)).toEqual(['first']);
    expect(filled({ 'sku#p-x': 4 }, second, first)).toEqual(['first', 'second']);
    expect(
      planAllocations({ orders: [first], origins: new Set(['a.1']), available: { 'sku#p-x': 2 }, nowMs: 50 }),
    ).toEqual([{ orderId: 'first', placedId: 'a.1#1', spends: { 'sku#p-x': 2 } }]);
  });

  it('schedule 18: never hold a part, and do not block later orders if they cannot be filled', () => {
    const both = wait('both', { x: 1, y: 1 }, 1);
    const rare = wait('rare', { z: 1 }, 2);
    const small = wait('small', { x: 1 }, 3);

    expect(filled({ 'sku#p-x': 1 }, both, rare, small)).toEqual(['small']);
    expect(filled({ 'sku#p-x': 1, 'sku#p-y': 1 }, both, rare, small)).toEqual(['both']);
  });

  it('are excluded if filled, decided, requested to be cancelled, held, past their deadline or of another Region', () => {
    const event = waiting('a1', { x: 1 }, { deadlineAtMs });
    const held = at('b1', 'order.held', { suspectOf: 'o0' });
    const late = order('late', waiting('a1', { x: 1 }, { deadlineAtMs: 50 }));
    const foreign = order('foreign', waiting('b1', { x: 1 }, { deadlineAtMs }));
    const orders = [
      order('filled', event, allocated('b1', event.id)),
      order('decided', event, ...decided(ended('cancelled'))),
      order('asked', event, cancel),
      order('held', event, held),
      late,
      foreign,
    ];

    expect(filled({ 'sku#p-x': 9 }, ...orders)).toEqual([]);
    expect(filled({ 'sku#p-x': 9 }, order('waits', event))).toEqual(['waits']);
  });

  it('are filled by another Region that has taken over', () => {
    const input = { orders: [wait('first', { x: 1 }, 1)], available: { 'sku#p-x': 1 }, nowMs: 50 };

    expect(planAllocations({ ...input, origins: new Set(['b.1', 'a.1']) })).toHaveLength(1);
    expect(planAllocations({ ...input, origins: new Set(['b.1']) })).toHaveLength(0);
  });

  it('never take more than the stock, and do not wait if the remaining pieces can fill them', () => {
    const needs = fc.array(
      fc.dictionary(fc.constantFrom('x', 'y'), fc.integer({ min: 1, max: 3 }), { minKeys: 1 }),
      {
        maxLength: 5,
      },
    );
    const stock = fc.record({ 'sku#p-x': fc.nat({ max: 6 }), 'sku#p-y': fc.nat({ max: 6 }) });
    fc.assert(
      fc.property(needs, stock, (wanted, available) => {
        const orders = wanted.map((pieces, index) => wait(`o${index}`, pieces, index));
        const allocations = planAllocations({ orders, origins: new Set(['a.1']), available, nowMs: 50 });
        const left: Record<string, number> = { ...available };
        for (const { spends } of allocations)
          for (const [resource, pieces] of Object.entries(spends))
            left[resource] = (left[resource] ?? 0) - pieces;
        const names = new Set(allocations.map(({ orderId }) => orderId));
        const fillable = wanted.filter((pieces, index) => {
          const fits = Object.entries(pieces).every(([line, count]) => count <= (left[`sku#p-${line}`] ?? 0));
          return fits && !names.has(`o${index}`);
        });
        expect(Math.min(0, ...Object.values(left))).toBe(0);
        expect(fillable).toEqual([]);
      }),
      { numRuns: LAW_RUNS },
    );
  });
});
