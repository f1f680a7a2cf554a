/**
 * Which orders a Region cancels when the ledger has assigned a loss to it.
 *
 * Invariant 1: only the Region that the ledger names cancels, and only orders that it spent for. Two Regions never cancel for one loss.
 * Invariant 2: an order that is named is never cancelled for a loss; what is left is a shortfall for a person.
 */
import { compareEvents, type LogEvent, type Origin } from '../log/event.ts';
import type { FoldedOrder } from '../order/order-fold.ts';
import { spendsOf } from '../order/order-returns.ts';

/** An order with its name. */
export interface NamedOrder {
  readonly orderId: string;
  readonly state: FoldedOrder;
}

/** What a loss leads to. */
export interface ShortagePlan {
  /** Orders to ask the cancellation of, the youngest first. */
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

/** Orders that the origin spent pieces of the resource for, the youngest first. Once an order is confirmed it has no candidate. */
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
 * Plans cancellations for pieces that this Region owes. Orders whose cancellation is asked for already count first, so that asking
 * again while the first ones are on their way cancels nothing more.
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
