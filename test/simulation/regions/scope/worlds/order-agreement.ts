/** What Regions try at the agreement about an order, and how its decisions come into the logs. */
import { dropSecured, type PendingDecision } from '../../../../../lambdas/regions/agreements/item.ts';
import type { OrderDecision } from '../../../../../lambdas/regions/agreements/order-state.ts';
import {
  cancelOrder,
  claimPieces,
  closeCapture,
  nameCopy,
  type OrderContext,
  type OrderItem,
  type OrderStep,
  recordCaptured,
  startEffecting,
} from '../../../../../lambdas/regions/agreements/order-steps.ts';
import { sweepOrder } from '../../../../../lambdas/regions/agreements/order-sweep.ts';
import { candidateOf, ORDER_ID } from '../../../../unit/regions/agreements/order-world.ts';
import type { Step } from '../explore.ts';
import { remembered } from '../parts.ts';
import { after } from '../writes.ts';
import {
  type Command,
  COPIES,
  type Name,
  type OrderRecord,
  type OrderState,
  PIECES,
  TIMES_MS,
} from './order-state.ts';

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
  (
    item: OrderItem | undefined,
    read: OrderItem | undefined,
    name: Name,
    command: Command,
    time: number,
    generation: number,
  ) => {
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

export function* agreementSteps(
  state: OrderState,
  name: Name,
  commands: readonly Command[],
): Generator<Step<OrderState>> {
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
      !log.some(
        ({ generation, number }) => number === pending.number && generation === generationOf(pending, item),
      ),
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
        record.isSecured &&
        record.number === pending.number &&
        record.generation === generationOf(pending, item),
    );
  const numbers = new Set(item.pending.filter(isSecured).map(({ number }) => number));
  return after(item, dropSecured(item, numbers, { attemptId: 'drop', generation: item.generation })) ?? item;
});

export function* logSteps(state: OrderState): Generator<Step<OrderState>> {
  const { item, log } = state;
  if (item === undefined) return;
  yield { says: 'decided events are written', to: { ...state, log: published(log, item) } };
  for (const [at, { isSecured, number }] of log.entries())
    if (!isSecured) yield { says: `event ${number} is secured`, to: { ...state, log: secured(log, at) } };
  yield { says: 'secured decisions leave the item', to: { ...state, item: dropped(item, log) } };
}
