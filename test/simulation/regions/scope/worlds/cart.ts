/**
 * One cart in two or three Regions. Customers add, set and remove, a command is sent again to another Region, a checkout writes its two
 * events; every event is copied by itself, in any order. A Region may be destroyed with what it had not copied.
 *
 * In every Region, at every moment, the cart is what the plain form of the rules gives for the events that are there.
 */
import {
  CART_RULES,
  type CartState,
  foldCart,
  quantityOf,
} from '../../../../../lambdas/regions/cart/cart-fold.ts';
import { planAdd, planRemove, planSet } from '../../../../../lambdas/regions/commands/cart-commands.ts';
import { planCheckout } from '../../../../../lambdas/regions/commands/checkout.ts';
import type { CommandResult } from '../../../../../lambdas/regions/commands/plan.ts';
import { stateBytes } from '../../../../../lambdas/regions/folds/digest.ts';
import { plainQuantity } from '../../../../unit/regions/cart/plain-cart.ts';
import type { Step, World } from '../explore.ts';
import { remembered } from '../parts.ts';
import { acceptedInto, copies, eventsIn, type Log } from './logs.ts';

const ORIGINS = { a: 'eu-central-1.a1', b: 'eu-west-1.b1', c: 'us-east-1.c1' } as const;
type Name = keyof typeof ORIGINS;
const NAMES = ['a', 'b', 'c'] as const;

/** A command of a customer, and the Regions that it may be sent to. */
export interface CartCommand {
  readonly kind: 'add' | 'set' | 'remove' | 'checkout';
  readonly quantity: number;
  readonly to: readonly Name[];
}

/** What may happen. */
export interface CartBudget {
  readonly regions: 2 | 3;
  readonly commands: readonly CartCommand[];
  readonly destroys: boolean;
}

interface CartWorldState {
  readonly a: Log;
  readonly b: Log;
  readonly c: Log;
  /** `<number of the command>@<Region>` of what was accepted. */
  readonly done: string;
  readonly isAThere: boolean;
}

const cartAt = remembered((log: Log): CartState => foldCart(eventsIn(log)));

const view = (log: Log) => ({ cartId: 'k1', state: cartAt(log) });

function planOf(log: Log, { kind, quantity }: CartCommand, commandId: string, nowMs: number): CommandResult {
  const envelope = { commandId, nowMs };
  const cart = view(log);
  switch (kind) {
    case 'add':
      return planAdd(envelope, cart, { sku: 'x', quantity });
    case 'set':
      return planSet(envelope, cart, { sku: 'x', quantity });
    case 'remove':
      return planRemove(envelope, cart, 'x');
    case 'checkout':
      return planCheckout(envelope, {
        cart,
        order: { seen: { vector: {}, beyond: [] } },
        customerId: 'u1',
        epoch: cart.state.epoch,
        expected: Object.fromEntries(cart.state.lines.map((line) => [line.sku, line.quantity])),
        currency: 'EUR',
        prices: new Map([['x', 500]]),
        vouchers: [],
        slots: new Map(),
        firstSlot: 0,
      });
  }
}

/** Clocks of the Regions differ, so that time alone says nothing. */
const SKEW_MS = { a: 0, b: 250, c: -250 } as const;

const accepted = remembered((log: Log, name: Name, command: CartCommand, at: number): Log | undefined => {
  const nowMs = 1_000_000 + 100 * at + SKEW_MS[name];
  return acceptedInto(log, ORIGINS[name], nowMs, planOf(log, command, `command-${at}`, nowMs));
});

function* commandSteps(
  state: CartWorldState,
  name: Name,
  { commands }: CartBudget,
): Generator<Step<CartWorldState>> {
  for (const [at, command] of commands.entries()) {
    const mark = `${at}@${name} `;
    if (!command.to.includes(name) || state.done.includes(mark)) continue;
    const log = accepted(state[name], name, command, at);
    if (log === undefined) continue;
    const done = [...state.done.split(' ').filter((one) => one !== ''), mark.trim()].toSorted().join(' ');
    yield {
      says: `${name}: ${command.kind} ${command.quantity}`,
      to: { ...state, [name]: log, done: `${done} ` },
    };
  }
}

/** The fold against the plain form of the rules, and against itself in another order and with every event twice. */
const wrongCart = remembered((log: Log): string | undefined => {
  const all = eventsIn(log);
  const state = cartAt(log);
  const expected = plainQuantity(all, 'x');
  if (quantityOf(state, 'x') !== expected) return `${quantityOf(state, 'x')} in the cart, not ${expected}`;
  const again = foldCart([...all.toReversed(), ...all]);
  return stateBytes(CART_RULES, again) === stateBytes(CART_RULES, state)
    ? undefined
    : 'another order of arrival gives another cart';
});

function violationsIn({ a, b, c }: CartWorldState): readonly string[] {
  return [wrongCart(a), wrongCart(b), wrongCart(c)].filter((text) => text !== undefined);
}

/** The world with what may happen in it. */
export const cartWorld = (budget: CartBudget): World<CartWorldState> => {
  const names = NAMES.slice(0, budget.regions);
  const isThere = (state: CartWorldState, name: Name): boolean => name !== 'a' || state.isAThere;
  return {
    start: { a: [], b: [], c: [], done: '', isAThere: true },
    *steps(state) {
      const there = names.filter((name) => isThere(state, name));
      for (const name of there) {
        yield* commandSteps(state, name, budget);
        const sources = there.filter((one) => one !== name).map((one) => state[one]);
        yield* copies(name, state[name], sources, (log) => ({ ...state, [name]: log }));
      }
      if (budget.destroys && state.isAThere)
        yield { says: 'a is destroyed', to: { ...state, a: [], isAThere: false }, isFault: true };
    },
    violations: violationsIn,
    isOver: (state) => {
      const logs = names.filter((name) => isThere(state, name)).map((name) => state[name].join(','));
      return logs.every((log) => log === logs[0]);
    },
  };
};
