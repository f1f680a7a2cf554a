/** Requests of persons: to cancel, to ship or cancel some pieces, and their answers about a suspected duplicate. */
import { compareText } from '../log/event.ts';
import {
  type LinePieces,
  type OrderDecision,
  type OrderState,
  restOfLine,
} from '../agreements/order-state.ts';
import type { DecidedRecord } from '../agreements/rebuild.ts';
import type { Copies } from '../folds/kept.ts';
import type { OrderFact, OrderFactOf } from './order-events.ts';
import { type OrderEffect, orderEffectOf } from './order-table.ts';

/** A claim in the shown state. */
export interface ShownClaim {
  readonly claimId: string;
  readonly purpose: 'ship' | 'cancel';
  /** Pieces by line; after the decision, the decided pieces. */
  readonly lines: LinePieces | 'rest';
  /** `request`, `count` or `refuse`. */
  readonly standing: OrderEffect;
}

/** Requests that are not answered yet. */
export interface Requests {
  /** A cancellation is requested, and the agreement has not answered it. */
  readonly isCancelRequested: boolean;
  /** Orders that this one looks like, sorted; empty after a person has answered. */
  readonly heldFor: readonly string[];
  /** By id. */
  readonly claims: readonly ShownClaim[];
}

type Decisions = readonly DecidedRecord<OrderDecision>[];

/** Command ids that a decision answers. */
const answeredIds = (decisions: Decisions): ReadonlySet<string> =>
  new Set(
    decisions.flatMap(({ decision }) => {
      if (decision.kind === 'claimed') return [decision.claimId];
      return decision.kind === 'ended' ? [decision.commandId] : [];
    }),
  );

const isImpossible = (agreed: OrderState, lines: LinePieces | 'rest'): boolean => {
  if (agreed.phase === 'ended') return true;
  if (agreed.named === undefined || lines === 'rest') return false;
  return Object.entries(lines).some(([line, pieces]) => {
    const stored = agreed.lines[line];
    return stored === undefined || pieces > restOfLine(stored);
  });
};

const decidedLines = (claimId: string, decisions: Decisions): LinePieces | undefined => {
  const found = decisions.find(({ decision }) => decision.kind === 'claimed' && decision.claimId === claimId);
  return found?.decision.kind === 'claimed' ? found.decision.lines : undefined;
};

function claimOf(
  claimId: string,
  { purpose, lines }: OrderFactOf<'order.claim_requested'>['payload'],
  agreed: OrderState,
  decisions: Decisions,
): ShownClaim {
  const decided = decidedLines(claimId, decisions);
  const undecided = isImpossible(agreed, lines) ? 'impossible' : 'undecided';
  const state = decided === undefined ? undecided : 'accepted';
  return {
    claimId,
    purpose,
    lines: decided ?? lines,
    standing: orderEffectOf('order.claim_requested', state),
  };
}

/** Whether a request to cancel is not answered by a decision. The end of an order answers all requests. */
function isCancelRequested(
  commands: readonly Copies<OrderFact>[],
  agreed: OrderState,
  decisions: Decisions,
): boolean {
  const answered = answeredIds(decisions);
  return commands.some(([{ fact, commandId }]) => {
    if (fact.type === 'order.hold_answered')
      return agreed.phase === 'open' && orderEffectOf(fact.type, fact.payload.answer) === 'request';
    if (fact.type !== 'order.cancel_requested') return false;
    const state = agreed.phase === 'ended' || answered.has(commandId) ? 'answered' : 'undecided';
    return orderEffectOf(fact.type, state) === 'request';
  });
}

/** A hold prevents the naming of an order; after the naming it has no effect. */
function heldFor(commands: readonly Copies<OrderFact>[], agreed: OrderState): readonly string[] {
  const isAnswered =
    agreed.named !== undefined ||
    agreed.phase !== 'open' ||
    commands.some(([{ fact }]) => fact.type === 'order.hold_answered');
  if (orderEffectOf('order.held', isAnswered ? 'answered' : 'unanswered') !== 'hold') return [];
  const suspects = commands.flatMap(([{ fact }]) =>
    fact.type === 'order.held' ? [fact.payload.suspectOf] : [],
  );
  return [...new Set(suspects)].toSorted(compareText);
}

/** The requests, with the answers of the agreement. */
export function requestsOf(
  commands: readonly Copies<OrderFact>[],
  agreed: OrderState,
  decisions: Decisions,
): Requests {
  const claims = commands.flatMap(([{ fact, commandId }]) =>
    fact.type === 'order.claim_requested' ? [claimOf(commandId, fact.payload, agreed, decisions)] : [],
  );
  return {
    isCancelRequested: isCancelRequested(commands, agreed, decisions),
    heldFor: heldFor(commands, agreed),
    claims: claims.toSorted((a, b) => compareText(a.claimId, b.claimId)),
  };
}
