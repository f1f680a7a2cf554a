/**
 * A checkout at A whose answer is lost, and the same checkout at B: two copies of one order, each with a piece of its own Region. Every
 * event is real and is copied by itself, so that the cart's event arrives without the order's. Both Regions settle: they fold what they
 * have, name a copy, write decided events, end the order at its deadline and put their own pieces back.
 *
 * One copy counts; each Region puts its piece back once, and only when the agreement says so.
 */
import { owedEvents } from '../../../../../lambdas/regions/agreements/decided.ts';
import { dropSecured } from '../../../../../lambdas/regions/agreements/item.ts';
import { nameCopy, type OrderItem } from '../../../../../lambdas/regions/agreements/order-steps.ts';
import { sweepOrder, UNPAID_MS } from '../../../../../lambdas/regions/agreements/order-sweep.ts';
import { foldCart } from '../../../../../lambdas/regions/cart/cart-fold.ts';
import { planAdd } from '../../../../../lambdas/regions/commands/cart-commands.ts';
import { planCheckout } from '../../../../../lambdas/regions/commands/checkout.ts';
import { planDecided } from '../../../../../lambdas/regions/commands/decided-commands.ts';
import type { CommandResult } from '../../../../../lambdas/regions/commands/plan.ts';
import { planReturn, returnsToMake } from '../../../../../lambdas/regions/commands/spender-commands.ts';
import { stateBytes } from '../../../../../lambdas/regions/folds/digest.ts';
import { type FoldedOrder, foldOrder, ORDER_RULES } from '../../../../../lambdas/regions/order/order-fold.ts';
import { orderIdOf } from '../../../../../lambdas/regions/order/order-id.ts';
import { emptyHead, type RightsSlot, slotKeyOf } from '../../../../../lambdas/regions/rights/region-item.ts';
import { type Items, written } from '../../../../unit/regions/item-store.ts';
import { isSlot } from '../../../../unit/regions/rights/world.ts';
import type { Step, World } from '../explore.ts';
import { remembered } from '../parts.ts';
import { after } from '../writes.ts';
import { acceptedInto, copies, eventsIn, type Log, stateOfEntity } from './logs.ts';

const ORIGINS = { a: 'eu-central-1.a1', b: 'eu-west-1.b1' } as const;
type Name = keyof typeof ORIGINS;
const RESOURCE = 'sku#x';
const ORDER_ID = orderIdOf('k1', 1);
const ENTITY = `order#${ORDER_ID}`;
const NOW_MS = 1_000_000;
const LATE_MS = NOW_MS + 2 * UNPAID_MS;

/** What may happen. */
export interface CheckoutBudget {
  /** Regions that write decided events. */
  readonly writers: readonly Name[];
}

interface CheckoutState {
  readonly a: Log;
  readonly b: Log;
  /** Rights of each Region: one piece at first. */
  readonly itemsOfA: Items;
  readonly itemsOfB: Items;
  readonly item: OrderItem | undefined;
  readonly readByA: OrderItem | undefined | 'unread';
  readonly readByB: OrderItem | undefined | 'unread';
  readonly isLate: boolean;
}

const FIELDS = {
  a: { other: 'b', items: 'itemsOfA', read: 'readByA' },
  b: { other: 'a', items: 'itemsOfB', read: 'readByB' },
} as const;

const orderAt = remembered((log: Log): FoldedOrder => foldOrder(ORDER_ID, ofOrder(log)));
const ofOrder = (log: Log) =>
  eventsIn(log).filter(({ entity, type }) => entity === ENTITY || type === 'cart.checked_out');
const slotOf = (items: Items): RightsSlot | undefined =>
  Object.values<unknown>(items).find((item) => isSlot(item));
const slotsOf = (items: Items): readonly RightsSlot[] => [slotOf(items)].filter((slot) => slot !== undefined);

/** The log and the rights after one transaction; undefined if it is refused or a condition fails. */
function transacted(log: Log, items: Items, name: Name, nowMs: number, command: CommandResult) {
  const next = acceptedInto(log, ORIGINS[name], nowMs, command);
  if (next === undefined || !command.ok) return undefined;
  const changed = written(items, [...command.value.spends, ...command.value.releases]);
  return changed === undefined ? undefined : { log: next, items: changed };
}

const bought = remembered((log: Log, items: Items, name: Name) => {
  const state = foldCart(
    eventsIn(log).filter(({ entity, type }) => entity === 'cart#k1' || type === 'order.placed'),
  );
  const command = planCheckout(
    { commandId: 'buy', nowMs: NOW_MS },
    {
      cart: { cartId: 'k1', state },
      order: orderAt(log),
      customerId: 'u1',
      epoch: 1,
      expected: { x: 1 },
      currency: 'EUR',
      prices: new Map([['x', 500]]),
      vouchers: [],
      slots: new Map([[RESOURCE, slotsOf(items)]]),
      firstSlot: 0,
    },
  );
  return transacted(log, items, name, NOW_MS, command);
});

const decidedInto = remembered((log: Log, item: OrderItem, name: Name): Log | undefined => {
  const known = new Set(eventsIn(log).map(({ commandId }) => commandId));
  const content = owedEvents(item).find(({ commandId }) => !known.has(commandId));
  if (content === undefined) return undefined;
  return acceptedInto(log, ORIGINS[name], NOW_MS, planDecided(NOW_MS, stateOfEntity(log, ENTITY), content));
});

/** Names the first copy in this Region's fold that has its pieces. */
const named = remembered(
  (item: OrderItem | undefined, read: OrderItem | undefined, log: Log, other: Log, name: Name) => {
    const copy = orderAt(log).copies.find(({ isSpent }) => isSpent);
    const event = eventsIn(log).find(({ entity, id }) => entity === ENTITY && id === copy?.id);
    if (event === undefined) return item;
    const isSecured = eventsIn(other).includes(event);
    const lines = { l1: 1 };
    const { id: eventId, origin, hash, body, deadlineAtMs = 0 } = event;
    const step = nameCopy(
      { orderId: ORDER_ID, read, attempt: { attemptId: `name-${name}`, generation: 1 } },
      {
        eventId,
        origin,
        hash,
        bodies: [body],
        lines,
        deadlineAtMs,
        isSecured,
        isFullySpent: true,
        isHeld: false,
        closing: 'none',
      },
      NOW_MS,
    );
    return after(item, step);
  },
);
const swept = remembered((item: OrderItem | undefined, read: OrderItem | undefined, log: Log, name: Name) =>
  after(
    item,
    sweepOrder(
      { orderId: ORDER_ID, read, attempt: { attemptId: `sweep-${name}`, generation: 1 } },
      { eventDeadlineAtMs: orderAt(log).eventDeadlineAtMs, nowMs: LATE_MS },
    ),
  ),
);
const dropped = remembered((item: OrderItem, a: Log, b: Log) => {
  const inBoth = eventsIn(a).filter((event) => event.entity === ENTITY && eventsIn(b).includes(event));
  const ids = new Set(inBoth.map(({ commandId }) => commandId));
  const numbers = owedEvents(item)
    .filter(({ commandId }) => ids.has(commandId))
    .map(({ payload }) => payload.number);
  return after(item, dropSecured(item, new Set(numbers), { attemptId: 'drop', generation: 1 }));
});

const putBack = remembered((log: Log, items: Items, item: OrderItem, name: Name) => {
  const spender = { origin: ORIGINS[name], nowMs: LATE_MS };
  const view = { orderId: ORDER_ID, state: orderAt(log) };
  const [due] = returnsToMake(spender, view, item);
  if (due === undefined) return undefined;
  const head = emptyHead(RESOURCE, ORIGINS[name], 1);
  const rights = new Map([[RESOURCE, { head, slots: slotsOf(items) }]]);
  return transacted(log, items, name, LATE_MS, planReturn(spender, view, due, rights, 0));
});

function* agreementSteps(state: CheckoutState, name: Name): Generator<Step<CheckoutState>> {
  const { item, isLate } = state;
  const { read: field, other } = FIELDS[name];
  yield { says: `${name} reads`, to: { ...state, [field]: item } };
  const read = state[field];
  if (read === 'unread') return;
  const [log, copied] = [state[name], state[other]];
  if (isLate) yield { says: `${name} sweeps`, to: { ...state, item: swept(item, read, log, name) } };
  else yield { says: `${name} names`, to: { ...state, item: named(item, read, log, copied, name) } };
}

const hasBought = (log: Log): boolean => eventsIn(log).some(({ commandId }) => commandId === 'buy');

function* regionSteps(
  state: CheckoutState,
  name: Name,
  { writers }: CheckoutBudget,
): Generator<Step<CheckoutState>> {
  const { items: field, other } = FIELDS[name];
  const [log, items] = [state[name], state[field]];
  if (!hasBought(log) && !state.isLate) {
    const next = bought(log, items, name);
    if (next !== undefined)
      yield { says: `${name} accepts the checkout`, to: { ...state, [name]: next.log, [field]: next.items } };
  }
  yield* agreementSteps(state, name);
  yield* copies(name, log, [state[other]], (next) => ({ ...state, [name]: next }));
  if (state.item === undefined) return;
  const decided = writers.includes(name) ? decidedInto(log, state.item, name) : undefined;
  if (decided !== undefined)
    yield { says: `${name} writes a decided event`, to: { ...state, [name]: decided } };
  const back = putBack(log, items, state.item, name);
  if (back !== undefined)
    yield { says: `${name} puts its piece back`, to: { ...state, [name]: back.log, [field]: back.items } };
}

/** The fold in another order and with every event twice, and what it may never say. */
const wrongFold = remembered((log: Log): string | undefined => {
  const order = orderAt(log);
  const again = foldOrder(ORDER_ID, [...ofOrder(log).toReversed(), ...ofOrder(log)]);
  if (stateBytes(ORDER_RULES, again) !== stateBytes(ORDER_RULES, order))
    return 'another order of arrival gives another order';
  if (order.contradictions.length > 0) return 'two decided events of one decision differ';
  if (order.copies.filter(({ standing }) => standing === 'count').length > 1) return 'two copies count';
  const isEarly =
    order.decisions.length === 0 && order.copies.some(({ standing }) => standing !== 'candidate');
  return isEarly ? 'a copy is judged before anything is decided' : undefined;
});

/** A Region's one piece is unspent, or its order has it; it goes back only for a decision. */
function wrongPiece({ item }: CheckoutState, name: Name, items: Items): string | undefined {
  const { available = 0, spent = 0, released = 0 } = slotOf(items) ?? {};
  if (available + spent - released !== 1 || released > spent)
    return `${name} has ${available} of 1, ${released} came back`;
  const isAllowed =
    item?.state.phase === 'ended' ||
    (item?.state.named !== undefined && item.state.named.origin !== ORIGINS[name]);
  return released > 0 && !isAllowed ? `${name} puts a piece back that nobody decided about` : undefined;
}

/** Everything is decided and logged, and both pieces are back. */
function isOver({ a, b, item, itemsOfA, itemsOfB }: CheckoutState): boolean {
  const isBack = [itemsOfA, itemsOfB].every((items) => slotOf(items)?.available === 1);
  return isBack && item?.state.phase === 'ended' && item.pending.length === 0 && a.join() === b.join();
}

function startOf(): CheckoutState {
  const envelope = { commandId: 'add', nowMs: NOW_MS };
  const empty = { cartId: 'k1', state: foldCart([]) };
  const log = acceptedInto([], ORIGINS.a, NOW_MS, planAdd(envelope, empty, { sku: 'x', quantity: 1 }));
  if (log === undefined) throw new Error('expected a cart with one piece');
  const items = {
    [slotKeyOf(RESOURCE, 0)]: { resource: RESOURCE, slot: 0, available: 1, spent: 0, released: 0 },
  };
  const unread = { readByA: 'unread', readByB: 'unread' } as const;
  return { a: log, b: log, itemsOfA: items, itemsOfB: items, item: undefined, ...unread, isLate: false };
}

/** The world with what may happen in it. */
export const checkoutWorld = (budget: CheckoutBudget): World<CheckoutState> => ({
  start: startOf(),
  *steps(state) {
    yield* regionSteps(state, 'a', budget);
    yield* regionSteps(state, 'b', budget);
    if (state.item !== undefined)
      yield {
        says: 'secured decisions leave the item',
        to: { ...state, item: dropped(state.item, state.a, state.b) },
      };
    if (!state.isLate && (hasBought(state.a) || hasBought(state.b)))
      yield { says: 'the deadline passes', to: { ...state, isLate: true } };
  },
  violations: (state) =>
    [
      wrongFold(state.a),
      wrongFold(state.b),
      wrongPiece(state, 'a', state.itemsOfA),
      wrongPiece(state, 'b', state.itemsOfB),
    ].filter((text) => text !== undefined),
  isOver,
});
