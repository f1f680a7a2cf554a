/**
 * The pieces and voucher uses that an order puts back, and who puts them back.
 *
 * Invariant 1: nothing is put back while the copies are provisional: only what a decision names.
 * Invariant 2: each piece that a copy spent is shipped or put back, exactly once: a return has the same name in every Region.
 * Invariant 3: the origin that spent the pieces puts them back. If it is closed, the ledger does so, by a deposit of the same name.
 */
import { compareText, type EventId, type Origin } from '../log/event.ts';
import { dueReturns } from '../agreements/order-returns.ts';
import {
  evolveOrder,
  type LinePieces,
  type OrderDecision,
  UNDECIDED_ORDER,
} from '../agreements/order-state.ts';
import { type OrderItem, orderKeyOf } from '../agreements/order-steps.ts';
import { type DecidedRecord, rebuiltItem } from '../agreements/rebuild.ts';
import type { Copies } from '../folds/kept.ts';
import type { OrderCopy } from './order-copies.ts';
import type { OrderFact, Placed } from './order-events.ts';
import { orderEffectOf } from './order-table.ts';
import type { Closings } from '../folds/closings.ts';

/** Pieces and voucher uses to put back. */
export interface OrderReturn {
  /** The same in every Region, e.g. `return:<order>#<number>`. */
  readonly returnId: string;
  /** The copy that spent them. */
  readonly eventId: EventId;
  /** Who puts them back: the origin that spent them. */
  readonly by: Origin;
  /** That origin is closed, so a deposit puts the pieces back. */
  readonly isByLedger: boolean;
  /** Pieces by resource, each at least 1. */
  readonly pieces: LinePieces;
  readonly isDone: boolean;
}

type Decisions = readonly DecidedRecord<OrderDecision>[];

const START: OrderItem['state'] = { ...UNDECIDED_ORDER, bodies: [] };

/** The agreement after exactly these decisions, all secured. */
const itemAfter = (orderId: string, decisions: Decisions): OrderItem | undefined =>
  rebuiltItem({
    key: orderKeyOf(orderId),
    generation: decisions.at(-1)?.generation ?? 1,
    records: decisions,
    start: START,
    evolve: (state, decision: OrderDecision) => ({ ...evolveOrder(state, decision), bodies: [] }),
  })?.next;

/** Pieces by resource that a copy takes for its whole order. */
export function spendsOf({ lines, vouchers }: Pick<Placed, 'lines' | 'vouchers'>): LinePieces {
  const spends: Record<string, number> = {};
  for (const { sku, quantity } of lines) spends[`sku#${sku}`] = (spends[`sku#${sku}`] ?? 0) + quantity;
  for (const code of vouchers) spends[`voucher#${code}`] = (spends[`voucher#${code}`] ?? 0) + 1;
  return spends;
}

const piecesOfLines = ({ lines }: Placed): LinePieces =>
  Object.fromEntries(lines.map(({ line, quantity }) => [line, quantity]));

const nothingShipped = ({ state: { lines } }: OrderItem): boolean =>
  Object.values(lines).every(({ shipped }) => shipped === 0);

/** A void copy puts its vouchers back. The named copy does so with the last return, if the order ended and nothing is shipped. */
const vouchersBack = (copy: OrderCopy, item: OrderItem, isLast: boolean): boolean =>
  copy.standing === 'void' || (isLast && item.state.phase === 'ended' && nothingShipped(item));

const resourcesOf = (order: Placed, lines: LinePieces, vouchers: readonly string[]): LinePieces =>
  spendsOf({
    lines: order.lines.map((line) => ({ ...line, quantity: lines[line.line] ?? 0 })).filter(hasPieces),
    vouchers: [...vouchers],
  });
const hasPieces = ({ quantity }: { readonly quantity: number }): boolean => quantity > 0;

function returnsOfCopy(
  copy: OrderCopy & { readonly order: Placed },
  item: OrderItem,
  decisions: Decisions,
  orderId: string,
): readonly Pick<OrderReturn, 'returnId' | 'pieces'>[] {
  const due = dueReturns(item, decisions, { orderId, eventId: copy.id, lines: piecesOfLines(copy.order) });
  return due.map(({ returnId, lines }, at) => {
    const back = vouchersBack(copy, item, at === due.length - 1);
    return { returnId, pieces: resourcesOf(copy.order, lines, back ? copy.order.vouchers : []) };
  });
}

const hasSpent = (copy: OrderCopy): copy is OrderCopy & { readonly order: Placed } =>
  copy.isSpent && copy.order !== undefined && copy.standing !== 'unbacked';

/** Names of returns that were made. */
const returnedIds = (commands: readonly Copies<OrderFact>[]): readonly string[] =>
  commands.flatMap(([{ fact }]) => (fact.type === 'order.returned' ? [fact.payload.returnId] : []));

/** The returns, by name. An unbacked copy puts nothing back, since its pieces do not count. */
export function returnsOf(
  orderId: string,
  commands: readonly Copies<OrderFact>[],
  copies: readonly OrderCopy[],
  decisions: Decisions,
  closings: Closings,
): readonly OrderReturn[] {
  const item = itemAfter(orderId, decisions);
  if (item === undefined) return [];
  const made = new Set(returnedIds(commands));
  return copies
    .filter(hasSpent)
    .flatMap((copy) =>
      returnsOfCopy(copy, item, decisions, orderId).map((due) => ({
        ...due,
        eventId: copy.id,
        by: copy.origin,
        isByLedger: closings.has(copy.origin),
        isDone: made.has(due.returnId) && orderEffectOf('order.returned', 'due') === 'done',
      })),
    )
    .toSorted((a, b) => compareText(a.returnId, b.returnId));
}

/** Returns that were made without a decision that has arrived, sorted. */
export const unaskedReturns = (
  commands: readonly Copies<OrderFact>[],
  returns: readonly OrderReturn[],
): readonly string[] => {
  const due = new Set(returns.map(({ returnId }) => returnId));
  const isUnasked = (id: string): boolean =>
    !due.has(id) && orderEffectOf('order.returned', 'not_due') === 'report';
  return [...new Set(returnedIds(commands).filter(isUnasked))].toSorted(compareText);
};
