import { fc } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { CART_RULES, cartState, foldCart, quantityOf } from '../../../../lambdas/regions/cart/cart-fold.ts';
import type { LogEvent } from '../../../../lambdas/regions/log/event.ts';
import { type Draft, fieldOf, historyOf, type World } from '../folds/history.ts';
import { checkOrderFree } from '../folds/order-free.ts';
import { LAW_RUNS } from '../laws.ts';
import { byPlace, isSeenBy, mergeName, plainQuantity, skuOf } from './plain-cart.ts';

const sku = fc.constantFrom('x', 'y');
const quantity = fc.integer({ min: 1, max: 5 });

const draft: fc.Arbitrary<Draft> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ type: fc.constant('cart.added'), payload: fc.record({ sku, quantity }) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ type: fc.constant('cart.set'), payload: fc.record({ sku, quantity }) }),
  },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('cart.removed'), payload: fc.record({ sku }) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant('cart.merged'),
      payload: fc.record({
        guestCart: fc.constantFrom('g1', 'g2'),
        guestEpoch: fc.constant(1),
        lines: fc.array(fc.record({ sku, quantity }), { maxLength: 2 }),
      }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant('cart.checked_out'),
      payload: fc.record({ epoch: fc.integer({ min: 1, max: 3 }), orderId: fc.constant('o') }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('cart.unknown'), payload: fc.constant(null) }) },
);

const histories = historyOf('cart#k1', draft);
const check = (law: (world: World) => boolean | void): void =>
  fc.assert(fc.property(histories, law), { numRuns: LAW_RUNS });

/** Copies of the command of an event, in one world. */
const copiesOf = ({ log }: World, event: LogEvent): readonly LogEvent[] =>
  log.filter(({ commandId }) => commandId === event.commandId);

/** Events that may take a write of a product away: sets and removals of it, and checkouts. */
const takersOf = ({ log }: World, event: LogEvent): readonly LogEvent[] =>
  log.filter(
    (other) =>
      other.type === 'cart.checked_out' ||
      ((other.type === 'cart.set' || other.type === 'cart.removed') && skuOf(other) === skuOf(event)),
  );

/** Adds, one for each command: the copy that counts. */
const countedAdds = (world: World): readonly LogEvent[] => {
  const commands = new Map<string, LogEvent>();
  for (const event of world.log.toSorted(byPlace))
    if (!commands.has(event.commandId)) commands.set(event.commandId, event);
  return [...commands.values()].filter(({ type }) => type === 'cart.added');
};

describe('laws of a cart', () => {
  it('any order, repetition, batch and snapshot gives the same bytes', () => {
    expect(() => checkOrderFree({ rules: CART_RULES, stateOf: cartState }, histories)).not.toThrow();
  });

  it('an add that no set, removal or checkout saw is in the cart', () => {
    check((world) => {
      const state = foldCart(world.log);
      for (const name of ['x', 'y']) {
        const surviving = countedAdds(world)
          .filter((add) => skuOf(add) === name)
          .filter((add) => !takersOf(world, add).some((taker) => isSeenBy(copiesOf(world, add), taker)));
        const pieces = surviving.reduce((sum, add) => sum + Number(fieldOf(add, 'quantity')), 0);
        expect(quantityOf(state, name)).toBeGreaterThanOrEqual(pieces);
      }
    });
  });

  it('what a removal saw never returns, whatever arrives later', () => {
    check((world) => {
      const held = world.heldAt(0);
      const removal = world.write(0, { type: 'cart.removed', payload: { sku: 'x' } }, 0);
      const seenCommands = new Set(held.map(({ commandId }) => commandId));
      const merges = new Set(held.map(mergeName));
      const others = world.log.filter(
        (event) =>
          !seenCommands.has(event.commandId) &&
          !(event.type === 'cart.merged' && merges.has(mergeName(event))),
      );
      const without = quantityOf(foldCart([...others, removal]), 'x');
      expect(quantityOf(foldCart(world.log), 'x')).toBeLessThanOrEqual(without);
    });
  });

  it('a command counts once: another copy that is larger in the order changes no line', () => {
    check((world) => {
      const before = foldCart(world.log);
      const first = world.log[0];
      if (first === undefined) return;
      const copy = {
        ...first,
        id: 'd.1#1',
        origin: 'd.1',
        entitySeq: 1,
        hlc: { wallMs: 10 ** 9, counter: 0 },
      };
      expect(foldCart([...world.log, copy]).lines).toEqual(before.lines);
    });
  });

  it('the quantity is what the plain form of the rules gives', () => {
    check((world) => {
      const state = foldCart(world.log);
      for (const name of ['x', 'y']) expect(quantityOf(state, name)).toBe(plainQuantity(world.log, name));
    });
  });

  it('a checkout leaves nothing of what it saw', () => {
    check((world) => {
      const seen = [...world.heldAt(0)];
      const bought = world.write(0, { type: 'cart.checked_out', payload: { epoch: 4, orderId: 'o' } }, 0);
      expect(foldCart([...seen, bought])).toMatchObject({ lines: [], epoch: 5 });
    });
  });
});
