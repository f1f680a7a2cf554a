/**
 * Computes the pieces that a Region puts back for its own copies of an order.
 *
 * Invariants
 * 1. Nothing is put back while the order's copies are provisional: only for a decision that {@link mayActOn} allows.
 * 2. Every process computes the same id for a return, so that it is counted once.
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
  /** Name of the return: of the release in the spender's slots, or `deposit#<returnId>` if the spender is closed. */
  readonly returnId: string;
  readonly lines: LinePieces;
}

/** Name of the return that follows from one decision about the named copy. */
export const returnIdOf = (orderId: string, number: number): string => `return:${orderId}#${number}`;

/** Name of the return of a void copy. A copy becomes void once, regardless of later decisions. */
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
 * All returns that are due for a copy so far, in the order of the decisions. The caller releases each id that it has not released yet.
 * Redelivery gives the same list.
 *
 * @param item - the agreement, read strongly after the events
 * @param records - the order's decided events; those that may not be acted on are ignored
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
