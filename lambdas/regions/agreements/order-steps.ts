/**
 * Steps of the agreement about an order. Each step is computed from the item as read and is one conditional write. If two Regions try
 * different steps, exactly one succeeds, and the other decides again from the stored item.
 */
import { type Put, refused, type Result } from '../change.ts';
import type { EventId, Origin } from '../log/event.ts';
import { type AgreementItem, type Attempt, type ItemRefusal, writeMove } from './item.ts';
import {
  cancelledOf,
  evolveOrder,
  type LinePieces,
  type OrderDecision,
  type OrderState,
  restOf,
  restOfLine,
  UNDECIDED_ORDER,
} from './order-state.ts';

/** The agreement about one order, with the bytes of the named events. */
export type OrderItem = AgreementItem<OrderState & { readonly bodies: readonly string[] }, OrderDecision>;

/** Most bytes of the bodies that an agreement keeps. An order that needs more is refused when it is placed. */
export const MAX_BODIES_BYTES = 102_400;

/** Most claims of an order. The last one has to claim all remaining pieces, so that every order ends. */
export const MAX_CLAIMS = 1_000;

/** Why a step is refused. */
export type OrderRefusal =
  | ItemRefusal
  /** Not yet: try again when it is secured. */
  | 'not_secured'
  /** Not yet: the origin is being closed. Its closing decides whether the event counts. */
  | 'origin_closing'
  /** Not yet: a person decides whether it is a duplicate. */
  | 'held'
  /** Never: the event of a closed incarnation arrived too late. */
  | 'unbacked'
  | 'not_spent'
  | 'deadline_passed'
  | 'too_large'
  | 'named_other'
  | 'not_named'
  | 'not_effecting'
  | 'not_captured'
  | 'already_effecting'
  | 'already_ended'
  | 'over_claimed'
  | 'too_many_claims'
  | 'nothing_left'
  | 'nothing_to_do';

/** A step of the agreement about an order. */
export type OrderStep = Result<Put<OrderItem>, OrderRefusal>;

/** Key of the agreement about an order. */
export const orderKeyOf = (orderId: string): string => `order#${orderId}`;

const START: OrderItem['state'] = { ...UNDECIDED_ORDER, bodies: [] };

/** Input of every step. */
export interface OrderContext {
  readonly orderId: string;
  /** The item as a strong read found it. */
  readonly read: OrderItem | undefined;
  readonly attempt: Attempt;
}

const stateOf = ({ read }: OrderContext): OrderItem['state'] => read?.state ?? START;

const decide = (
  context: OrderContext,
  decision: OrderDecision,
  bodies = stateOf(context).bodies,
): OrderStep =>
  writeMove(
    context.read,
    {
      key: orderKeyOf(context.orderId),
      state: { ...evolveOrder(stateOf(context), decision), bodies },
      decision,
    },
    context.attempt,
  );

/** A copy of an order that a Region proposes. */
export interface NamingCandidate {
  /** The event that is to count: `placed` with its pieces spent, or `allocated`. */
  readonly eventId: EventId;
  /** The incarnation that spent the pieces. */
  readonly origin: Origin;
  readonly hash: string;
  /** Bodies of the named event and, if it is an allocation, of the order that it fills. Any Region can restore them from this item. */
  readonly bodies: readonly string[];
  readonly lines: LinePieces;
  /** When it ends unless it is paid, in ms since 1970. */
  readonly deadlineAtMs: number;
  /** Two present incarnations hold the event and its keys. */
  readonly isSecured: boolean;
  /** Every line has its pieces. */
  readonly isFullySpent: boolean;
  /** It may be a duplicate, and no person has decided yet. */
  readonly isHeld: boolean;
  /** `close#` of the origin, read strongly and after the event. `unlisted`: closed, and no survivor had listed the event. */
  readonly closing: 'none' | 'closing' | 'listed' | 'unlisted';
}

type Refused = Extract<OrderStep, { ok: false }>;

const closingRefusal = ({ closing, origin }: NamingCandidate): Refused | undefined => {
  if (closing === 'closing') return refused('origin_closing', 'origin', `${origin} closed or not closing`);
  return closing === 'unlisted'
    ? refused('unbacked', 'eventId', `an event that a survivor held when ${origin} was closed`)
    : undefined;
};

function candidateRefusal(candidate: NamingCandidate, nowMs: number): Refused | undefined {
  const bytes = candidate.bodies.reduce((sum, body) => sum + Buffer.byteLength(body), 0);
  if (!candidate.isSecured) return refused('not_secured', 'eventId', 'an event that two incarnations hold');
  if (!candidate.isFullySpent) return refused('not_spent', 'lines', 'pieces for every line');
  if (candidate.isHeld) return refused('held', 'eventId', 'a decision whether it is a duplicate');
  if (nowMs >= candidate.deadlineAtMs)
    return refused('deadline_passed', 'deadlineAtMs', `a time after ${nowMs}`);
  if (bytes > MAX_BODIES_BYTES) return refused('too_large', 'bodies', `at most ${MAX_BODIES_BYTES} bytes`);
  return closingRefusal(candidate);
}

/**
 * Names the copy that counts: the first secured, fully spent copy that is proposed. There is no other order among copies. Redelivery is
 * `nothing_to_do`.
 */
export function nameCopy(context: OrderContext, candidate: NamingCandidate, nowMs: number): OrderStep {
  const { phase, named } = stateOf(context);
  const { eventId, origin, hash, lines, deadlineAtMs, bodies } = candidate;
  if (named?.eventId === eventId) return refused('nothing_to_do', 'eventId', 'an order that is not named');
  if (named !== undefined) return refused('named_other', 'eventId', named.eventId);
  if (phase === 'ended') return refused('already_ended', 'phase', 'open');
  return (
    candidateRefusal(candidate, nowMs) ??
    decide(context, { kind: 'named', eventId, origin, hash, lines, deadlineAtMs }, bodies)
  );
}

/** Start of capture and fulfilment of a paid order. */
export interface Effecting {
  /** The payment that counts. */
  readonly paymentId: string;
  /** In ms since 1970. */
  readonly captureDeadlineAtMs: number;
  /** In ms since 1970. */
  readonly fulfilDeadlineAtMs: number;
}

/**
 * Allows capture and shipping for one payment. If an expiry or a cancellation is written first, the payment is due for refund instead.
 * Capturing waits until this decision is secured.
 */
export function startEffecting(context: OrderContext, effecting: Effecting): OrderStep {
  const { phase, named, capture } = stateOf(context);
  if (capture?.paymentId === effecting.paymentId)
    return refused('nothing_to_do', 'paymentId', 'a payment that does not count yet');
  if (phase === 'ended') return refundPayment(context, effecting.paymentId);
  if (named === undefined) return refused('not_named', 'phase', 'a named copy');
  return capture === undefined
    ? decide(context, { kind: 'effecting', ...effecting })
    : refundPayment(context, effecting.paymentId);
}

/** Marks a payment that does not count or came too late as due for refund, once. */
function refundPayment(context: OrderContext, paymentId: string): OrderStep {
  return stateOf(context).refundsDue.includes(paymentId)
    ? refused('nothing_to_do', 'paymentId', 'a payment that is not due for refund yet')
    : decide(context, { kind: 'refund_due', paymentId });
}

/**
 * Records that the provider captured a payment. If the order ended meanwhile, or another payment counts, it is due for refund.
 * Redelivery is `nothing_to_do`.
 */
export function recordCaptured(context: OrderContext, paymentId: string): OrderStep {
  const state = stateOf(context);
  const isCounted = state.capture?.paymentId === paymentId;
  if (isCounted && state.capture?.status === 'captured')
    return refused('nothing_to_do', 'paymentId', 'a payment that is not captured');
  if (state.phase === 'ended') return refundPayment(context, paymentId);
  if (state.capture === undefined) return refused('not_effecting', 'phase', 'effecting');
  return isCounted
    ? decide(context, { kind: 'captured', paymentId, refundLines: cancelledOf(state) })
    : refundPayment(context, paymentId);
}

/** Ends the order because its capture is closed as declined: by the provider's answer, or by the sweep at the deadline. */
export function closeCapture(context: OrderContext, paymentId: string, commandId: string): OrderStep {
  const { phase, capture } = stateOf(context);
  if (phase === 'ended') return refused('already_ended', 'phase', 'effecting');
  if (capture?.paymentId !== paymentId)
    return refused('not_effecting', 'paymentId', 'the payment that counts');
  return capture.status === 'captured'
    ? refused('nothing_to_do', 'paymentId', 'a capture without an outcome')
    : end(context, 'capture_declined', commandId);
}

const end = (
  context: OrderContext,
  reason: Extract<OrderDecision, { kind: 'ended' }>['reason'],
  commandId: string,
) => decide(context, { kind: 'ended', reason, commandId, returns: restOf(stateOf(context)) });

/** Requested pieces to ship or cancel. */
export interface Claim {
  /** Command id of the claim; a repeated id is always recognised. */
  readonly claimId: string;
  readonly purpose: 'ship' | 'cancel';
  /** Pieces by line, each at least 1; `rest`: all that nobody has claimed. */
  readonly lines: LinePieces | 'rest';
}

const claimedLines = (state: OrderState, { lines }: Claim): LinePieces =>
  lines === 'rest' ? restOf(state) : lines;

function linesRefusal(state: OrderState, lines: LinePieces): Refused | undefined {
  const entries = Object.entries(lines);
  if (entries.length === 0) return refused('nothing_left', 'lines', 'pieces that nobody has claimed');
  const over = entries.find(([line, pieces]) => {
    const stored = state.lines[line];
    const isCounted = Number.isSafeInteger(pieces) && pieces > 0;
    return stored === undefined || !isCounted || pieces > restOfLine(stored);
  });
  if (over === undefined) return undefined;
  const stored = state.lines[over[0]];
  return refused('over_claimed', over[0], `1 to ${stored === undefined ? 0 : restOfLine(stored)}`);
}

const isAllThatIsLeft = (state: OrderState, lines: LinePieces): boolean =>
  Object.entries(restOf(state)).every(([line, pieces]) => lines[line] === pieces);

function claimRefusal(state: OrderState, claim: Claim): Refused | undefined {
  const lines = claimedLines(state, claim);
  if (state.claims.includes(claim.claimId))
    return refused('nothing_to_do', 'claimId', 'a claim that is not made yet');
  if (state.phase === 'ended') return refused('already_ended', 'phase', 'effecting');
  if (state.phase === 'open') return refused('not_effecting', 'phase', 'effecting');
  if (claim.purpose === 'ship' && state.capture?.status !== 'captured')
    return refused('not_captured', 'capture', 'a captured payment');
  const refusal = linesRefusal(state, lines);
  if (refusal !== undefined) return refusal;
  return state.claims.length >= MAX_CLAIMS - 1 && !isAllThatIsLeft(state, lines)
    ? refused('too_many_claims', 'lines', 'all that nobody has claimed')
    : undefined;
}

/**
 * Claims pieces for shipping, or cancels them. Refused if shipped + cancelled would exceed what was ordered, so that a shipment and a
 * cancellation in two Regions never take the same piece. The last claim ends the order. Redelivery is `nothing_to_do`.
 */
export function claimPieces(context: OrderContext, claim: Claim): OrderStep {
  const state = stateOf(context);
  const { claimId, purpose } = claim;
  const isRefundDue = purpose === 'cancel' && state.capture?.status === 'captured';
  return (
    claimRefusal(state, claim) ??
    decide(context, { kind: 'claimed', claimId, purpose, lines: claimedLines(state, claim), isRefundDue })
  );
}

/**
 * Cancels what can still be cancelled: an order that is not effecting ends; for an order that is effecting, the rest is claimed as
 * cancelled. Until this is written, the cancellation reads `cancel requested`. Redelivery is `nothing_to_do` or `already_ended`.
 */
export function cancelOrder(context: OrderContext, commandId: string): OrderStep {
  switch (stateOf(context).phase) {
    case 'open':
      return end(context, 'cancelled', commandId);
    case 'effecting':
      return claimPieces(context, { claimId: commandId, purpose: 'cancel', lines: 'rest' });
    case 'ended':
      return refused('already_ended', 'phase', 'open or effecting');
  }
}

/** Ends an order whose deadline passed before it was paid for. */
export function expireOrder(context: OrderContext, commandId: string): OrderStep {
  const { phase } = stateOf(context);
  if (phase === 'ended') return refused('already_ended', 'phase', 'open');
  return phase === 'effecting'
    ? refused('already_effecting', 'phase', 'open')
    : end(context, 'expired', commandId);
}
