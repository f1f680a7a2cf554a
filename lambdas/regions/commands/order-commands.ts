/**
 * Commands of clients, providers and persons about an order.
 *
 * An unknown order is accepted, because its event may not have arrived yet. A decision of the agreement can refuse a command, since
 * decisions are never withdrawn.
 */
import { HELD_MS } from '../agreements/order-sweep.ts';
import { type LinePieces, restOfLine } from '../agreements/order-state.ts';
import type { JsonValue } from '../log/event.ts';
import { orderFactSchema, type OrderFactOf } from '../order/order-events.ts';
import type { FoldedOrder } from '../order/order-fold.ts';
import {
  type CommandEnvelope,
  type CommandResult,
  type EventPart,
  planClientEvents,
  planEvents,
  refuse,
} from './plan.ts';

/** An order as this Region sees it; an empty one if it has no events. */
export interface OrderView {
  readonly orderId: string;
  readonly state: FoldedOrder;
}

/** The part of an order's event. */
export const orderEvent = (
  { orderId, state }: OrderView,
  type: string,
  payload: JsonValue,
  deadlineAtMs?: number,
): EventPart => ({
  entity: `order#${orderId}`,
  state,
  schema: orderFactSchema,
  type,
  payload,
  ...(deadlineAtMs !== undefined && { deadlineAtMs }),
});

/** Id of the command for a provider's report. A redelivered report has the same id in every Region. */
export const paymentCommandId = ({
  paymentId,
  status,
}: OrderFactOf<'order.payment_reported'>['payload']): string => `payment:${paymentId}:${status}`;

/** Records a report of the payment provider. It is never refused because of the order's state: a payment that happened is a fact. */
export function planPaymentReport(
  nowMs: number,
  order: OrderView,
  report: OrderFactOf<'order.payment_reported'>['payload'],
): CommandResult {
  const envelope = { commandId: paymentCommandId(report), nowMs };
  const payload = { ...report };
  return planEvents(
    envelope,
    ['payment', order.orderId, payload],
    [orderEvent(order, 'order.payment_reported', payload)],
  );
}

const isOver = ({ state }: OrderView): boolean => state.agreed.phase === 'ended';
const alreadyEnded = (): CommandResult => refuse('already_ended', 'order', 'an order that has not ended');

/** Requests the cancellation of the remaining pieces. The agreement decides; until then the order reads "cancel requested". */
export function planCancel(
  envelope: CommandEnvelope,
  order: OrderView,
  reason: 'customer' | 'operator',
): CommandResult {
  if (isOver(order)) return alreadyEnded();
  return planClientEvents(
    envelope,
    ['cancel', order.orderId, reason],
    [orderEvent(order, 'order.cancel_requested', { reason })],
  );
}

/** Pieces to ship or to cancel. */
export interface ClaimCommand {
  readonly purpose: 'ship' | 'cancel';
  readonly lines: LinePieces | 'rest';
}

/** A line with too few pieces left by the decisions so far. The rest never grows, so no later event can make the claim valid. */
const overClaimed = ({ state }: OrderView, { lines }: ClaimCommand): CommandResult | undefined => {
  if (state.agreed.named === undefined || lines === 'rest') return undefined;
  const rest = (line: string): number => {
    const stored = state.agreed.lines[line];
    return stored === undefined ? 0 : restOfLine(stored);
  };
  const over = Object.entries(lines).find(([line, pieces]) => pieces > rest(line));
  return over === undefined ? undefined : refuse('over_claimed', over[0], `at most ${rest(over[0])}`);
};

/** Asks to ship or cancel some pieces. A claim on an order that is not confirmed in this Region is accepted and waits. */
export function planClaim(envelope: CommandEnvelope, order: OrderView, claim: ClaimCommand): CommandResult {
  if (isOver(order)) return alreadyEnded();
  const payload = { purpose: claim.purpose, lines: claim.lines };
  return (
    overClaimed(order, claim) ??
    planClientEvents(
      envelope,
      ['claim', order.orderId, payload],
      [orderEvent(order, 'order.claim_requested', payload)],
    )
  );
}

/** Holds an order that looks like another order of the same customer. Every Region that detects it writes the same command. */
export function planHold(nowMs: number, order: OrderView, suspectOf: string): CommandResult {
  if (order.state.heldFor.includes(suspectOf) || isOver(order))
    return refuse('nothing_to_do', 'order', 'an order that is neither held for it nor ended');
  const envelope = { commandId: `held:${order.orderId}:${suspectOf}`, nowMs };
  return planEvents(
    envelope,
    ['hold', order.orderId, suspectOf],
    [orderEvent(order, 'order.held', { suspectOf }, nowMs + HELD_MS)],
  );
}

/** A person's answer to a hold that this Region shows. */
export function planHoldAnswer(
  envelope: CommandEnvelope,
  order: OrderView,
  answer: 'keep' | 'cancel',
  personId: string,
): CommandResult {
  if (order.state.heldFor.length === 0) return refuse('not_held', 'order', 'an order that is held');
  const payload = { answer, personId };
  return planClientEvents(
    envelope,
    ['hold answer', order.orderId, payload],
    [orderEvent(order, 'order.hold_answered', payload)],
  );
}
