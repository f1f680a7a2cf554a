/** Promises that stock does not cover. They are shown to a person, and nothing starts because of them. */
import type { EventId } from '../log/event.ts';
import type { LinePieces, OrderState } from '../agreements/order-state.ts';
import { type OrderCopy, shownCopy } from './order-copies.ts';
import type { Payment } from './order-payments.ts';
import { spendsOf } from './order-returns.ts';

/** Why pieces are short. */
export type ShortfallReason =
  /** The copy came after its origin was closed; what it took may be sold elsewhere. */
  | 'unbacked'
  /** The customer paid for an order that had ended; its pieces are given to others. The payment is due for refund. */
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

/** A capture that the agreement does not count, of an order that is over. */
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
