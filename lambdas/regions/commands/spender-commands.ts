/**
 * Commands of a Region about the pieces that it spends: it fills waiting orders, puts pieces back and cancels orders for a loss.
 *
 * Invariant: command ids are derived, so that a repeated run plans the same command, and the command record prevents a second one.
 */
import type { Origin } from '../log/event.ts';
import { UNPAID_MS } from '../agreements/order-sweep.ts';
import { dueReturns } from '../agreements/order-returns.ts';
import type { OrderItem } from '../agreements/order-steps.ts';
import type { OrderReturn } from '../order/order-returns.ts';
import type { Put } from '../change.ts';
import type { CountedMark, RegionRights } from '../rights/region-item.ts';
import type { SlotChange } from '../rights/slots.ts';
import { release } from '../rights/spend.ts';
import type { Allocation } from '../stock/allocation.ts';
import { type SlotsByResource, spendAll } from './checkout.ts';
import { orderEvent, type OrderView } from './order-commands.ts';
import { type CommandResult, planEvents, refuse } from './plan.ts';

/** This Region, now. */
export interface Spender {
  /** This Region's incarnation. */
  readonly origin: Origin;
  /** Clock, in ms since 1970. */
  readonly nowMs: number;
}

/** Fills a waiting order with everything that it needs, in one transaction. Refused if the pieces have been spent meanwhile. */
export function planAllocate(
  { origin, nowMs }: Spender,
  order: OrderView,
  { placedId, spends }: Allocation,
  slots: SlotsByResource,
  firstSlot: number,
): CommandResult {
  const adds = spendAll(spends, slots, firstSlot);
  if (adds === undefined) return refuse('nothing_to_do', 'spends', 'pieces for every line in this Region');
  const envelope = { commandId: `allocate:${placedId}@${origin}`, nowMs };
  const event = orderEvent(order, 'order.allocated', { placedId }, nowMs + UNPAID_MS);
  return planEvents(envelope, ['allocate', order.orderId, placedId], [event], { spends: adds });
}

/** Asks to cancel an order because its pieces are missing. `planShortage` chose it. */
export function planShortageCancel({ origin, nowMs }: Spender, order: OrderView): CommandResult {
  if (order.state.agreed.phase !== 'open' || order.state.agreed.named !== undefined)
    return refuse('nothing_to_do', 'order', 'an order that is not confirmed');
  const envelope = { commandId: `shortage:${order.orderId}@${origin}`, nowMs };
  return planEvents(
    envelope,
    ['shortage', order.orderId],
    [orderEvent(order, 'order.cancel_requested', { reason: 'shortage' })],
  );
}

/** Returns of this Region's own copies that the agreement, read strongly, allows. */
export function returnsToMake(
  { origin }: Spender,
  { orderId, state }: OrderView,
  item: OrderItem,
): readonly OrderReturn[] {
  const own = state.copies.filter(
    (copy) => copy.origin === origin && copy.isSpent && copy.order !== undefined,
  );
  const allowed = new Set(
    own.flatMap(({ id, order }) => {
      const lines = Object.fromEntries((order?.lines ?? []).map(({ line, quantity }) => [line, quantity]));
      return dueReturns(item, state.decisions, { orderId, eventId: id, lines }).map(
        ({ returnId }) => returnId,
      );
    }),
  );
  return state.returns.filter(
    ({ returnId, by, isByLedger, isDone }) =>
      by === origin && !isByLedger && !isDone && allowed.has(returnId),
  );
}

type Release = Put<CountedMark> | SlotChange;

/** The changes of all resources of a return, or undefined if the rights of a resource were not read. */
function releasesOf(
  { returnId, pieces }: OrderReturn,
  rights: ReadonlyMap<string, RegionRights>,
  slot: number,
): readonly Release[] | undefined {
  const changes: Release[] = [];
  for (const [resource, count] of Object.entries(pieces)) {
    const own = rights.get(resource);
    const released =
      own === undefined ? undefined : release(own, { releaseId: returnId, pieces: count, slot });
    if (released?.ok !== true) return undefined;
    changes.push(...released.value);
  }
  return changes;
}

/** Puts pieces back and writes the event, in one transaction. The marks make redelivery fail, so that no piece is put back twice. */
export function planReturn(
  { nowMs }: Spender,
  order: OrderView,
  due: OrderReturn,
  rights: ReadonlyMap<string, RegionRights>,
  slot: number,
): CommandResult {
  const releases = releasesOf(due, rights, slot);
  if (releases === undefined)
    return refuse('invalid', 'rights', 'this Region’s rights to every resource of the return');
  const envelope = { commandId: `returned:${due.returnId}`, nowMs };
  return planEvents(
    envelope,
    ['return', due.returnId],
    [orderEvent(order, 'order.returned', { returnId: due.returnId })],
    {
      releases,
    },
  );
}
