/**
 * The view of stock: a projection of the ledger and the orders. It makes no decisions; a Region sells from its own rights.
 *
 * Invariant: an order contributes only by its state, and its newest state replaces the previous one. Therefore the projection does not
 * depend on the order or the repetition in which states arrive.
 */
import type { RightsLedger } from '../rights/ledger.ts';
import { freePieces, stockedPieces } from '../rights/ledger.ts';
import type { FoldedOrder } from '../order/order-fold.ts';
import { type OrderReturn, spendsOf } from '../order/order-returns.ts';

/** Pieces of one resource that orders use. */
export interface OrderPieces {
  /** Taken by copies that count or may count, and neither shipped nor due to be put back. */
  readonly promised: number;
  /** Shipped, or put back by the ledger for a closed origin: they never return to the account that spent them. */
  readonly gone: number;
  /** Due to be put back, and not put back yet. */
  readonly returning: number;
  /** Taken by copies that arrived after their origin was closed. */
  readonly unbacked: number;
  /** Needed by waiting orders. */
  readonly wanted: number;
}

/** Nothing. */
export const NO_PIECES: OrderPieces = { promised: 0, gone: 0, returning: 0, unbacked: 0, wanted: 0 };

const sumOf = (returns: readonly OrderReturn[], resource: string): number =>
  returns.reduce((sum, { pieces }) => sum + (pieces[resource] ?? 0), 0);

/** Pieces of one resource that are shipped: those of lines, and vouchers whose order shipped something. */
function shippedOf(order: FoldedOrder, copy: FoldedOrder['copies'][number], resource: string): number {
  if (copy.standing !== 'count') return 0;
  const lines = Object.entries(order.agreed.lines);
  const isUsed = order.status === 'ended' && lines.some(([, { shipped }]) => shipped > 0);
  if (resource.startsWith('voucher#'))
    return isUsed ? (copy.order?.vouchers.filter((code) => `voucher#${code}` === resource).length ?? 0) : 0;
  const skuOf = new Map(copy.order?.lines.map(({ line, sku }) => [line, `sku#${sku}`]));
  return lines
    .filter(([line]) => skuOf.get(line) === resource)
    .reduce((sum, [, { shipped }]) => sum + shipped, 0);
}

function piecesOfCopy(
  order: FoldedOrder,
  copy: FoldedOrder['copies'][number],
  resource: string,
): OrderPieces {
  const pieces = copy.order === undefined ? 0 : (spendsOf(copy.order)[resource] ?? 0);
  if (copy.standing === 'unbacked') return { ...NO_PIECES, unbacked: copy.isSpent ? pieces : 0 };
  if (!copy.isSpent) return { ...NO_PIECES, wanted: order.status === 'awaiting_stock' ? pieces : 0 };
  const returns = order.returns.filter(({ eventId }) => eventId === copy.id);
  const done = returns.filter(({ isDone }) => isDone);
  const returning = sumOf(returns, resource) - sumOf(done, resource);
  const gone =
    shippedOf(order, copy, resource) +
    sumOf(
      done.filter(({ isByLedger }) => isByLedger),
      resource,
    );
  const back = sumOf(
    done.filter(({ isByLedger }) => !isByLedger),
    resource,
  );
  return { ...NO_PIECES, returning, gone, promised: pieces - returning - gone - back };
}

const plus = (a: OrderPieces, b: OrderPieces): OrderPieces => ({
  promised: a.promised + b.promised,
  gone: a.gone + b.gone,
  returning: a.returning + b.returning,
  unbacked: a.unbacked + b.unbacked,
  wanted: a.wanted + b.wanted,
});

/** Pieces of a resource that one order uses. */
export const piecesOf = (order: FoldedOrder, resource: string): OrderPieces =>
  order.copies.map((copy) => piecesOfCopy(order, copy, resource)).reduce(plus, NO_PIECES);

/** Pieces of a resource that all orders use. */
export const piecesOfOrders = (orders: readonly FoldedOrder[], resource: string): OrderPieces =>
  orders.map((order) => piecesOf(order, resource)).reduce(plus, NO_PIECES);

/** A resource for people. */
export interface StockView extends OrderPieces {
  /** Pieces in stock by deposits and losses, sold ones included. */
  readonly stocked: number;
  /** Pieces that no Region has drawn. */
  readonly free: number;
  /** Pieces that are not promised to an order: free ones, and unspent ones of all Regions. */
  readonly unsold: number;
  /** Promised or gone beyond the stocked pieces. Above 0 only after a loss or a reclaim; always shown. */
  readonly oversold: number;
  /** A chain or an order is incomplete here: the figures may change. */
  readonly isIncomplete: boolean;
}

const isOrderIncomplete = ({ missing, unread, missingNamed, decisionsWaiting }: FoldedOrder): boolean =>
  missing.length > 0 || missingNamed !== undefined || decisionsWaiting > 0 || Object.keys(unread).length > 0;

/**
 * The view of a resource.
 * @param orders - every order that names the resource, each once, with its newest state
 * @param areChainsComplete - whether this Region misses nothing of any chain, by its watermarks
 */
export function stockView(
  ledger: RightsLedger,
  orders: readonly FoldedOrder[],
  areChainsComplete: boolean,
): StockView {
  const pieces = piecesOfOrders(orders, ledger.resource);
  const stocked = stockedPieces(ledger);
  const taken = pieces.promised + pieces.gone + pieces.returning;
  return {
    ...pieces,
    stocked,
    free: Math.max(freePieces(ledger), 0),
    unsold: Math.max(stocked - taken, 0),
    oversold: Math.max(taken - stocked, 0),
    isIncomplete: !areChainsComplete || orders.some(isOrderIncomplete),
  };
}
