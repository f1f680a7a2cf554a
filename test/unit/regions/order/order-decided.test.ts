import { describe, expect, it } from 'vitest';
import { foldOrder, type FoldedOrder } from '../../../../lambdas/regions/order/order-fold.ts';
import type { OrderDecision } from '../../../../lambdas/regions/agreements/order-state.ts';
import type { LogEvent } from '../../../../lambdas/regions/log/event.ts';
import { at, claimed, decided, effecting, ended, naming, placed, placedPayload } from './order-lab.ts';

const fold = (...events: readonly LogEvent[]): FoldedOrder => foldOrder('o1', events);

describe('a decided order', () => {
  const order = placed('a1', { x: 5 });
  const named = naming(order, { x: 5 });
  const linesOf = (...events: readonly LogEvent[]): unknown => fold(order, ...events).agreed.lines;

  it('returns nothing after 5 of 5 are shipped', () => {
    const state = fold(order, ...decided(named, effecting(), claimed('s', 'ship', { x: 5 })));

    expect(state).toMatchObject({ status: 'ended', agreed: { endReason: 'fulfilled' }, returns: [] });
  });

  it('returns 3 once after 2 of 5 are shipped and the rest is cancelled', () => {
    const decisions = decided(
      named,
      effecting(),
      claimed('s', 'ship', { x: 2 }),
      claimed('k', 'cancel', { x: 3 }),
    );
    const copies = decisions.map((event) => ({ ...event, id: event.id.replace('z', 'y'), origin: 'y.1' }));
    const state = fold(order, ...decisions, ...copies);

    expect(linesOf(...decisions)).toEqual({ x: { ordered: 5, shipped: 2, cancelled: 3 } });
    expect(state.returns).toMatchObject([
      { returnId: 'return:o1#4', pieces: { 'sku#p-x': 3 }, eventId: 'a.1#1' },
    ]);
    expect(state.contradictions).toEqual([]);
  });

  it('waits for a missing decision', () => {
    const [first, , third] = decided(named, effecting(), claimed('s', 'ship', { x: 5 }));

    expect(fold(order, ...[first, third].flatMap((event) => event ?? []))).toMatchObject({
      status: 'confirmed',
      decisionsWaiting: 1,
      mayAct: false,
    });
  });

  it('permits no step while a decision waits, although no Region’s events have a gap', () => {
    const [first, , third] = decided(named, effecting(), claimed('s', 'ship', { x: 5 }));
    const elsewhere = [third].flatMap((event) =>
      event === undefined ? [] : [{ ...event, id: 'y.1#1', origin: 'y.1', entitySeq: 1 }],
    );

    expect(fold(order, ...[first].flatMap((event) => event ?? []), ...elsewhere)).toMatchObject({
      missing: [],
      decisionsWaiting: 1,
      mayAct: false,
    });
  });

  it('returns the rest if the capture is declined', () => {
    const state = fold(order, ...decided(named, effecting(), ended('capture_declined', { x: 5 })));

    expect(state).toMatchObject({ status: 'ended', agreed: { capture: { status: 'declined' } } });
    expect(state.returns).toMatchObject([{ returnId: 'return:o1#3', pieces: { 'sku#p-x': 5 } }]);
  });

  it('is contradictory if one number has two contents, and then permits no step', () => {
    const [first] = decided(named);
    const [other] = decided(ended('expired'));
    const copy = { ...other, id: 'y.1#1', origin: 'y.1' };
    if (first === undefined || other === undefined) throw new Error('two decisions');

    expect(fold(order, first, { ...other, ...copy })).toMatchObject({
      contradictions: ['decided:order#o1#1'],
      mayAct: false,
    });
  });
});

describe('vouchers of an order', () => {
  const order = at('a1', 'order.placed', placedPayload({ x: 2 }, 'spent', ['SUMMER', 'SUMMER', 'VIP']));
  const named = naming(order, { x: 2 });
  const piecesOf = (...decisions: readonly OrderDecision[]): unknown =>
    fold(order, ...decided(...decisions)).returns.map(({ pieces }) => pieces);
  const all = { 'sku#p-x': 2, 'voucher#SUMMER': 2, 'voucher#VIP': 1 };

  it('are returned with a void copy', () => {
    expect(piecesOf(naming(placed('b1')))).toEqual([all]);
  });

  it('are returned with the last return if the order ended without a shipment', () => {
    const one = claimed('k', 'cancel', { x: 1 });

    expect(piecesOf(named, ended('expired', { x: 2 }))).toEqual([all]);
    expect(piecesOf(named, effecting(), one)).toEqual([{ 'sku#p-x': 1 }]);
    expect(piecesOf(named, effecting(), one, claimed('l', 'cancel', { x: 1 }))).toEqual([
      { 'sku#p-x': 1 },
      { 'sku#p-x': 1, 'voucher#SUMMER': 2, 'voucher#VIP': 1 },
    ]);
  });

  it('are used if pieces were shipped', () => {
    expect(
      piecesOf(named, effecting(), claimed('s', 'ship', { x: 1 }), claimed('k', 'cancel', { x: 1 })),
    ).toEqual([{ 'sku#p-x': 1 }]);
  });
});
