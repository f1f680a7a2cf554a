/** What each decision does to the state of an order, in orders that only a rebuilt table can have too. */
import { describe, expect, it } from 'vitest';
import {
  cancelledOf,
  evolveOrder,
  type OrderDecision,
  type OrderState,
  restOf,
  UNDECIDED_ORDER,
} from '../../../../lambdas/regions/agreements/order-state.ts';

const NAMED: OrderDecision = {
  kind: 'named',
  eventId: 'eu-central-1.a1#1',
  origin: 'eu-central-1.a1',
  hash: 'h',
  lines: { pen: 5, ink: 2 },
  deadlineAtMs: 10,
};
const EFFECTING: OrderDecision = {
  kind: 'effecting',
  paymentId: 'pay-1',
  captureDeadlineAtMs: 20,
  fulfilDeadlineAtMs: 30,
};
const claimed = (claimId: string, purpose: 'ship' | 'cancel', pen: number): OrderDecision => ({
  kind: 'claimed',
  claimId,
  purpose,
  lines: { pen },
  isRefundDue: false,
});
const ended = (
  reason: Extract<OrderDecision, { kind: 'ended' }>['reason'],
  returns: Readonly<Record<string, number>>,
): OrderDecision => ({ kind: 'ended', reason, commandId: 'c', returns });
const after = (...decisions: readonly OrderDecision[]): OrderState =>
  decisions.reduce(evolveOrder, UNDECIDED_ORDER);

describe('evolveOrder', () => {
  it('begins without lines, claims and refunds', () => {
    expect(UNDECIDED_ORDER).toMatchObject({ phase: 'open', lines: {}, claims: [], refundsDue: [] });
  });

  it('counts shipped and cancelled pieces apart, and a claim once', () => {
    const state = after(
      NAMED,
      claimed('s1', 'ship', 2),
      claimed('c1', 'cancel', 1),
      claimed('s1', 'ship', 2),
    );

    expect(state.lines['pen']).toEqual({ ordered: 5, shipped: 2, cancelled: 1 });
    expect(restOf(state)).toEqual({ pen: 2, ink: 2 });
    expect(cancelledOf(state)).toEqual({ pen: 1 });
    expect(state.claims).toEqual(['s1', 'c1']);
  });

  it('keeps claims that come before the named copy', () => {
    expect(after(claimed('s1', 'ship', 2), NAMED).lines['pen']).toEqual({
      ordered: 5,
      shipped: 2,
      cancelled: 0,
    });
    expect(after(claimed('s1', 'ship', 2)).lines['pen']).toEqual({ ordered: 0, shipped: 2, cancelled: 0 });
  });

  it('is fulfilled when every piece is claimed, and stays ended for its first reason', () => {
    const one: OrderDecision = { ...NAMED, lines: { pen: 3 } };

    expect(after(one, claimed('s1', 'ship', 3))).toMatchObject({ phase: 'ended', endReason: 'fulfilled' });
    expect(after(one, ended('cancelled', { pen: 3 }), claimed('s1', 'ship', 0)).endReason).toBe('cancelled');
  });

  it('cancels the returned pieces of an ended order, and invents no line', () => {
    const state = after(NAMED, ended('cancelled', { pen: 4, nib: 1 }));

    expect(state).toMatchObject({ phase: 'ended', endReason: 'cancelled' });
    expect(state.lines).toEqual({
      pen: { ordered: 5, shipped: 0, cancelled: 4 },
      ink: { ordered: 2, shipped: 0, cancelled: 0 },
    });
  });

  it('declines the capture only if the capture was declined', () => {
    const declined = after(NAMED, EFFECTING, ended('capture_declined', {}));

    expect(declined.capture).toEqual({ paymentId: 'pay-1', status: 'declined' });
    expect(after(NAMED, EFFECTING, ended('cancelled', {})).capture).toEqual({
      paymentId: 'pay-1',
      status: 'due',
    });
    expect(after(NAMED, ended('capture_declined', {}))).not.toHaveProperty('capture');
    expect(after(NAMED, ended('expired', {}))).not.toHaveProperty('capture');
  });

  it('does not open an ended order again', () => {
    expect(after(NAMED, ended('expired', {}), EFFECTING)).toMatchObject({
      phase: 'ended',
      capture: { paymentId: 'pay-1', status: 'due' },
    });
  });
});
