/**
 * The agreement about one order: its state and its decisions.
 *
 * `open → effecting | ended`, `effecting → ended`. An order that no Region has settled has no item. Only {@link evolveOrder} applies
 * decisions; it is used for the item, for folds and for a rebuilt table.
 */
import type { EventId, Origin } from '../log/event.ts';

/** Pieces by line of the order. */
export type LinePieces = Readonly<Record<string, number>>;

/** Why an order ended without being fulfilled. */
export type EndReason =
  /** It was cancelled before any irreversible step began. */
  | 'cancelled'
  /** Its deadline passed: unpaid, held or waiting for too long. */
  | 'expired'
  /** The capture is closed as declined: by the provider's answer, or because there was no answer in time. */
  | 'capture_declined'
  /** Every piece is shipped or cancelled. */
  | 'fulfilled';

/** Possible decisions about an order. Each is the payload of one decided event. */
export type OrderDecision =
  /** The copy that counts. Every other copy of the order is void from now on. */
  | {
      readonly kind: 'named';
      readonly eventId: EventId;
      /** The incarnation that spent the pieces. */
      readonly origin: Origin;
      /** Hash of the named event. */
      readonly hash: string;
      readonly lines: LinePieces;
      /** When the order ends unless it is paid, in ms since 1970. */
      readonly deadlineAtMs: number;
    }
  /** Capture and shipping may begin as soon as this decision is secured. One payment counts. */
  | {
      readonly kind: 'effecting';
      readonly paymentId: string;
      /** When a capture without an answer is closed as declined, in ms since 1970. */
      readonly captureDeadlineAtMs: number;
      /** When pieces that are neither shipped nor cancelled are cancelled, in ms since 1970. */
      readonly fulfilDeadlineAtMs: number;
    }
  /** The payment is captured. `refundLines` were cancelled earlier and are due for refund. */
  | { readonly kind: 'captured'; readonly paymentId: string; readonly refundLines: LinePieces }
  /** Pieces that will be shipped, or are cancelled and go back. */
  | {
      readonly kind: 'claimed';
      readonly claimId: string;
      readonly purpose: 'ship' | 'cancel';
      readonly lines: LinePieces;
      /** Whether the payment was captured earlier: if so, cancelled pieces are due for refund. */
      readonly isRefundDue: boolean;
    }
  /** The order is over, and these pieces of the named copy go back. Without a named copy every copy is void. */
  | {
      readonly kind: 'ended';
      readonly reason: Exclude<EndReason, 'fulfilled'>;
      readonly commandId: string;
      readonly returns: LinePieces;
    }
  /** A payment that does not count, or that came too late, is due for refund. */
  | { readonly kind: 'refund_due'; readonly paymentId: string };

/** One line of the named copy. */
export interface OrderLine {
  /** Pieces, at least 1. */
  readonly ordered: number;
  /** Pieces claimed for shipping. */
  readonly shipped: number;
  /** Pieces that were put back or will be. */
  readonly cancelled: number;
}

/** The order's state. */
export interface OrderState {
  readonly phase: 'open' | 'effecting' | 'ended';
  /** The copy that counts. Absent: the order ended before any copy was named. */
  readonly named?: { readonly eventId: EventId; readonly origin: Origin; readonly hash: string };
  readonly lines: Readonly<Record<string, OrderLine>>;
  /** The payment that counts, and its status. */
  readonly capture?: { readonly paymentId: string; readonly status: 'due' | 'captured' | 'declined' };
  /** Ids of all claims, by which a redelivered claim is recognised. */
  readonly claims: readonly string[];
  /** Payments that are due for refund as a whole, each once. */
  readonly refundsDue: readonly string[];
  readonly endReason?: EndReason;
  /** When the sweep has to look at the order, in ms since 1970: unpaid, capture, then fulfilment. */
  readonly deadlineAtMs: number;
  /** Deadline of the fulfilment, in ms since 1970; 0 before `effecting`. */
  readonly fulfilDeadlineAtMs: number;
}

/** The state before anything is decided. */
export const UNDECIDED_ORDER: OrderState = {
  phase: 'open',
  lines: {},
  claims: [],
  refundsDue: [],
  deadlineAtMs: 0,
  fulfilDeadlineAtMs: 0,
};

/** Pieces of a line that nobody has claimed. */
export const restOfLine = ({ ordered, shipped, cancelled }: OrderLine): number =>
  ordered - shipped - cancelled;

/** Pieces that nobody has claimed, by line; lines without any are omitted. */
export const restOf = ({ lines }: Pick<OrderState, 'lines'>): LinePieces =>
  Object.fromEntries(
    Object.entries(lines)
      .map(([line, pieces]): [string, number] => [line, restOfLine(pieces)])
      .filter(([, pieces]) => pieces > 0),
  );

/** Pieces that were cancelled, by line; lines without any are omitted. */
export const cancelledOf = ({ lines }: Pick<OrderState, 'lines'>): LinePieces =>
  Object.fromEntries(
    Object.entries(lines)
      .map(([line, { cancelled }]): [string, number] => [line, cancelled])
      .filter(([, pieces]) => pieces > 0),
  );

type Decided<K extends OrderDecision['kind']> = Extract<OrderDecision, { kind: K }>;

const named = (
  state: OrderState,
  { eventId, origin, hash, lines, deadlineAtMs }: Decided<'named'>,
): OrderState => ({
  ...state,
  named: { eventId, origin, hash },
  lines: Object.fromEntries(
    Object.entries(lines).map(([line, ordered]) => [
      line,
      { shipped: 0, cancelled: 0, ...state.lines[line], ordered },
    ]),
  ),
  deadlineAtMs,
});

const effecting = (state: OrderState, decision: Decided<'effecting'>): OrderState => ({
  ...state,
  phase: state.phase === 'ended' ? 'ended' : 'effecting',
  capture: { paymentId: decision.paymentId, status: 'due' },
  deadlineAtMs: decision.captureDeadlineAtMs,
  fulfilDeadlineAtMs: decision.fulfilDeadlineAtMs,
});

function claimed(state: OrderState, { claimId, purpose, lines }: Decided<'claimed'>): OrderState {
  if (state.claims.includes(claimId)) return state;
  const total = purpose === 'ship' ? 'shipped' : 'cancelled';
  const next = { ...state.lines };
  for (const [line, pieces] of Object.entries(lines)) {
    const before = next[line] ?? { ordered: 0, shipped: 0, cancelled: 0 };
    next[line] = { ...before, [total]: before[total] + pieces };
  }
  return endIfAllClaimed({ ...state, lines: next, claims: [...state.claims, claimId] });
}

/** The end is derived from the lines: if a rebuilt table lacks a lost claim, pieces are left to claim and the order does not end. */
const endIfAllClaimed = (state: OrderState): OrderState =>
  state.phase !== 'ended' && Object.values(state.lines).every((line) => restOfLine(line) === 0)
    ? { ...state, phase: 'ended', endReason: 'fulfilled' }
    : state;

const captured = (state: OrderState, { paymentId }: Decided<'captured'>): OrderState => ({
  ...state,
  capture: { paymentId, status: 'captured' },
  deadlineAtMs: state.fulfilDeadlineAtMs,
});

function ended(state: OrderState, { reason, returns }: Decided<'ended'>): OrderState {
  const lines = { ...state.lines };
  for (const [line, pieces] of Object.entries(returns)) {
    const before = lines[line];
    if (before !== undefined) lines[line] = { ...before, cancelled: before.cancelled + pieces };
  }
  const { capture, ...rest } = state;
  const status = reason === 'capture_declined' ? 'declined' : capture?.status;
  return {
    ...rest,
    lines,
    phase: 'ended',
    endReason: reason,
    ...(capture === undefined || status === undefined ? {} : { capture: { ...capture, status } }),
  };
}

const refundDue = (state: OrderState, { paymentId }: Decided<'refund_due'>): OrderState =>
  state.refundsDue.includes(paymentId) ? state : { ...state, refundsDue: [...state.refundsDue, paymentId] };

/** Applies a decision to the state. Total: accepts any decision after any other, because a rebuilt table can lack lost decisions. */
export function evolveOrder(state: OrderState, decision: OrderDecision): OrderState {
  switch (decision.kind) {
    case 'named':
      return named(state, decision);
    case 'effecting':
      return effecting(state, decision);
    case 'captured':
      return captured(state, decision);
    case 'claimed':
      return claimed(state, decision);
    case 'ended':
      return ended(state, decision);
    case 'refund_due':
      return refundDue(state, decision);
  }
}
