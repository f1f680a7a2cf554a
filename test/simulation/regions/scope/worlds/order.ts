/**
 * One order of two pieces that two Regions accepted: each spent two pieces for its copy. Both Regions read the agreement `order#` and
 * write from what they read, whenever that was. The customer pays, pays again and cancels, the warehouse claims a piece, deadlines pass,
 * the provider captures or declines, decided events are written and secured one by one, each spender puts back what is due.
 *
 * `losesTable`: the table of agreements is lost once and made again from the decided events, with and without those that only one Region
 * had. In the end each piece was shipped or put back once, and each captured payment counts or is due for refund.
 */
import { dropSecured, type PendingDecision } from '../../../../../lambdas/regions/agreements/item.ts';
import { capturePermit, shippingPermit } from '../../../../../lambdas/regions/agreements/order-permits.ts';
import { dueReturns, type OwnCopy } from '../../../../../lambdas/regions/agreements/order-returns.ts';
import {
  evolveOrder,
  type OrderDecision,
  UNDECIDED_ORDER,
} from '../../../../../lambdas/regions/agreements/order-state.ts';
import {
  cancelOrder,
  claimPieces,
  closeCapture,
  nameCopy,
  type OrderContext,
  type OrderItem,
  orderKeyOf,
  type OrderStep,
  recordCaptured,
  startEffecting,
} from '../../../../../lambdas/regions/agreements/order-steps.ts';
import { CAPTURE_MS, FULFIL_MS, sweepOrder, UNPAID_MS } from '../../../../../lambdas/regions/agreements/order-sweep.ts';
import { type HeldDecision, restoredItem } from '../../../../../lambdas/regions/agreements/rebuild.ts';
import { candidateOf, ORDER_ID, START_MS } from '../../../../unit/regions/agreements/order-world.ts';
import type { Step, World } from '../explore.ts';
import { remembered } from '../parts.ts';
import { after } from '../writes.ts';

const PIECES = 2;
const copyOf = (eventId: string): OwnCopy => ({ orderId: ORDER_ID, eventId, lines: { pen: PIECES } });
const COPIES = { a: copyOf('eu-central-1.a1#1'), b: copyOf('eu-west-1.b1#1') };
type Name = keyof typeof COPIES;

/** Moments that make a difference: placed, unpaid for too long, captured for too long, not fulfilled for too long. */
const TIMES_MS = [
  START_MS,
  START_MS + UNPAID_MS,
  START_MS + UNPAID_MS + CAPTURE_MS,
  START_MS + UNPAID_MS + CAPTURE_MS + FULFIL_MS,
] as const;

/** What somebody may try at the agreement. */
type Command = 'name' | 'pay_1' | 'pay_2' | 'captured' | 'declined' | 'ship_one' | 'cancel' | 'cancel_two' | 'sweep';

/** What may happen. */
export interface OrderBudget {
  readonly a: readonly Command[];
  readonly b: readonly Command[];
  readonly losesTable: boolean;
}

type OrderRecord = HeldDecision<OrderDecision>;
type Reading = OrderItem | undefined | 'unread';

interface OrderState {
  readonly item: OrderItem | undefined;
  readonly readByA: Reading;
  readonly readByB: Reading;
  /** Decided events in the logs, by generation and number. */
  readonly log: readonly OrderRecord[];
  /** Which of {@link TIMES_MS} it is. */
  readonly time: number;
  readonly capture: 'none' | 'calling' | 'captured' | 'declined';
  /** `<claim>@<copy>`, sorted. */
  readonly shipped: readonly string[];
  /** `<return>@<copy>`, sorted, with pieces. */
  readonly returned: readonly (readonly [name: string, pieces: number])[];
  readonly generation: number;
}

const START: OrderState = {
  item: undefined,
  readByA: 'unread',
  readByB: 'unread',
  log: [],
  time: 0,
  capture: 'none',
  shipped: [],
  returned: [],
  generation: 1,
};

function stepOf(context: OrderContext, name: Name, command: Command, nowMs: number): OrderStep {
  const deadlines = { captureDeadlineAtMs: TIMES_MS[2], fulfilDeadlineAtMs: TIMES_MS[3] };
  switch (command) {
    case 'name':
      return nameCopy(context, candidateOf(COPIES[name]), nowMs);
    case 'pay_1':
    case 'pay_2':
      return startEffecting(context, { paymentId: command, ...deadlines });
    case 'captured':
      return recordCaptured(context, 'pay_1');
    case 'declined':
      return closeCapture(context, 'pay_1', 'decline');
    case 'ship_one':
      return claimPieces(context, { claimId: 'ship', purpose: 'ship', lines: { pen: 1 } });
    case 'cancel_two':
      return claimPieces(context, { claimId: 'two', purpose: 'cancel', lines: { pen: PIECES } });
    case 'cancel':
      return cancelOrder(context, 'cancel');
    case 'sweep':
      return sweepOrder(context, { eventDeadlineAtMs: TIMES_MS[1], nowMs });
  }
}

const attempted = remembered(
  (item: OrderItem | undefined, read: OrderItem | undefined, name: Name, command: Command, time: number, generation: number) => {
    const attempt = { attemptId: `${command}@${name}`, generation };
    const context = { orderId: ORDER_ID, read, attempt };
    return after(item, stepOf(context, name, command, TIMES_MS[time] ?? 0));
  },
);

/** What Regions do by themselves. Nobody can count on customers, the warehouse and the provider: deadlines alone lead to the end. */
const RELIABLE: ReadonlySet<Command> = new Set(['captured', 'sweep']);

/** Whether the world gives somebody a reason to try. */
function hasReason({ capture }: OrderState, command: Command): boolean {
  if (command === 'captured') return capture === 'captured';
  return command !== 'declined' || capture === 'declined';
}

function* agreementSteps(state: OrderState, name: Name, commands: readonly Command[]): Generator<Step<OrderState>> {
  const field = name === 'a' ? 'readByA' : 'readByB';
  yield { says: `${name} reads`, to: { ...state, [field]: state.item } };
  const read = state[field];
  if (read === 'unread') return;
  for (const command of commands) {
    if (!hasReason(state, command)) continue;
    const item = attempted(state.item, read, name, command, state.time, state.generation);
    const isFault = !RELIABLE.has(command);
    if (item !== state.item) yield { says: `${name}: ${command}`, to: { ...state, item }, isFault };
  }
}

const generationOf = (pending: PendingDecision<OrderDecision>, item: OrderItem): number =>
  pending.generation ?? item.generation;

const published = remembered((log: readonly OrderRecord[], item: OrderItem): readonly OrderRecord[] => {
  const missing = item.pending.filter(
    (pending) =>
      !log.some(({ generation, number }) => number === pending.number && generation === generationOf(pending, item)),
  );
  const records = missing.map((pending) => ({ generation: item.generation, ...pending, isSecured: false }));
  return [...log, ...records].toSorted((x, y) => x.generation - y.generation || x.number - y.number);
});

const secured = remembered((log: readonly OrderRecord[], at: number): readonly OrderRecord[] =>
  log.map((record, index) => (index === at ? { ...record, isSecured: true } : record)),
);

const dropped = remembered((item: OrderItem, log: readonly OrderRecord[]): OrderItem => {
  const isSecured = (pending: PendingDecision<OrderDecision>): boolean =>
    log.some(
      (record) =>
        record.isSecured && record.number === pending.number && record.generation === generationOf(pending, item),
    );
  const numbers = new Set(item.pending.filter(isSecured).map(({ number }) => number));
  return after(item, dropSecured(item, numbers, { attemptId: 'drop', generation: item.generation })) ?? item;
});

function* logSteps(state: OrderState): Generator<Step<OrderState>> {
  const { item, log } = state;
  if (item === undefined) return;
  yield { says: 'decided events are written', to: { ...state, log: published(log, item) } };
  for (const [at, { isSecured, number }] of log.entries())
    if (!isSecured) yield { says: `event ${number} is secured`, to: { ...state, log: secured(log, at) } };
  yield { says: 'secured decisions leave the item', to: { ...state, item: dropped(item, log) } };
}

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
  (item: OrderItem | undefined, log: readonly OrderRecord[], name: Name): readonly (readonly [string, number])[] =>
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

const restored = remembered((log: readonly OrderRecord[]) =>
  restoredItem({
    key: orderKeyOf(ORDER_ID),
    generation: 2,
    records: log,
    start: { ...UNDECIDED_ORDER, bodies: ['{}'] },
    evolve: (before, decision: OrderDecision) => ({ ...evolveOrder(before, decision), bodies: before.bodies }),
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
  const over = Object.values(order?.lines ?? {}).some(({ ordered, shipped, cancelled }) => shipped + cancelled > ordered);
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
    if (state.time < TIMES_MS.length - 1) yield { says: 'a deadline passes', to: { ...state, time: state.time + 1 } };
    if (budget.losesTable) yield* lossSteps(state);
  },
  violations: violationsIn,
  isOver,
});
