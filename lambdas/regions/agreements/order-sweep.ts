/**
 * Steps that the sweep of any Region proposes for an order, so that every order ends.
 *
 * Invariant: every state except `ended` has a deadline. Open: unpaid, held or waiting for too long → expired. Effecting, capture without an
 * outcome → closed as declined. Effecting, captured → the unclaimed pieces are cancelled and due for refund.
 */
import { refused } from '../change.ts';
import { claimPieces, closeCapture, expireOrder, type OrderContext, type OrderStep } from './order-steps.ts';

/** How long an order waits for its payment, in ms: 30 minutes. */
export const UNPAID_MS = 30 * 60_000;
/** How long a suspected duplicate waits for a person, in ms: 24 hours. */
export const HELD_MS = 24 * 3_600_000;
/** How long an order waits for stock, in ms: 7 days. */
export const WAITING_MS = 7 * 24 * 3_600_000;
/** How long a capture may have no outcome, in ms: 24 hours. */
export const CAPTURE_MS = 24 * 3_600_000;
/** How long paid pieces may be neither shipped nor cancelled, in ms: 30 days. */
export const FULFIL_MS = 30 * 24 * 3_600_000;

/** What the sweep knows about an order besides its agreement. */
export interface SweptOrder {
  /** Latest deadline among the order's events in this Region, in ms since 1970. */
  readonly eventDeadlineAtMs: number;
  readonly nowMs: number;
}

/** The present deadline: that of the named copy, or without a named copy that of the order's events. */
const deadlineOf = ({ read }: OrderContext, { eventDeadlineAtMs }: SweptOrder): number =>
  read?.state.named === undefined && read?.state.phase !== 'effecting'
    ? eventDeadlineAtMs
    : read.state.deadlineAtMs;

/**
 * The step for an order whose deadline has passed. Its command id is derived, so that every Region's sweep proposes the same.
 * Refused as `nothing_to_do` before the deadline and when the order has ended.
 */
export function sweepOrder(context: OrderContext, order: SweptOrder): OrderStep {
  const deadlineAtMs = deadlineOf(context, order);
  const state = context.read?.state;
  if (state?.phase === 'ended') return refused('nothing_to_do', 'phase', 'an order that has not ended');
  if (order.nowMs < deadlineAtMs) return refused('nothing_to_do', 'nowMs', `a time from ${deadlineAtMs} on`);
  const commandId = `sweep:${context.orderId}#${(context.read?.decided ?? 0) + 1}`;
  if (state === undefined || state.phase === 'open') return expireOrder(context, commandId);
  return state.capture?.status === 'captured'
    ? claimPieces(context, { claimId: commandId, purpose: 'cancel', lines: 'rest' })
    : closeCapture(context, state.capture?.paymentId ?? '', commandId);
}
