/**
 * Which pieces a Region puts back for one of its own copies of an order.
 *
 * Invariants
 * 1. Nothing is put back while the order's copies are provisional: only for a decision that {@link mayActOn} allows.
 * 2. Each return has an id that is the same for every process that computes it, so that it is counted once.
 * 3. When the order has ended, a copy that counts has shipped + returned = spent; every other copy has returned = spent.
 */
import type { EventId } from '../log/event.ts';
import { mayActOn } from './item.ts';
import type { LinePieces, OrderDecision } from './order-state.ts';
import type { OrderItem } from './order-steps.ts';
import type { DecidedRecord } from './rebuild.ts';

/** A copy of the order that this Region's incarnation spent pieces for. */
export interface OwnCopy {
  readonly orderId: string;
  readonly eventId: EventId;
  /** Pieces that the copy spent, by line. */
  readonly lines: LinePieces;
}

/** Pieces to put back. */
export interface DueReturn {
  /** Name of the return: as release in the spender's slots, or as `deposit#<returnId>` once the spender is closed. */
  readonly returnId: string;
  readonly lines: LinePieces;
}

/** Name of the return that follows from one decision about the named copy. */
export const returnIdOf = (orderId: string, number: number): string => `return:${orderId}#${number}`;

/** Name of the return of a copy that does not count. A copy is void once, whatever is decided afterwards. */
export const voidReturnIdOf = (orderId: string, eventId: EventId): string => `return:${orderId}!${eventId}`;

const returnedLines = (decision: OrderDecision): LinePieces => {
  if (decision.kind === 'ended') return decision.returns;
  return decision.kind === 'claimed' && decision.purpose === 'cancel' ? decision.lines : {};
};

const ofNamedCopy = (copy: OwnCopy, records: readonly DecidedRecord<OrderDecision>[]): readonly DueReturn[] =>
  records
    .map(({ number, decision }) => ({
      returnId: returnIdOf(copy.orderId, number),
      lines: returnedLines(decision),
    }))
    .filter(({ lines }) => Object.keys(lines).length > 0);

/** Whether a decision settles that the copy does not count: another copy is named, or the order ended without any. */
const isVoid = (copy: OwnCopy, records: readonly DecidedRecord<OrderDecision>[]): boolean => {
  const named = records.find(({ decision }) => decision.kind === 'named')?.decision;
  return named?.kind === 'named'
    ? named.eventId !== copy.eventId
    : records.some(({ decision }) => decision.kind === 'ended');
};

/**
 * Everything that is to be put back for a copy by now, in the order of the decisions. The caller releases each id that it has not
 * released yet. Redelivery gives the same list.
 *
 * @param item - the agreement, read strongly after the events
 * @param records - the order's decided events; the ones that may not be acted on are left out here
 */
export function dueReturns(
  item: OrderItem,
  records: readonly DecidedRecord<OrderDecision>[],
  copy: OwnCopy,
): readonly DueReturn[] {
  const settled = records.filter((record) => mayActOn(item, record));
  if (item.state.named?.eventId === copy.eventId) return ofNamedCopy(copy, settled);
  return isVoid(copy, settled)
    ? [{ returnId: voidReturnIdOf(copy.orderId, copy.eventId), lines: copy.lines }]
    : [];
}
