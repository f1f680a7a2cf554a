/**
 * Chooses the waiting orders that a Region fills.
 *
 * Invariant 1: an order takes all pieces that it needs, or none. It never holds a part while it waits.
 * Invariant 2: the oldest order goes first. An order that cannot be filled is skipped, so that it does not block later orders.
 */
import { compareEvents, type EventId, type Origin } from '../log/event.ts';
import type { LinePieces } from '../agreements/order-state.ts';
import type { OrderCopy } from '../order/order-copies.ts';
import { spendsOf } from '../order/order-returns.ts';
import type { NamedOrder } from './shortage.ts';

/** One order to fill. */
export interface Allocation {
  readonly orderId: string;
  /** The waiting checkout that it fills. */
  readonly placedId: EventId;
  /** Pieces by resource, taken in one transaction. */
  readonly spends: LinePieces;
}

/** Input of the allocation. */
export interface AllocationInput {
  readonly orders: readonly NamedOrder[];
  /** Origins whose waiting orders this Region fills: its own, and those of lost Regions that it has taken over. */
  readonly origins: ReadonlySet<Origin>;
  /** Unspent pieces of this Region by resource. */
  readonly available: LinePieces;
  /** This Region's clock, in ms since 1970. */
  readonly nowMs: number;
}

interface Waiting extends Allocation {
  readonly copy: OrderCopy;
}

const waitingCopy = ({ state }: NamedOrder, origins: ReadonlySet<Origin>): OrderCopy | undefined =>
  state.copies.find(
    ({ isSpent, standing, origin }) => !isSpent && standing === 'candidate' && origins.has(origin),
  );

/** Orders that still need their pieces, the oldest first. Orders that any Region has filled are excluded. */
const waitingOrders = ({ orders, origins, nowMs }: AllocationInput): readonly Waiting[] =>
  orders
    .filter(({ state }) => state.status === 'awaiting_stock' && !state.isCancelRequested)
    .filter(({ state }) => nowMs < state.eventDeadlineAtMs)
    .flatMap((named) => {
      const copy = waitingCopy(named, origins);
      if (copy?.order === undefined) return [];
      return [{ orderId: named.orderId, placedId: copy.id, spends: spendsOf(copy.order), copy }];
    })
    .toSorted((a, b) => compareEvents(a.copy, b.copy));

/** The orders that can be filled now, in the order in which they take their pieces. */
export function planAllocations(input: AllocationInput): readonly Allocation[] {
  const left = new Map(Object.entries(input.available));
  return waitingOrders(input).flatMap(({ orderId, placedId, spends }) => {
    const needs = Object.entries(spends);
    if (!needs.every(([resource, pieces]) => pieces <= (left.get(resource) ?? 0))) return [];
    for (const [resource, pieces] of needs) left.set(resource, (left.get(resource) ?? 0) - pieces);
    return [{ orderId, placedId, spends }];
  });
}
