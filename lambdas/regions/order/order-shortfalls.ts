/** Promises that stock does not cover. They are shown to a person and start no effect. */
import type { EventId } from '../log/event.ts';
import type { LinePieces, OrderState } from '../agreements/order-state.ts';
import { type OrderCopy, shownCopy } from './order-copies.ts';
import type { Payment } from './order-payments.ts';
import { spendsOf } from './order-returns.ts';

/** Why pieces are short. */
export type ShortfallReason =
  /** The copy arrived after its origin was closed; its pieces may have been sold by another Region. */
  | 'unbacked'
  /** The customer paid for an order that had ended; its pieces were released. The payment is due for refund. */
  | 'paid_after_end';

/** One shortfall. */
export interface Shortfall {
  readonly reason: ShortfallReason;
  /** The copy whose pieces are short. */
  readonly eventId: EventId;
  /** Pieces by resource, each at least 1. */
  readonly pieces: LinePieces;
}

const shortfallOf = (reason: ShortfallReason, { id, order }: OrderCopy): readonly Shortfall[] =>
  order === undefined ? [] : [{ reason, eventId: id, pieces: spendsOf(order) }];

/** A capture of an ended order that the agreement does not count. */
const isPaidAfterEnd = ({ phase }: OrderState, payments: readonly Payment[]): boolean =>
  phase === 'ended' && payments.some(({ status, standing }) => status === 'captured' && standing !== 'count');

/** Shortfalls in the total order of their copies. */
export function shortfallsOf(
  agreed: OrderState,
  copies: readonly OrderCopy[],
  payments: readonly Payment[],
): readonly Shortfall[] {
  const unbacked = copies.filter(({ standing, isSpent }) => standing === 'unbacked' && isSpent);
  const shown = shownCopy(copies);
  const isPaid = shown !== undefined && isPaidAfterEnd(agreed, payments);
  return [
    ...unbacked.flatMap((copy) => shortfallOf('unbacked', copy)),
    ...(isPaid ? shortfallOf('paid_after_end', shown) : []),
  ];
}
