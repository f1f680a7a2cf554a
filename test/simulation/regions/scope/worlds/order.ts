/**
 * One order of two pieces that two Regions accepted: each spent two pieces for its copy. Both Regions read the agreement `order#` and
 * write from what they read, whenever that was. The customer pays, pays again and cancels, the warehouse claims a piece, deadlines pass,
 * the provider captures or declines, decided events are written and secured one by one, each spender puts back what is due.
 *
 * `losesTable`: the table of agreements is lost once and made again from the decided events, with and without those that only one Region
 * had. In the end each piece was shipped or put back once, and each captured payment counts or is due for refund.
 */
import { capturePermit, shippingPermit } from '../../../../../lambdas/regions/agreements/order-permits.ts';
import {
  evolveOrder,
  type OrderDecision,
  UNDECIDED_ORDER,
} from '../../../../../lambdas/regions/agreements/order-state.ts';
import { dueReturns } from '../../../../../lambdas/regions/agreements/order-returns.ts';
import { type OrderItem, orderKeyOf } from '../../../../../lambdas/regions/agreements/order-steps.ts';
import { restoredItem } from '../../../../../lambdas/regions/agreements/rebuild.ts';
import { ORDER_ID } from '../../../../unit/regions/agreements/order-world.ts';
import type { Step, World } from '../explore.ts';
import { remembered } from '../parts.ts';
import { agreementSteps, logSteps } from './order-agreement.ts';
import {
  COPIES,
  type Name,
  type OrderBudget,
  type OrderRecord,
  type OrderState,
  PIECES,
  START,
  TIMES_MS,
} from './order-state.ts';

const mayCapture = remembered((item: OrderItem | undefined, log: readonly OrderRecord[]): boolean =>
  log.some((record) => record.decision.kind === 'effecting' && capturePermit(item, record) === 'apply'),
);

/** Claims that may leave now, as `<claim>@<copy>`. */
const shippable = remembered((item: OrderItem | undefined, log: readonly OrderRecord[]): readonly string[] =>
  log.flatMap((record) => {
    const { decision } = record;
    if (decision.kind !== 'claimed' || decision.purpose !== 'ship') return [];
    return shippingPermit(item, record, decision.claimId) === 'apply'
      ? [`${decision.claimId}@${item?.state.named?.eventId ?? 'nobody'}`]
      : [];
  }),
);

const due = remembered(
  (
    item: OrderItem | undefined,
    log: readonly OrderRecord[],
    name: Name,
  ): readonly (readonly [string, number])[] =>
    item === undefined
      ? []
      : dueReturns(item, log, COPIES[name]).map(({ returnId, lines }) => [
          `${returnId}@${COPIES[name].eventId}`,
          lines['pen'] ?? 0,
        ]),
);

/** Names of returns, one for each return and copy: a spender's mark makes the second time fail. */
const isMade = ({ returned }: OrderState, name: string): boolean => returned.some(([made]) => made === name);

function* effectSteps(state: OrderState): Generator<Step<OrderState>> {
  const { item, log, capture, shipped, returned } = state;
  if (capture === 'none' && mayCapture(item, log))
    yield { says: 'the provider is asked to capture', to: { ...state, capture: 'calling' }, isFault: true };
  if (capture === 'calling') {
    yield { says: 'the provider captures', to: { ...state, capture: 'captured' }, isFault: true };
    yield { says: 'the provider declines', to: { ...state, capture: 'declined' }, isFault: true };
  }
  for (const claim of shippable(item, log))
    if (!shipped.includes(claim))
      yield { says: `${claim} is shipped`, to: { ...state, shipped: [...shipped, claim].toSorted() } };
  for (const name of ['a', 'b'] as const)
    for (const entry of due(item, log, name))
      if (!isMade(state, entry[0])) {
        const next = [...returned, entry].toSorted(([x], [y]) => (x < y ? -1 : 1));
        yield { says: `${name} puts ${entry[1]} back`, to: { ...state, returned: next } };
      }
}

const restored = remembered(
  (log: readonly OrderRecord[]) =>
    restoredItem({
      key: orderKeyOf(ORDER_ID),
      generation: 2,
      records: log,
      start: { ...UNDECIDED_ORDER, bodies: ['{}'] },
      evolve: (before, decision: OrderDecision) => ({
        ...evolveOrder(before, decision),
        bodies: before.bodies,
      }),
    })?.next,
);

const securedOnes = remembered((log: readonly OrderRecord[]): readonly OrderRecord[] =>
  log.filter(({ isSecured }) => isSecured),
);

/** The table is lost. What only one Region had may be missing then, and shows up later. */
function* lossSteps(state: OrderState): Generator<Step<OrderState>> {
  if (state.generation > 1) return;
  const { log } = state;
  for (const left of [log, securedOnes(log)])
    yield {
      says: `the table is lost, ${left.length} of ${log.length} events are left`,
      to: { ...state, item: restored(left), readByA: 'unread', readByB: 'unread', generation: 2 },
      isFault: true,
    };
}

const piecesFor = ({ shipped, returned }: OrderState, eventId: string): number =>
  shipped.filter((name) => name.endsWith(`@${eventId}`)).length +
  returned.filter(([name]) => name.endsWith(`@${eventId}`)).reduce((sum, [, pieces]) => sum + pieces, 0);

const copies = Object.values(COPIES);

function violationsIn(state: OrderState): readonly string[] {
  const order = state.item?.state;
  const over = Object.values(order?.lines ?? {}).some(
    ({ ordered, shipped, cancelled }) => shipped + cancelled > ordered,
  );
  const twice = copies.filter(({ eventId }) => piecesFor(state, eventId) > PIECES);
  const holders = new Set(state.shipped.map((name) => name.split('@')[1]));
  const isRefunded = order?.refundsDue.includes('pay_1') === true;
  return [
    ...(over ? ['more is claimed than was ordered'] : []),
    ...twice.map(({ eventId }) => `a piece of ${eventId} was shipped and put back, or twice`),
    ...(holders.size > 1 || holders.has('nobody') ? ['shipped for two copies, or for nobody'] : []),
    ...(isRefunded && isCounted(state) ? ['a payment counts and is due for refund'] : []),
  ];
}

const isCounted = ({ item }: OrderState): boolean =>
  item?.state.capture?.paymentId === 'pay_1' && item.state.capture.status === 'captured';

/** Everything is decided, logged and done; each piece and each payment is at its end. */
function isOver(state: OrderState): boolean {
  const { item, log, capture, shipped } = state;
  if (item?.state.phase !== 'ended' || item.pending.length > 0) return false;
  const isPaidRight = capture !== 'captured' || isCounted(state) !== item.state.refundsDue.includes('pay_1');
  return (
    isPaidRight &&
    shippable(item, log).every((claim) => shipped.includes(claim)) &&
    copies.every(({ eventId }) => piecesFor(state, eventId) === PIECES)
  );
}

/** The world with what may happen in it. */
export const orderWorld = (budget: OrderBudget): World<OrderState> => ({
  start: START,
  *steps(state) {
    yield* agreementSteps(state, 'a', budget.a);
    yield* agreementSteps(state, 'b', budget.b);
    yield* logSteps(state);
    yield* effectSteps(state);
    if (state.time < TIMES_MS.length - 1)
      yield { says: 'a deadline passes', to: { ...state, time: state.time + 1 } };
    if (budget.losesTable) yield* lossSteps(state);
  },
  violations: violationsIn,
  isOver,
});
