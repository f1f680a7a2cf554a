/** Commands that change a cart. None of them reads the stock. */
import type { CartState } from '../cart/cart-fold.ts';
import { cartFactSchema } from '../cart/cart-events.ts';
import type { JsonValue } from '../log/event.ts';
import {
  type CommandEnvelope,
  type CommandResult,
  type EventPart,
  planClientEvents,
  refuse,
} from './plan.ts';

/** Most products in a cart: a checkout takes one item of each in one transaction. */
export const MAX_CART_LINES = 80;

/** A cart as this Region sees it. */
export interface CartView {
  readonly cartId: string;
  readonly state: CartState;
}

const partOf = ({ cartId, state }: CartView, type: string, payload: JsonValue): EventPart => ({
  entity: `cart#${cartId}`,
  state,
  schema: cartFactSchema,
  type,
  payload,
});

const hasLine = ({ state }: CartView, sku: string): boolean => state.lines.some((line) => line.sku === sku);
const isFull = (cart: CartView, sku: string): boolean =>
  !hasLine(cart, sku) && cart.state.lines.length >= MAX_CART_LINES;
const cartFull = (): CommandResult => refuse('cart_full', 'sku', `at most ${MAX_CART_LINES} products`);

/** Some pieces of a product. */
export interface LineCommand {
  readonly sku: string;
  readonly quantity: number;
}

/** Adds pieces. More pieces than in stock are accepted: the order waits for the missing ones. */
export function planAdd(
  envelope: CommandEnvelope,
  cart: CartView,
  { sku, quantity }: LineCommand,
): CommandResult {
  if (isFull(cart, sku)) return cartFull();
  const payload = { sku, quantity };
  return planClientEvents(
    envelope,
    ['add', cart.cartId, payload],
    [partOf(cart, 'cart.item_added', payload)],
  );
}

/** Sets a quantity, in place of what this Region sees. 0 empties the line. */
export function planSet(
  envelope: CommandEnvelope,
  cart: CartView,
  { sku, quantity }: LineCommand,
): CommandResult {
  if (isFull(cart, sku)) return cartFull();
  const payload = { sku, quantity };
  return planClientEvents(envelope, ['set', cart.cartId, payload], [partOf(cart, 'cart.item_set', payload)]);
}

/** Removes the pieces of a product that this Region sees. It refuses if this Region sees none, since it cannot remove unseen pieces. */
export function planRemove(envelope: CommandEnvelope, cart: CartView, sku: string): CommandResult {
  if (!hasLine(cart, sku)) return refuse('not_in_cart', 'sku', 'a product that this Region sees in the cart');
  return planClientEvents(
    envelope,
    ['remove', cart.cartId, sku],
    [partOf(cart, 'cart.item_removed', { sku })],
  );
}

/** Merges a guest's open epoch into a cart: two events in one transaction, one per cart. */
export function planMerge(envelope: CommandEnvelope, cart: CartView, guest: CartView): CommandResult {
  const { lines, epoch } = guest.state;
  if (guest.cartId === cart.cartId) return refuse('same_cart', 'guestCart', 'another cart');
  if (lines.length === 0) return refuse('empty_cart', 'guestCart', 'a cart with at least one line');
  const merged = {
    guestCart: guest.cartId,
    guestEpoch: epoch,
    lines: lines.map(({ sku, quantity }) => ({ sku, quantity })),
  };
  return planClientEvents(
    envelope,
    ['merge', cart.cartId, guest.cartId, epoch],
    [partOf(cart, 'cart.merged', merged), partOf(guest, 'cart.merged_away', { epoch, into: cart.cartId })],
  );
}
