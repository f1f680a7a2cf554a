/** The status word of an order, for people. */
import type { OrderState } from '../agreements/order-state.ts';
import type { Copies } from '../folds/kept.ts';
import { type OrderCopy, shownCopy } from './order-copies.ts';
import type { OrderFact } from './order-events.ts';
import type { Payment } from './order-payments.ts';
import { orderEffectOf } from './order-table.ts';

/**
 * | status | meaning |
 * | --- | --- |
 * | `unknown` | no event names the order |
 * | `announced` | the cart's event names the order; its own event is missing |
 * | `payment_waits` | a payment has arrived, but not its order |
 * | `provisional` | placed, with its pieces; nothing is decided |
 * | `awaiting_stock` | placed, without pieces |
 * | `held` | a person decides whether it is a duplicate |
 * | `unbacked` | every copy came after its origin was closed; a person decides |
 * | `confirmed` | the agreement names a copy |
 * | `effecting` | captured, shipped and cancelled by claims |
 * | `ended` | over; `agreed.endReason` says why |
 */
export type OrderStatus =
  | 'unknown'
  | 'announced'
  | 'payment_waits'
  | 'provisional'
  | 'awaiting_stock'
  | 'held'
  | 'unbacked'
  | 'confirmed'
  | 'effecting'
  | 'ended';

/** Input of a status. */
export interface StatusParts {
  readonly agreed: OrderState;
  readonly copies: readonly OrderCopy[];
  readonly payments: readonly Payment[];
  readonly commands: readonly Copies<OrderFact>[];
  readonly heldFor: readonly string[];
}

const statusWithoutOrder = ({ payments, commands }: StatusParts): OrderStatus => {
  const isAnnounced = commands.some(
    ([{ fact }]) => fact.type === 'cart.checked_out' && orderEffectOf(fact.type, 'no_order') === 'announce',
  );
  if (isAnnounced) return 'announced';
  return payments.length > 0 ? 'payment_waits' : 'unknown';
};

/** The status. Decided states come first, then states that a person has to decide, then provisional ones. */
export function statusOf(parts: StatusParts): OrderStatus {
  const { agreed, copies, heldFor } = parts;
  if (agreed.phase !== 'open') return agreed.phase;
  if (agreed.named !== undefined) return 'confirmed';
  if (!copies.some(({ kind }) => kind === 'placed')) return statusWithoutOrder(parts);
  if (copies.every(({ standing }) => standing === 'unbacked')) return 'unbacked';
  if (heldFor.length > 0) return 'held';
  return shownCopy(copies)?.isSpent === true ? 'provisional' : 'awaiting_stock';
}
