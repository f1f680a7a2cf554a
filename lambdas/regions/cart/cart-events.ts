/** What a cart's events say. A cart is `cart#<id>`; its epochs count its purchases from 1. */
import * as z from 'zod/mini';
import type { LogEvent } from '../log/event.ts';
import {
  factOf,
  isFields,
  isName,
  isQuantity,
  MAX_QUANTITY,
  nameSchema,
  quantitySchema,
  seenSchema,
} from '../folds/facts.ts';

const epochSchema = z.int().check(z.gte(1));

/** The cart that an order is made from. Every checkout of one epoch makes the same order. */
export const cartRefSchema = z.object({
  id: nameSchema,
  epoch: epochSchema,
  /** What the checkout had seen of the cart. */
  seen: seenSchema,
});

/** Payload by type of event. Each says what the customer asked for, never the resulting quantity. */
export const cartFactSchema = z.discriminatedUnion('type', [
  /** So many more pieces of a product. */
  factOf('cart.item_added', z.object({ sku: nameSchema, quantity: quantitySchema })),
  /** So many pieces instead of what the writer saw; 0 is allowed. */
  factOf(
    'cart.item_set',
    z.object({ sku: nameSchema, quantity: z.int().check(z.gte(0), z.lte(MAX_QUANTITY)) }),
  ),
  /** No piece of what the writer saw. */
  factOf('cart.item_removed', z.object({ sku: nameSchema })),
  /** A guest's cart at log-in: at least so many pieces of each product. */
  factOf(
    'cart.merged',
    z.object({
      guestCart: nameSchema,
      guestEpoch: epochSchema,
      lines: z.array(z.object({ sku: nameSchema, quantity: quantitySchema })),
    }),
  ),
  /** This cart, a guest's, went into another one: its epoch ends. */
  factOf('cart.merged_away', z.object({ epoch: epochSchema, into: nameSchema })),
  /** The customer bought what the writer saw: the epoch ends. One of the two events of a checkout. */
  factOf('cart.checked_out', z.object({ epoch: epochSchema, orderId: nameSchema })),
  /** The other event of a checkout, an event of the order. It closes the epoch alone, if the cart's own is missing. */
  factOf(
    'order.placed',
    z.object({
      orderId: nameSchema,
      cart: cartRefSchema,
    }),
  ),
]);

/** What an event of a cart says. */
export type CartFact = z.output<typeof cartFactSchema>;

/**
 * Reads a write of one line as {@link cartFactSchema} does. Undefined for every other event, for every form that the schema refuses, and
 * for a few that it accepts.
 */
export function readLineFact({ type, payload }: Pick<LogEvent, 'type' | 'payload'>): CartFact | undefined {
  if (!isFields(payload)) return undefined;
  const { sku, quantity } = payload;
  if (!isName(sku)) return undefined;
  // Literal types are one string each in memory, so the fold compares them by address.
  if (type === 'cart.item_removed') return { type: 'cart.item_removed', payload: { sku } };
  if (type === 'cart.item_added' && isQuantity(quantity, 1))
    return { type: 'cart.item_added', payload: { sku, quantity } };
  if (type === 'cart.item_set' && isQuantity(quantity, 0))
    return { type: 'cart.item_set', payload: { sku, quantity } };
  return undefined;
}

/** Facts that end an epoch. */
export type ClosingFact = Extract<
  CartFact,
  { type: 'cart.checked_out' | 'cart.merged_away' | 'order.placed' }
>;
