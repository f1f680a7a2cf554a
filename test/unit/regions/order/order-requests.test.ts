import { describe, expect, it } from 'vitest';
import { foldOrder, type FoldedOrder } from '../../../../lambdas/regions/order/order-fold.ts';
import type { OrderDecision } from '../../../../lambdas/regions/agreements/order-state.ts';
import type { LogEvent } from '../../../../lambdas/regions/log/event.ts';
import { at, claimed, decided, effecting, ended, naming, paid, placed } from './order-lab.ts';

const fold = (...events: readonly LogEvent[]): FoldedOrder => foldOrder('o1', events);
const claim = (place: string, lines: Record<string, number> | 'rest'): LogEvent =>
  at(place, 'order.claim_requested', { purpose: 'cancel', lines });
const answer = (said: string): LogEvent => at('c1', 'order.hold_answered', { answer: said, personId: 'u9' });

describe('payments', () => {
  const order = placed('a1');
  const named = naming(order);

  it('count once, and are due for refund only by a decision', () => {
    const [one, two] = [
      paid('a2', 'p1', 'captured', { wallMs: 9 }),
      paid('b1', 'p2', 'captured', { wallMs: 1 }),
    ];
    const before = fold(order, one, two, ...decided(named, effecting('p1')));
    const after = fold(
      order,
      one,
      two,
      ...decided(named, effecting('p1'), { kind: 'refund_due', paymentId: 'p2' }),
    );

    expect(before.payments).toMatchObject([
      { paymentId: 'p1', standing: 'count', isUnsettled: true },
      { paymentId: 'p2', standing: 'show', isUnsettled: true },
    ]);
    expect(after.payments).toMatchObject([{ standing: 'count' }, { standing: 'refund', isUnsettled: false }]);
  });

  it('are settled after the provider refunded them', () => {
    expect(fold(order, paid('a2', 'p1'), paid('b1', 'p1', 'refunded')).payments).toMatchObject([
      { status: 'refunded', standing: 'settled', isUnsettled: false },
    ]);
  });

  it('have the furthest report, in any order of arrival', () => {
    const reports = [
      paid('a2', 'p1', 'captured'),
      paid('b1', 'p1', 'authorised'),
      paid('b2', 'p1', 'declined'),
    ];

    expect(fold(...reports).payments).toMatchObject([{ status: 'captured' }]);
  });

  it('are settled when the agreement counts the capture', () => {
    const decisions = decided(named, effecting('p1'), { kind: 'captured', paymentId: 'p1', refundLines: {} });

    expect(fold(order, paid('a2', 'p1'), ...decisions).payments).toMatchObject([
      { standing: 'count', isUnsettled: false },
    ]);
  });

  it('of an ended order are a shortfall for a person, and a refund after the decision', () => {
    const expired = [named, ended('expired', { x: 1 })] as const;
    const state = fold(order, paid('b1', 'p1'), ...decided(...expired));
    const decidedState = fold(
      order,
      paid('b1', 'p1'),
      ...decided(...expired, { kind: 'refund_due', paymentId: 'p1' }),
    );

    expect(state.shortfalls).toEqual([
      { reason: 'paid_after_end', eventId: 'a.1#1', pieces: { 'sku#p-x': 1 } },
    ]);
    expect(decidedState.payments).toMatchObject([{ standing: 'refund' }]);
    expect(fold(order, paid('b1', 'p1', 'authorised'), ...decided(...expired)).shortfalls).toEqual([]);
    expect(fold(order, paid('b1', 'p1'), ...decided(named)).shortfalls).toEqual([]);
  });
});

describe('requests of persons', () => {
  const order = placed('a1', { x: 5 });
  const named = naming(order, { x: 5 });
  const cancel = at('b1', 'order.cancel_requested', { reason: 'customer' });

  it('schedule 8: show cancel requested, and not ended, until the agreement answers', () => {
    expect(fold(order, cancel)).toMatchObject({
      isCancelRequested: true,
      status: 'provisional',
      returns: [],
    });
    expect(fold(order, cancel, ...decided(named))).toMatchObject({
      isCancelRequested: true,
      status: 'confirmed',
    });
    expect(fold(order, cancel, ...decided(ended('expired')))).toMatchObject({ isCancelRequested: false });
    expect(fold(order, cancel, ...decided(ended('cancelled', {}, 'b1')))).toMatchObject({
      isCancelRequested: false,
      status: 'ended',
    });
    expect(
      fold(
        order,
        cancel,
        ...decided(named, effecting(), claimed('s', 'ship', { x: 1 }), claimed('b1', 'cancel', { x: 2 })),
      ),
    ).toMatchObject({ isCancelRequested: false, status: 'effecting' });
  });

  it('show a claim as requested, made or refused', () => {
    const base = [order, claim('b1', { x: 3 }), claim('b2', 'rest')] as const;
    const standingOf = (...decisions: readonly OrderDecision[]): unknown =>
      fold(...base, ...decided(...decisions)).claims.map(({ standing, lines }) => [standing, lines]);

    expect(standingOf()).toEqual([
      ['request', { x: 3 }],
      ['request', 'rest'],
    ]);
    expect(standingOf(named, effecting(), claimed('s', 'ship', { x: 3 }))).toEqual([
      ['refuse', { x: 3 }],
      ['request', 'rest'],
    ]);
    expect(
      standingOf(named, effecting(), claimed('b1', 'cancel', { x: 3 }), claimed('b2', 'cancel', { x: 2 })),
    ).toEqual([
      ['count', { x: 3 }],
      ['count', { x: 2 }],
    ]);
    expect(standingOf(ended('expired'))).toEqual([
      ['refuse', { x: 3 }],
      ['refuse', 'rest'],
    ]);
  });

  it('refuse a claim on an unknown line', () => {
    expect(fold(order, claim('b1', { y: 1 }), ...decided(named)).claims).toMatchObject([
      { standing: 'refuse' },
    ]);
  });

  it('hold an order until a person answers, and cancel it on that answer', () => {
    const held = at('b1', 'order.held', { suspectOf: 'o0' }, { deadlineAtMs: 86_400_000 });

    expect(fold(order, held)).toMatchObject({
      status: 'held',
      heldFor: ['o0'],
      eventDeadlineAtMs: 86_400_000,
    });
    expect(fold(order, held, answer('keep'))).toMatchObject({
      status: 'provisional',
      heldFor: [],
      isCancelRequested: false,
    });
    expect(fold(order, held, answer('cancel'))).toMatchObject({
      status: 'provisional',
      isCancelRequested: true,
    });
    expect(fold(order, held, ...decided(named))).toMatchObject({ status: 'confirmed', heldFor: [] });
    expect(fold(order, held, answer('cancel'), ...decided(ended('cancelled')))).toMatchObject({
      isCancelRequested: false,
    });
  });
});
