/**
 * The copies of an order: checkouts, and allocations that fill waiting checkouts.
 *
 * Invariant 1: an agreement decides which copy counts. Until then every copy is a candidate and no copy is void.
 * Invariant 2: a waiting checkout spends nothing; its allocations spend the pieces.
 */
import { compareEvents, type EventId, type LogEvent } from '../log/event.ts';
import type { OrderState } from '../agreements/order-state.ts';
import type { Copies, Copy } from '../folds/kept.ts';
import type { OrderFact, OrderFactOf, Placed } from './order-events.ts';
import { type OrderEffect, orderEffectOf } from './order-table.ts';
import type { Closings } from '../folds/closings.ts';
import { isUnbacked } from './unbacked.ts';

/** A copy as the state shows it. */
export interface OrderCopy extends Pick<LogEvent, 'id' | 'origin' | 'entitySeq' | 'hlc' | 'commandId'> {
  readonly kind: 'placed' | 'allocated';
  /** `count`, `candidate`, `void` or `unbacked`. */
  readonly standing: OrderEffect;
  /** It took pieces and vouchers. */
  readonly isSpent: boolean;
  /** Content of the order. Absent for an allocation whose checkout has not arrived. */
  readonly order?: Placed;
}

type CopyEvent = Copy<OrderFactOf<'order.placed'> | OrderFactOf<'order.allocated'>>;

const isCopyEvent = (copy: Copy<OrderFact>): copy is CopyEvent =>
  copy.fact.type === 'order.placed' || copy.fact.type === 'order.allocated';

/** Every checkout and allocation, each copy of each command, in the total order. */
const copyEvents = (commands: readonly Copies<OrderFact>[]): readonly CopyEvent[] =>
  commands.flat().filter(isCopyEvent).toSorted(compareEvents);

const placedOf = (copy: CopyEvent, all: readonly CopyEvent[]): Placed | undefined => {
  const { fact } = copy;
  if (fact.type === 'order.placed') return fact.payload;
  const filled = all.find(({ id }) => id === fact.payload.placedId)?.fact;
  return filled?.type === 'order.placed' ? filled.payload : undefined;
};

/** The checkout that the named allocation fills. */
const filledId = (agreed: OrderState, all: readonly CopyEvent[]): EventId | undefined => {
  const named = all.find(({ id }) => id === agreed.named?.eventId)?.fact;
  return named?.type === 'order.allocated' ? named.payload.placedId : undefined;
};

function stateOfCopy(
  copy: CopyEvent,
  agreed: OrderState,
  filled: EventId | undefined,
  closings: Closings,
): string {
  if (isUnbacked(copy, closings)) return 'beyond_closing';
  if (copy.id === agreed.named?.eventId) return 'named';
  if (copy.id === filled && copy.fact.type === 'order.placed') return 'filled';
  return agreed.named !== undefined || agreed.phase === 'ended' ? 'passed_over' : 'undecided';
}

/** The copies of an order, in the total order. */
export function copiesOf(
  commands: readonly Copies<OrderFact>[],
  agreed: OrderState,
  closings: Closings,
): readonly OrderCopy[] {
  const all = copyEvents(commands);
  const filled = filledId(agreed, all);
  return all.map((copy) => {
    const order = placedOf(copy, all);
    const { type } = copy.fact;
    return {
      id: copy.id,
      origin: copy.origin,
      entitySeq: copy.entitySeq,
      hlc: copy.hlc,
      commandId: copy.commandId,
      kind: type === 'order.placed' ? 'placed' : 'allocated',
      standing: orderEffectOf(type, stateOfCopy(copy, agreed, filled, closings)),
      isSpent: copy.fact.type === 'order.allocated' || copy.fact.payload.supply === 'spent',
      ...(order !== undefined && { order }),
    };
  });
}

/**
 * The copy to show: the named one, or the first candidate that has its pieces, or the first candidate. Display only: no irreversible step
 * depends on a candidate.
 */
export const shownCopy = (copies: readonly OrderCopy[]): OrderCopy | undefined =>
  copies.find(({ standing, isSpent }) => standing === 'count' && isSpent) ??
  copies.find(({ standing, isSpent }) => standing === 'candidate' && isSpent) ??
  copies.find(({ standing }) => standing === 'candidate' || standing === 'count') ??
  copies[0];
