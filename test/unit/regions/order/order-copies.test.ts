import { describe, expect, it } from 'vitest';
import { foldOrder, type FoldedOrder } from '../../../../lambdas/regions/order/order-fold.ts';
import type { LogEvent } from '../../../../lambdas/regions/log/event.ts';
import {
  allocated,
  at,
  decided,
  effecting,
  ended,
  naming,
  paid,
  placed,
  waiting,
  closedA,
} from './order-lab.ts';

const fold = (...events: readonly LogEvent[]): FoldedOrder => foldOrder('o1', events);
const standings = (...events: readonly LogEvent[]): Record<string, string> =>
  Object.fromEntries(fold(...events).copies.map(({ id, standing }) => [id, standing]));
const back = (place: string, returnId: string): LogEvent => at(place, 'order.returned', { returnId });

describe('the copies of an order', () => {
  const [one, two] = [placed('a1', { x: 1 }, { wallMs: 1 }), placed('b1', { x: 1 }, { wallMs: 2 })];

  it('are candidates until one is named; the first with its pieces is shown, and nothing is returned', () => {
    const early = waiting('c1', { x: 1 }, { wallMs: 0 });

    expect(fold(one, two, early)).toMatchObject({
      status: 'provisional',
      shown: 'a.1#1',
      returns: [],
      mayAct: false,
    });
    expect(standings(one, two)).toEqual({ 'a.1#1': 'candidate', 'b.1#1': 'candidate' });
  });

  it('schedule 1: count if they are named, although a copy of the same command is smaller', () => {
    const [first, copy] = [
      placed('a1', { x: 1 }, { commandId: 'c', wallMs: 1 }),
      placed('b1', { x: 1 }, { commandId: 'c', wallMs: 2 }),
    ];
    const state = fold(copy, ...decided(naming(copy)), first);

    expect(standings(copy, ...decided(naming(copy)), first)).toEqual({ 'b.1#1': 'count', 'a.1#1': 'void' });
    expect(state).toMatchObject({ status: 'confirmed', shown: 'b.1#1', mayAct: true, voids: [] });
    expect(state.returns).toEqual([
      {
        returnId: 'return:o1!a.1#1',
        eventId: 'a.1#1',
        by: 'a.1',
        isByLedger: false,
        pieces: { 'sku#p-x': 1 },
        isDone: false,
      },
    ]);
  });

  it('return nothing while they are provisional, also copies of one command', () => {
    expect(
      fold(placed('a1', { x: 1 }, { commandId: 'c' }), placed('b1', { x: 1 }, { commandId: 'c' })).returns,
    ).toEqual([]);
  });

  it('return everything if the order ended without a named copy, also copies that arrive later', () => {
    const state = fold(one, ...decided(ended('expired')), two);

    expect(state).toMatchObject({ status: 'ended', agreed: { endReason: 'expired' } });
    expect(state.returns.map(({ returnId, pieces }) => [returnId, pieces])).toEqual([
      ['return:o1!a.1#1', { 'sku#p-x': 1 }],
      ['return:o1!b.1#1', { 'sku#p-x': 1 }],
    ]);
  });

  it('schedule 23: an allocation of another Region is void after one is named, although it is smaller', () => {
    const order = waiting('a1', { x: 2 });
    const named = allocated('b1', order.id, { wallMs: 50_000 });
    const late = allocated('a2', order.id, { wallMs: 2_000 });
    const state = fold(order, named, ...decided(naming(named, { x: 2 }), effecting()), late);

    expect(state.copies.map(({ id, standing }) => [id, standing])).toEqual([
      ['a.1#1', 'count'],
      ['a.1#2', 'void'],
      ['b.1#1', 'count'],
    ]);
    expect(state.returns).toMatchObject([
      { returnId: 'return:o1!a.1#2', by: 'a.1', pieces: { 'sku#p-x': 2 } },
    ]);
    expect(state.shown).toBe('b.1#1');
  });

  it('are incomplete while the named event is missing', () => {
    expect(fold(two, ...decided(naming(one)))).toMatchObject({
      missingNamed: 'a.1#1',
      mayAct: false,
      status: 'confirmed',
    });
    expect(fold(one, ...decided(naming(one)))).not.toHaveProperty('missingNamed');
  });

  it('wait for stock without pieces, and have nothing to return', () => {
    const order = waiting('a1');

    expect(fold(order)).toMatchObject({ status: 'awaiting_stock', shown: 'a.1#1' });
    expect(fold(order, allocated('b1', order.id))).toMatchObject({ status: 'provisional', shown: 'b.1#1' });
    expect(fold(order, ...decided(ended('expired'))).returns).toEqual([]);
  });

  it('include an allocation whose checkout is missing, without a return for it yet', () => {
    const state = fold(allocated('b1', 'a.1#1'), ...decided(ended('expired')));

    expect(state.copies).toMatchObject([{ id: 'b.1#1', kind: 'allocated', standing: 'void', isSpent: true }]);
    expect(state.returns).toEqual([]);
  });
});

describe('events that arrive before their order', () => {
  it('show a waiting payment, and give a complete order when it arrives', () => {
    const payment = paid('b1', 'p1', 'authorised');

    expect(fold(payment)).toMatchObject({
      status: 'payment_waits',
      payments: [{ paymentId: 'p1', standing: 'wait' }],
    });
    expect(fold(payment, placed('a1'))).toMatchObject({
      status: 'provisional',
      payments: [{ paymentId: 'p1', standing: 'show', isUnsettled: false }],
    });
  });

  it('announce an order by only the cart’s event', () => {
    const announced = at('a1', 'cart.checked_out', { epoch: 1, orderId: 'o1' }, { entity: 'cart#k1' });

    expect(fold(announced)).toMatchObject({ status: 'announced', copies: [] });
    expect(fold(announced, placed('a1', { x: 1 }, { commandId: 'a1' }))).toMatchObject({
      status: 'provisional',
      voids: [],
    });
    expect(fold()).toMatchObject({ status: 'unknown' });
  });
});

describe('a closed origin', () => {
  const order = placed('a3', { x: 2 });
  const closings = closedA([1, 2], [5, 6]);

  it('makes later copies unbacked: a shortfall without effects and returns', () => {
    const state = foldOrder('o1', [order, ...decided(ended('expired'))], closings);

    expect(state).toMatchObject({ copies: [{ standing: 'unbacked' }], returns: [], mayAct: false });
    expect(state.shortfalls).toEqual([{ reason: 'unbacked', eventId: 'a.1#3', pieces: { 'sku#p-x': 2 } }]);
    expect(foldOrder('o1', [order], closings).status).toBe('unbacked');
  });

  it('permits no step for an order with an unbacked copy besides the named one', () => {
    const other = placed('b1');
    const before = ['a1', 'a2'].map((place) => at(place, 'order.held', { suspectOf: 'o0' }));
    const events = [...before, order, other, ...decided(naming(other))];

    expect(foldOrder('o1', events)).toMatchObject({ status: 'confirmed', mayAct: true });
    expect(foldOrder('o1', events, closings)).toMatchObject({ status: 'confirmed', mayAct: false });
  });

  it('schedule 25: lets the ledger return the pieces of its listed events, under one name', () => {
    const listed = { ...order, chainSeq: 5 };

    expect(foldOrder('o1', [listed, ...decided(ended('cancelled'))], closings).returns).toMatchObject([
      { returnId: 'return:o1!a.1#3', isByLedger: true, isDone: false },
    ]);
  });

  it('without any list has no counted events', () => {
    const none = closedA();

    expect(foldOrder('o1', [order], none).copies).toMatchObject([{ standing: 'unbacked' }]);
    expect(foldOrder('o1', [placed('b1')], none).copies).toMatchObject([{ standing: 'candidate' }]);
  });
});

describe('returns', () => {
  const order = placed('a1');

  it('schedule 12: are made once, although two Regions record them', () => {
    const state = fold(
      order,
      ...decided(ended('expired')),
      back('a2', 'return:o1!a.1#1'),
      back('b1', 'return:o1!a.1#1'),
    );

    expect(state.returns).toMatchObject([{ isDone: true }]);
    expect(state.unaskedReturns).toEqual([]);
  });

  it('without a decision are reported', () => {
    expect(fold(order, at('a2', 'order.returned', { returnId: 'return:o1#7' })).unaskedReturns).toEqual([
      'return:o1#7',
    ]);
  });
});
