/**
 * Chooses the orders that a Region cancels when the ledger has assigned a loss to it.
 *
 * Invariant 1: only the Region that the ledger names cancels, and only orders that it spent for. Two Regions never cancel for one loss.
 * Invariant 2: a named order is never cancelled for a loss; the rest of the loss is a shortfall for a person.
 */
import { compareEvents, type LogEvent, type Origin } from '../log/event.ts';
import type { FoldedOrder } from '../order/order-fold.ts';
import { spendsOf } from '../order/order-returns.ts';

/** An order with its name. */
export interface NamedOrder {
  readonly orderId: string;
  readonly state: FoldedOrder;
}

/** The plan for a loss. */
export interface ShortagePlan {
  /** Orders whose cancellation to request, the youngest first. */
  readonly cancel: readonly string[];
  /** Pieces that no cancellation covers. */
  readonly shortfall: number;
}

type Spender = Pick<LogEvent, 'hlc' | 'origin' | 'entitySeq'>;

interface Cancellable {
  readonly orderId: string;
  readonly place: Spender;
  readonly pieces: number;
  readonly isAsked: boolean;
}

/** Orders for which the origin spent pieces of the resource, the youngest first. A confirmed order has no candidate. */
const cancellable = (
  orders: readonly NamedOrder[],
  origin: Origin,
  resource: string,
): readonly Cancellable[] =>
  orders
    .flatMap(({ orderId, state }) => {
      const own = state.copies.filter(
        (copy) => copy.origin === origin && copy.isSpent && copy.standing === 'candidate',
      );
      const pieces = own.reduce(
        (sum, { order }) => sum + (order === undefined ? 0 : (spendsOf(order)[resource] ?? 0)),
        0,
      );
      const place = own[0];
      return place === undefined || pieces === 0
        ? []
        : [{ orderId, place, pieces, isAsked: state.isCancelRequested }];
    })
    .toSorted((a, b) => compareEvents(b.place, a.place));

/**
 * Plans cancellations for pieces that this Region owes. Orders whose cancellation is already requested count first, so that a repeated plan
 * cancels no further orders.
 *
 * @param owed - pieces that the ledger took from this Region and that it has no unspent pieces for, 0 or more
 */
export function planShortage(
  orders: readonly NamedOrder[],
  origin: Origin,
  resource: string,
  owed: number,
): ShortagePlan {
  const all = cancellable(orders, origin, resource);
  let left = owed - all.filter(({ isAsked }) => isAsked).reduce((sum, { pieces }) => sum + pieces, 0);
  const cancel: string[] = [];
  for (const { orderId, pieces, isAsked } of all) {
    if (left <= 0) break;
    if (isAsked) continue;
    cancel.push(orderId);
    left -= pieces;
  }
  return { cancel, shortfall: Math.max(left, 0) };
}
