/** Events of one order, `order#o1`, with the real agreement. */
import type { JsonValue, LogEvent } from '../../../../lambdas/regions/log/event.ts';
import { decidedContent } from '../../../../lambdas/regions/agreements/decided.ts';
import type { LinePieces, OrderDecision } from '../../../../lambdas/regions/agreements/order-state.ts';
import type { Cut } from '../../../../lambdas/regions/watermarks/closing.ts';
import { type EventSpec, eventOf } from '../folds/history.ts';

/** Parts of an event that a test may set besides its content. */
export type Extra = Partial<Pick<EventSpec, 'seen' | 'commandId' | 'wallMs' | 'entity' | 'deadlineAtMs'>>;

/** An event of the order; `place` is Region and number, e.g. `a1`. */
export const at = (place: string, type: string, payload: JsonValue, extra: Extra = {}): LogEvent =>
  eventOf({
    entity: 'order#o1',
    at: place.slice(0, 1),
    seq: Number(place.slice(1)),
    type,
    payload,
    ...extra,
  });

/** Payload of a checkout of `pieces` by line; line `l` orders product `p-l`. */
export const placedPayload = (
  pieces: LinePieces,
  supply: 'spent' | 'waiting' = 'spent',
  vouchers: readonly string[] = [],
): JsonValue => ({
  orderId: 'o1',
  cart: { id: 'k1', epoch: 1, seen: { vector: {}, beyond: [] } },
  customerId: 'u1',
  currency: 'EUR',
  lines: Object.entries(pieces).map(([line, quantity]) => ({
    line,
    sku: `p-${line}`,
    quantity,
    unitPriceMinor: 500,
  })),
  vouchers,
  supply,
});

/** A checkout that has its pieces. */
export const placed = (place: string, pieces: LinePieces = { x: 1 }, extra?: Extra): LogEvent =>
  at(place, 'order.placed', placedPayload(pieces), extra);

/** A checkout that waits for its pieces. */
export const waiting = (place: string, pieces: LinePieces = { x: 1 }, extra?: Extra): LogEvent =>
  at(place, 'order.placed', placedPayload(pieces, 'waiting'), extra);

/** An allocation. */
export const allocated = (place: string, placedId: string, extra?: Extra): LogEvent =>
  at(place, 'order.allocated', { placedId }, extra);

/** A report of the payment provider. */
export const paid = (place: string, paymentId: string, status = 'captured', extra?: Extra): LogEvent =>
  at(place, 'order.payment_reported', { paymentId, status, amountMinor: 500, currency: 'EUR' }, extra);

/** The value after a round trip through JSON. */
export const asJson = (value: unknown): JsonValue => JSON.parse(JSON.stringify(value));

/** Decided events 1 to n, written by Region z. */
export const decided = (...decisions: readonly OrderDecision[]): readonly LogEvent[] =>
  decisions.map((decision, index) => {
    const pending = { generation: 1, number: index + 1, attemptId: 't', decision };
    const { payload, type, commandId } = decidedContent({ key: 'order#o1', generation: 1 }, pending);
    return at(`z${index + 1}`, type, asJson(payload), { commandId });
  });

/** The decision that names an event. */
export const naming = (event: LogEvent, lines: LinePieces = { x: 1 }): OrderDecision => ({
  kind: 'named',
  eventId: event.id,
  origin: event.origin,
  hash: event.hash,
  lines,
  deadlineAtMs: 9_000,
});

/** The decision that payment `paymentId` counts. */
export const effecting = (paymentId = 'p1'): OrderDecision => ({
  kind: 'effecting',
  paymentId,
  captureDeadlineAtMs: 10_000,
  fulfilDeadlineAtMs: 20_000,
});

/** The decision that a claim is made. */
export const claimed = (claimId: string, purpose: 'ship' | 'cancel', lines: LinePieces): OrderDecision => ({
  kind: 'claimed',
  claimId,
  purpose,
  lines,
  isRefundDue: false,
});

/** The decision that the order ended. */
export const ended = (
  reason: 'cancelled' | 'expired' | 'capture_declined',
  returns: LinePieces = {},
  commandId = 'end',
): OrderDecision => ({ kind: 'ended', reason, commandId, returns });

/** Origin `a.1` is closed, and these numbers of its chain count. */
export const closedA = (
  ...kept: readonly (readonly [from: number, to: number])[]
): ReadonlyMap<string, Cut> => {
  const ranges = kept.map(([from, to]) => ({ from, to }));
  return new Map([
    ['a.1', { origin: 'a.1', kept: new Map([['a.1#0.0', ranges]]), lost: 0, bound: 'at_most' }],
  ]);
};
