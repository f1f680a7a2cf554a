/**
 * The fold of a cart: an observed-remove map from product to quantity, in epochs.
 *
 * Invariant 1: an add that a removal, a set or a checkout had not seen survives it.
 * Invariant 2: what a checkout saw never comes back, in whatever order, how often and how late its events arrive.
 * Invariant 3: a guest's epoch is merged once, whatever number of commands, copies and Regions merge it.
 */
import { compareText, type LogEvent } from '../log/event.ts';
import { type Common, commonOf } from '../folds/common.ts';
import { absorbAll, type Copies, type FoldRules, type Kept, nothingKept } from '../folds/kept.ts';
import { type CartFact, cartFactSchema, readLineFact } from './cart-events.ts';
import { type CartLine, cartLines, type LateChange } from './cart-lines.ts';
import { type ClosedEpoch, closingsOf } from './closings.ts';

/** A cart as its events say. */
export interface CartState extends Common {
  /** The epoch that is open, from 1: 1 more than the highest that is closed. */
  readonly epoch: number;
  /** Lines of the open epoch with at least one piece, by product. */
  readonly lines: readonly CartLine[];
  /** Sets that changed a bought line too late. */
  readonly late: readonly LateChange[];
  /** Epochs that are closed, and what by. */
  readonly closed: readonly ClosedEpoch[];
}

const nameOf = ({ entity, commandId }: LogEvent, { type, payload }: CartFact): string => {
  if (type === 'cart.merged') return `merge:${payload.guestCart}#${payload.guestEpoch}`;
  return type === 'order.placed' ? `${commandId}@${entity}` : commandId;
};

/** How a cart reads events: its own, and `order.placed` of the orders that were made from it. */
export const CART_RULES: FoldRules<CartFact> = {
  kind: 'cart',
  foldVersion: 1,
  schema: cartFactSchema,
  readFrequent: readLineFact,
  nameOf,
};

const isOfTheOrder = (type: string): boolean => type === 'order.placed';

/** The state that follows from what is kept. */
export function cartState(kept: Kept<CartFact>): CartState {
  // No total order is needed: quantities are sums and maxima, and every list is sorted by itself.
  const commands: readonly Copies<CartFact>[] = [...kept.commands.values()];
  const closings = closingsOf(commands);
  return {
    ...commonOf(kept, isOfTheOrder),
    epoch: 1 + Math.max(0, ...closings.closed.map(({ epoch }) => epoch)),
    ...cartLines(commands, closings.seen),
    closed: closings.closed,
  };
}

/** The state of a cart that has these events, in any order, any number of times. */
export const foldCart = (events: Iterable<LogEvent>): CartState =>
  cartState(absorbAll(CART_RULES, nothingKept<CartFact>(), events));

/** Pieces of a product in the open epoch. */
export const quantityOf = ({ lines }: Pick<CartState, 'lines'>, sku: string): number =>
  lines.find((line) => compareText(line.sku, sku) === 0)?.quantity ?? 0;
