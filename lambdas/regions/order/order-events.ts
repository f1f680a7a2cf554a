/** Content of an order's events. An order is `order#<id>`; its id is derived from the cart and the epoch. */
import * as z from 'zod/mini';
import { cartRefSchema } from '../cart/cart-events.ts';
import { decidedFactOf } from '../folds/decided-facts.ts';
import { DECISION_SCHEMAS } from '../folds/decisions.ts';
import { factOf, nameSchema, quantitySchema } from '../folds/facts.ts';

const amountSchema = z.int().check(z.gte(0));
const piecesSchema = z.record(nameSchema, quantitySchema);

/** One line of an order. */
const lineSchema = z.object({
  /** Name of the line within the order. */
  line: nameSchema,
  sku: nameSchema,
  quantity: quantitySchema,
  /** In the currency's minor unit. */
  unitPriceMinor: amountSchema,
});

/** Payload by type of event. */
export const orderFactSchema = z.discriminatedUnion('type', [
  /** A checkout. `spent`: this Region took all pieces and vouchers in the same transaction. `waiting`: it took nothing. */
  factOf(
    'order.placed',
    z.object({
      orderId: nameSchema,
      cart: cartRefSchema,
      customerId: nameSchema,
      currency: z.string().check(z.length(3)),
      lines: z.array(lineSchema).check(z.minLength(1)),
      /** Voucher codes, one use each. */
      vouchers: z.array(nameSchema),
      supply: z.enum(['spent', 'waiting']),
    }),
  ),
  /** A Region took everything that a waiting copy needs. */
  factOf('order.allocated', z.object({ placedId: z.string() })),
  /** The provider's report about a payment. A report may arrive before the order. */
  factOf(
    'order.payment_reported',
    z.object({
      paymentId: nameSchema,
      status: z.enum(['authorised', 'captured', 'declined', 'refunded']),
      amountMinor: amountSchema,
      currency: z.string().check(z.length(3)),
    }),
  ),
  /** A request to cancel the order, or the rest of it. */
  factOf('order.cancel_requested', z.object({ reason: z.enum(['customer', 'operator', 'shortage']) })),
  /** A request to ship or cancel some pieces. The command id is the claim's id. */
  factOf(
    'order.claim_requested',
    z.object({ purpose: z.enum(['ship', 'cancel']), lines: z.union([piecesSchema, z.literal('rest')]) }),
  ),
  /** The order looks like another order of the same customer. A person decides. */
  factOf('order.held', z.object({ suspectOf: nameSchema })),
  /** What a person decided about a suspected duplicate. */
  factOf('order.hold_answered', z.object({ answer: z.enum(['keep', 'cancel']), personId: nameSchema })),
  /** The spender put pieces back; see `returns`. */
  factOf('order.returned', z.object({ returnId: z.string() })),
  /** The outcome of the agreement about the order. */
  decidedFactOf('order.decided', DECISION_SCHEMAS.order),
  /** The cart's event of the same checkout. It announces the order if the order's own event is missing. */
  factOf('cart.checked_out', z.object({ epoch: z.int().check(z.gte(1)), orderId: nameSchema })),
]);

/** Content of an event of an order. */
export type OrderFact = z.output<typeof orderFactSchema>;

/** Facts of one type. */
export type OrderFactOf<T extends OrderFact['type']> = Extract<OrderFact, { type: T }>;

/** Content of a checkout. */
export type Placed = OrderFactOf<'order.placed'>['payload'];
