/**
 * Payments of an order, in any order of arrival.
 *
 * Invariant: one payment counts, and the agreement decides which. Any other captured payment is due for refund once, and only by a decision
 * of the agreement: a choice by the fold could change when a late event arrives, and two payments would be refunded.
 */
import { compareText } from '../log/event.ts';
import type { OrderState } from '../agreements/order-state.ts';
import type { Copies } from '../folds/kept.ts';
import type { OrderFact, OrderFactOf } from './order-events.ts';
import { type OrderEffect, orderEffectOf } from './order-table.ts';

type Report = OrderFactOf<'order.payment_reported'>['payload'];

/** State of a payment, from its reports and the agreement. */
export interface Payment {
  readonly paymentId: string;
  /** The furthest status that the provider has reported: authorised, declined, captured, refunded. */
  readonly status: Report['status'];
  readonly amountMinor: number;
  readonly currency: string;
  /** `wait`, `show`, `count`, `refund` or `settled`. */
  readonly standing: OrderEffect;
  /** The provider has the money, and the agreement has not recorded it yet. */
  readonly isUnsettled: boolean;
}

/** Progress of a payment. Reports arrive in any order, so the furthest one counts. */
const PROGRESS: Readonly<Record<Report['status'], number>> = {
  authorised: 0,
  declined: 1,
  captured: 2,
  refunded: 3,
};

const reportsOf = (commands: readonly Copies<OrderFact>[]): readonly Report[] =>
  commands.flatMap(([{ fact }]) => (fact.type === 'order.payment_reported' ? [fact.payload] : []));

/** The furthest report. If two are equally far, the one with the larger amount, so that the order of arrival does not matter. */
const furthest = (a: Report, b: Report): Report => {
  const order =
    PROGRESS[a.status] - PROGRESS[b.status] ||
    a.amountMinor - b.amountMinor ||
    compareText(a.currency, b.currency);
  return order < 0 ? b : a;
};

function stateOfPayment({ paymentId, status }: Report, agreed: OrderState, hasOrder: boolean): string {
  if (status === 'refunded') return 'refunded';
  if (agreed.refundsDue.includes(paymentId)) return 'refund_due';
  if (agreed.capture?.paymentId === paymentId) return 'counting';
  return hasOrder ? 'undecided' : 'no_order';
}

const isKnownCaptured = ({ capture, refundsDue }: OrderState, paymentId: string): boolean =>
  refundsDue.includes(paymentId) || (capture?.paymentId === paymentId && capture.status === 'captured');

/** The payments of an order, by id. */
export function paymentsOf(
  commands: readonly Copies<OrderFact>[],
  agreed: OrderState,
  hasOrder: boolean,
): readonly Payment[] {
  const byId = Map.groupBy(reportsOf(commands), ({ paymentId }) => paymentId);
  return [...byId]
    .toSorted(([a], [b]) => compareText(a, b))
    .map(([paymentId, reports]) => {
      const report = reports.reduce(furthest);
      return {
        ...report,
        standing: orderEffectOf('order.payment_reported', stateOfPayment(report, agreed, hasOrder)),
        isUnsettled: report.status === 'captured' && !isKnownCaptured(agreed, paymentId),
      };
    });
}
