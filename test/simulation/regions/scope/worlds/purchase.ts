/**
 * Two orders of one customer with the same lines from two carts, minutes apart, settled in two Regions. Each Region reads the watch
 * `purchase#`, records its order and names it if the watch is clear, always from what it read last. An order may end, and a person may
 * let an order through.
 *
 * Both orders are never named side by side unless a person allowed it.
 */
import {
  allowPurchase,
  duplicateVerdict,
  endPurchase,
  type PurchaseContext,
  type PurchaseItem,
  recordPurchase,
} from '../../../../../lambdas/regions/agreements/purchase.ts';
import type { Step, World } from '../explore.ts';
import { remembered } from '../parts.ts';
import { after } from '../writes.ts';

const MINUTE_MS = 60_000;
const ORDERS = {
  a: { orderId: 'o1', cartId: 'k1', placedAtMs: 100 * MINUTE_MS },
  b: { orderId: 'o2', cartId: 'k2', placedAtMs: 102 * MINUTE_MS },
} as const;
type Name = keyof typeof ORDERS;

type Life = 'open' | 'named' | 'ended';

interface PurchaseWorldState {
  readonly item: PurchaseItem | undefined;
  readonly readByA: PurchaseItem | undefined | 'unread';
  readonly readByB: PurchaseItem | undefined | 'unread';
  readonly a: Life;
  readonly b: Life;
  /** What a person let through: `a`, `b`, both or none. */
  readonly allowed: string;
  /** An order was named beside the other one, and nobody had allowed it. */
  readonly isDouble: boolean;
}

const READ = { a: 'readByA', b: 'readByB' } as const;
const contextOf = (read: PurchaseItem | undefined, attemptId: string): PurchaseContext => ({
  key: 'purchase#u1/lines',
  read,
  attempt: { attemptId, generation: 1 },
});

type Write = 'record' | 'end' | 'allow';
const wrote = remembered(
  (item: PurchaseItem | undefined, read: PurchaseItem | undefined, name: Name, write: Write) => {
    const context = contextOf(read, `${write}-${name}`);
    const { orderId } = ORDERS[name];
    if (write === 'record') return after(item, recordPurchase(context, ORDERS[name]));
    return after(item, write === 'end' ? endPurchase(context, orderId) : allowPurchase(context, orderId));
  },
);

const verdictOf = remembered((item: PurchaseItem | undefined, name: Name) =>
  duplicateVerdict(item, ORDERS[name].orderId),
);

function* settleSteps(state: PurchaseWorldState, name: Name): Generator<Step<PurchaseWorldState>> {
  const other = name === 'a' ? 'b' : 'a';
  const { item, allowed } = state;
  yield { says: `${name} reads`, to: { ...state, [READ[name]]: item } };
  const read = state[READ[name]];
  if (read === 'unread') return;
  yield { says: `${name} records`, to: { ...state, item: wrote(item, read, name, 'record') } };
  if (state[name] === 'open' && verdictOf(read, name) === 'clear') {
    const isDouble = state[other] === 'named' && allowed === '';
    yield {
      says: `${name} is named`,
      to: { ...state, [name]: 'named', isDouble: state.isDouble || isDouble },
    };
  }
  if (state[name] === 'ended')
    yield { says: `${name} tells that it ended`, to: { ...state, item: wrote(item, read, name, 'end') } };
}

/** What happens to the orders, and what a person says. Nobody can count on either. */
function* lifeSteps(state: PurchaseWorldState, name: Name): Generator<Step<PurchaseWorldState>> {
  const { item, allowed } = state;
  // Past its deadline any open order ends, so nobody waits for a person for ever.
  if (state[name] !== 'ended')
    yield { says: `${name} ends`, to: { ...state, [name]: 'ended' }, isFault: state[name] === 'named' };
  if (verdictOf(item, name) === 'held' && !allowed.includes(name)) {
    const next = {
      ...state,
      item: wrote(item, item, name, 'allow'),
      allowed: `${allowed}${name}`,
    };
    yield { says: `a person allows ${name}`, to: next, isFault: true };
  }
}

/** The world. */
export const purchaseWorld = (): World<PurchaseWorldState> => ({
  start: {
    item: undefined,
    readByA: 'unread',
    readByB: 'unread',
    a: 'open',
    b: 'open',
    allowed: '',
    isDouble: false,
  },
  *steps(state) {
    for (const name of ['a', 'b'] as const) {
      yield* settleSteps(state, name);
      yield* lifeSteps(state, name);
    }
  },
  violations: ({ isDouble }) => (isDouble ? ['two orders are named that nobody allowed'] : []),
  isOver: ({ a, b }) => a !== 'open' && b !== 'open',
});
