/** Views of this Region's state for commands, and their answers. */
import { foldAccount } from '../../../../lambdas/regions/account/account-fold.ts';
import { foldCart } from '../../../../lambdas/regions/cart/cart-fold.ts';
import type { CartView } from '../../../../lambdas/regions/commands/cart-commands.ts';
import type { AccountView } from '../../../../lambdas/regions/commands/account-commands.ts';
import type { Checkout } from '../../../../lambdas/regions/commands/checkout.ts';
import type { OrderView } from '../../../../lambdas/regions/commands/order-commands.ts';
import type { CommandPlan, CommandResult } from '../../../../lambdas/regions/commands/plan.ts';
import { foldOrder } from '../../../../lambdas/regions/order/order-fold.ts';
import type { JsonValue, LogEvent } from '../../../../lambdas/regions/log/event.ts';
import { type AcceptState, planAccept } from '../../../../lambdas/regions/log/accept.ts';
import type { RightsSlot } from '../../../../lambdas/regions/rights/region-item.ts';
import { eventOf } from '../folds/history.ts';

/** 2026-11-30, 12:00 UTC. */
export const NOW_MS = 1_796_040_000_000;

/** A client's command. */
export const envelope = (commandId = 'c1'): { commandId: string; nowMs: number } => ({
  commandId,
  nowMs: NOW_MS,
});

/** An event of a cart. */
export const cartEvent = (place: string, type: string, payload: JsonValue, cartId = 'k1'): LogEvent =>
  eventOf({ entity: `cart#${cartId}`, at: place.slice(0, 1), seq: Number(place.slice(1)), type, payload });

/** A cart with these lines. */
export const cartOf = (lines: Readonly<Record<string, number>>, cartId = 'k1'): CartView => ({
  cartId,
  state: foldCart(
    Object.entries(lines).map(([sku, quantity], index) =>
      cartEvent(`a${index + 1}`, 'cart.item_added', { sku, quantity }, cartId),
    ),
  ),
});

/** An order with these events. */
export const orderOf = (...events: readonly LogEvent[]): OrderView => ({
  orderId: 'o1',
  state: foldOrder('o1', events),
});

/** An account with these events. */
export const accountOf = (...events: readonly LogEvent[]): AccountView => ({
  accountId: 'u1',
  state: foldAccount('u1', events),
});

/** One slot with the given pieces. */
export const slot = (resource: string, available: number, number = 0): RightsSlot => ({
  resource,
  slot: number,
  available,
  spent: 0,
  released: 0,
});

/** A checkout of a cart, with `stock` pieces of each resource in this Region. */
export const checkoutOf = (cart: CartView, stock: Readonly<Record<string, number>>): Checkout => ({
  cart,
  order: { seen: { vector: {}, beyond: [] } },
  customerId: 'u1',
  epoch: cart.state.epoch,
  expected: Object.fromEntries(cart.state.lines.map(({ sku, quantity }) => [sku, quantity])),
  currency: 'EUR',
  prices: new Map(cart.state.lines.map(({ sku }) => [sku, 500])),
  vouchers: [],
  slots: new Map(Object.entries(stock).map(([resource, pieces]) => [resource, [slot(resource, pieces)]])),
  firstSlot: 0,
});

/** The plan of an accepted command. */
export function planOf(result: CommandResult): CommandPlan {
  if (!result.ok) throw new Error(`refused: ${JSON.stringify(result.refusal)}`);
  return result.value;
}

/** Code and field of a refused command. */
export const refusalOf = (result: CommandResult): unknown => (result.ok ? 'accepted' : result.refusal);

/** The events of a plan, as the log of Region a writes them. */
export function acceptedEvents(result: CommandResult, state: Partial<AcceptState> = {}): readonly LogEvent[] {
  const fresh = { origin: 'a.1', nowMs: NOW_MS, lane: 0, heads: new Map(), tips: new Map(), ...state };
  const plan = planAccept(fresh, planOf(result).drafts);
  if (!plan.ok) throw new Error(`refused: ${JSON.stringify(plan.refusal)}`);
  return plan.value.events;
}
