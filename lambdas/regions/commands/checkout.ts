/**
 * The checkout: the cart's event, the order's event and everything that is spent, in one transaction of this Region.
 *
 * Invariant 1: either everything that the order needs is spent, or nothing is spent and the order waits. It is never refused for lack of
 * stock.
 * Invariant 2: both events have one command id, and either of them alone closes the epoch.
 * Invariant 3: at most 80 items are spent: with 2 events, 2 heads, 2 chain tips and the command record that is 87 of the 100 items of a
 * transaction.
 */
import { canonicalJson } from '../../shared/domain/hashing.ts';
import type { Add } from '../change.ts';
import type { JsonValue } from '../log/event.ts';
import { UNPAID_MS, WAITING_MS } from '../agreements/order-sweep.ts';
import { MAX_BODIES_BYTES } from '../agreements/order-steps.ts';
import type { LinePieces } from '../agreements/order-state.ts';
import { cartFactSchema } from '../cart/cart-events.ts';
import type { FoldedOrder } from '../order/order-fold.ts';
import { orderFactSchema } from '../order/order-events.ts';
import { orderIdOf } from '../order/order-id.ts';
import { spendsOf } from '../order/order-returns.ts';
import type { RightsSlot } from '../rights/region-item.ts';
import { spend } from '../rights/spend.ts';
import type { CartView } from './cart-commands.ts';
import {
  type CommandEnvelope,
  type CommandResult,
  type EventPart,
  planClientEvents,
  refuse,
} from './plan.ts';

/** Most items that a transaction spends. */
export const MAX_SPENDING_ITEMS = 80;

/** Space in a body besides the payload: names, numbers, clock, hashes and the causal context. */
const BODY_ROOM_BYTES = 8_192;

/** Slots of this Region by resource, as last read; the transaction tests them again. */
export type SlotsByResource = ReadonlyMap<string, readonly RightsSlot[]>;

/** What a customer buys, and what this Region knows about it. */
export interface Checkout {
  readonly cart: CartView;
  /** State of the epoch's order in this Region: usually empty. */
  readonly order: Pick<FoldedOrder, 'seen' | 'latestHlc'>;
  readonly customerId: string;
  /** Epoch that the customer saw. */
  readonly epoch: number;
  /** Lines that the customer saw, product → pieces: exactly these are bought. */
  readonly expected: LinePieces;
  readonly currency: string;
  /** Price of a piece in the currency's minor unit, by product. */
  readonly prices: ReadonlyMap<string, number>;
  /** Codes, one use each. */
  readonly vouchers: readonly string[];
  readonly slots: SlotsByResource;
  /** Slot to begin with, 0 or more; each attempt uses another one. */
  readonly firstSlot: number;
}

/** The spends for the whole order, or undefined if this Region lacks pieces or one transaction cannot take them all. */
export function spendAll(
  needs: LinePieces,
  slots: SlotsByResource,
  firstSlot: number,
): readonly Add[] | undefined {
  const adds: Add[] = [];
  for (const [resource, pieces] of Object.entries(needs)) {
    const spent = spend(slots.get(resource) ?? [], pieces, firstSlot);
    if (!spent.ok) return undefined;
    adds.push(...spent.value);
  }
  return adds.length > MAX_SPENDING_ITEMS ? undefined : adds;
}

const asPieces = ({ cart }: Checkout): LinePieces =>
  Object.fromEntries(cart.state.lines.map(({ sku, quantity }) => [sku, quantity]));

/** Reason in the cart to refuse the checkout. */
function cartRefusal(checkout: Checkout): CommandResult | undefined {
  const { cart, epoch, expected, prices } = checkout;
  if (cart.state.epoch !== epoch)
    return refuse('epoch_closed', 'epoch', `epoch ${cart.state.epoch}, the open one`);
  if (cart.state.lines.length === 0) return refuse('empty_cart', 'cart', 'a cart with at least one line');
  if (canonicalJson(expected) !== canonicalJson(asPieces(checkout)))
    return refuse('cart_changed', 'expected', canonicalJson(asPieces(checkout)));
  const unpriced = cart.state.lines.find(({ sku }) => !prices.has(sku));
  return unpriced === undefined ? undefined : refuse('price_missing', unpriced.sku, 'a product with a price');
}

const linesOf = ({ cart, prices }: Checkout) =>
  cart.state.lines.map(({ sku, quantity }, index) => ({
    line: `l${index + 1}`,
    sku,
    quantity,
    unitPriceMinor: prices.get(sku) ?? 0,
  }));

const cartPart = ({ cart, epoch }: Checkout, orderId: string): EventPart => ({
  entity: `cart#${cart.cartId}`,
  state: cart.state,
  schema: cartFactSchema,
  type: 'cart.checked_out',
  payload: { epoch, orderId },
});

const orderPart = (
  checkout: Checkout,
  orderId: string,
  payload: JsonValue,
  deadlineAtMs: number,
): EventPart => ({
  entity: `order#${orderId}`,
  state: checkout.order,
  schema: orderFactSchema,
  type: 'order.placed',
  payload,
  deadlineAtMs,
});

/** Payload of the order's event; the order waits if nothing can be spent. */
const placedPayload = (checkout: Checkout, orderId: string, isSpent: boolean) => {
  const { cart, epoch, customerId, currency, vouchers } = checkout;
  const seen = { vector: { ...cart.state.seen.vector }, beyond: cart.state.seen.beyond };
  const supply = isSpent ? 'spent' : 'waiting';
  const lines = linesOf(checkout);
  return { orderId, cart: { id: cart.cartId, epoch, seen }, customerId, currency, lines, vouchers, supply };
};

const isTooLarge = (payload: object): boolean =>
  Buffer.byteLength(canonicalJson(payload)) > MAX_BODIES_BYTES - BODY_ROOM_BYTES;

/** Plans a checkout. If this Region lacks the pieces, the order waits, regardless of the stock of other Regions. */
export function planCheckout(envelope: CommandEnvelope, checkout: Checkout): CommandResult {
  const refusal = cartRefusal(checkout);
  if (refusal !== undefined) return refusal;
  const { cart, epoch, customerId, vouchers } = checkout;
  const orderId = orderIdOf(cart.cartId, epoch);
  const needs = spendsOf({ lines: linesOf(checkout), vouchers: [...vouchers] });
  if (Object.keys(needs).length > MAX_SPENDING_ITEMS)
    return refuse('too_many_items', 'lines', `at most ${MAX_SPENDING_ITEMS} products and vouchers`);
  const spends = spendAll(needs, checkout.slots, checkout.firstSlot);
  const payload = placedPayload(checkout, orderId, spends !== undefined);
  if (isTooLarge(payload)) return refuse('too_large', 'lines', `at most ${MAX_BODIES_BYTES} bytes`);
  const deadlineAtMs = envelope.nowMs + (spends === undefined ? WAITING_MS : UNPAID_MS);
  const parts = [cartPart(checkout, orderId), orderPart(checkout, orderId, payload, deadlineAtMs)];
  const asked = ['checkout', cart.cartId, epoch, customerId, checkout.expected, vouchers];
  return planClientEvents(envelope, asked, parts, { spends: spends ?? [] });
}
