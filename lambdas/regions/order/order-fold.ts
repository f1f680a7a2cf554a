/**
 * The fold of an order.
 *
 * Invariant 1: only decided events determine the copy that counts, the shipped, cancelled and refunded pieces, and the end of the order.
 * Invariant 2: provisional state is only shown: no piece is put back and no effect starts because of it.
 * Invariant 3: the fold is total: every set of events has a state, also if events are missing or duplicated.
 */
import type { EventId, LogEvent } from '../log/event.ts';
import {
  evolveOrder,
  type OrderDecision,
  type OrderState,
  UNDECIDED_ORDER,
} from '../agreements/order-state.ts';
import type { DecidedRecord } from '../agreements/rebuild.ts';
import { type Common, commonOf, isSound } from '../folds/common.ts';
import { type Decisions, decisionsOf } from '../folds/decided-facts.ts';
import { absorbAll, commandsOf, type Copies, type FoldRules, type Kept, nothingKept } from '../folds/kept.ts';
import { copiesOf, type OrderCopy, shownCopy } from './order-copies.ts';
import { type OrderFact, orderFactSchema } from './order-events.ts';
import { type Payment, paymentsOf } from './order-payments.ts';
import { type Requests, requestsOf } from './order-requests.ts';
import { type OrderReturn, returnsOf, unaskedReturns } from './order-returns.ts';
import { type Shortfall, shortfallsOf } from './order-shortfalls.ts';
import { type OrderStatus, statusOf } from './order-status.ts';
import { type Closings, NO_CLOSINGS } from '../folds/closings.ts';

/** State of an order, computed from its events. */
export interface FoldedOrder extends Common, Requests {
  readonly status: OrderStatus;
  /** State of the agreement after the decisions that have arrived without a gap. */
  readonly agreed: OrderState;
  /** These decisions, in the order of their numbers. */
  readonly decisions: readonly DecidedRecord<OrderDecision>[];
  /** Number of decisions that have arrived and wait for an earlier one. */
  readonly decisionsWaiting: number;
  /** All checkouts and allocations, in the total order. */
  readonly copies: readonly OrderCopy[];
  /** Id of the copy to show: the named one, or a provisional one. */
  readonly shown?: EventId;
  /** The named copy, if its event is not here. */
  readonly missingNamed?: EventId;
  /** By id. */
  readonly payments: readonly Payment[];
  /** Pieces to put back, by name of the return. */
  readonly returns: readonly OrderReturn[];
  /** Returns that were made and whose decision has not arrived. */
  readonly unaskedReturns: readonly string[];
  /** Pieces that stock does not cover; a person decides. */
  readonly shortfalls: readonly Shortfall[];
  /** The latest deadline of its events, in ms since 1970; 0 without a deadline. Afterwards any Region proposes to end the order. */
  readonly eventDeadlineAtMs: number;
  /**
   * The events permit an irreversible step: none is missing, unread, contradictory or unbacked. The agreement must also permit the step,
   * and its decisions must be secured.
   */
  readonly mayAct: boolean;
}

const nameOf = ({ entity, commandId }: LogEvent, { type, payload }: OrderFact): string => {
  if (type === 'order.returned') return `return ${payload.returnId}`;
  return type === 'cart.checked_out' ? `${commandId}@${entity}` : commandId;
};

/** Events that an order reads: its own, and `cart.checked_out` of its cart. */
export const ORDER_RULES: FoldRules<OrderFact> = {
  kind: 'order',
  foldVersion: 1,
  schema: orderFactSchema,
  nameOf,
};

/** Types for which an agreement decides which copy counts. */
const JUDGED: ReadonlySet<string> = new Set(['order.placed', 'order.allocated', 'order.claim_requested']);

const decidedRecords = (commands: readonly Copies<OrderFact>[]): Decisions<OrderDecision> =>
  decisionsOf(commands.flatMap(([{ fact }]) => (fact.type === 'order.decided' ? [fact.payload] : [])));

const missingNamed = (
  { named }: OrderState,
  copies: readonly OrderCopy[],
): { readonly missingNamed?: EventId } =>
  named === undefined || copies.some(({ id }) => id === named.eventId) ? {} : { missingNamed: named.eventId };

const deadlineOf = (commands: readonly Copies<OrderFact>[]): number =>
  Math.max(0, ...commands.flat().map(({ deadlineAtMs }) => deadlineAtMs ?? 0));

const isActable = (
  common: Common,
  { waiting }: Decisions<OrderDecision>,
  copies: readonly OrderCopy[],
): boolean =>
  isSound(common) &&
  waiting === 0 &&
  copies.some(({ standing }) => standing === 'count') &&
  copies.every(({ standing }) => standing !== 'unbacked');

/**
 * Computes the state from the stored events.
 * @param orderId - name of the order, without its kind
 * @param closings - origins that are closed permanently; closings are decided events of other entities
 */
export function orderState(
  orderId: string,
  kept: Kept<OrderFact>,
  closings: Closings = NO_CLOSINGS,
): FoldedOrder {
  const commands = commandsOf(kept);
  const decisions = decidedRecords(commands);
  const agreed = decisions.gapless.map(({ decision }) => decision).reduce(evolveOrder, UNDECIDED_ORDER);
  const copies = copiesOf(commands, agreed, closings);
  const hasOrder = copies.some(({ kind }) => kind === 'placed');
  const requests = requestsOf(commands, agreed, decisions.gapless);
  const payments = paymentsOf(commands, agreed, hasOrder);
  const returns = returnsOf(orderId, commands, copies, decisions.gapless, closings);
  const common = commonOf(kept, (type) => JUDGED.has(type));
  const shown = shownCopy(copies);
  return {
    ...common,
    ...requests,
    status: statusOf({ agreed, copies, payments, commands, heldFor: requests.heldFor }),
    agreed,
    decisions: decisions.gapless.map(({ generation, number, decision }) => ({
      generation,
      number,
      decision,
    })),
    decisionsWaiting: decisions.waiting,
    copies,
    ...(shown !== undefined && { shown: shown.id }),
    ...missingNamed(agreed, copies),
    payments,
    returns,
    unaskedReturns: unaskedReturns(commands, returns),
    shortfalls: shortfallsOf(agreed, copies, payments),
    eventDeadlineAtMs: deadlineOf(commands),
    mayAct: isActable(common, decisions, copies),
  };
}

/** The state of an order that has these events, in any order, any number of times. */
export const foldOrder = (orderId: string, events: Iterable<LogEvent>, closings?: Closings): FoldedOrder =>
  orderState(orderId, absorbAll(ORDER_RULES, nothingKept<OrderFact>(), events), closings);
