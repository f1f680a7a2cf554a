import { fc } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { CART_RULES, cartState, foldCart, quantityOf } from '../../../../lambdas/regions/cart/cart-fold.ts';
import type { LogEvent } from '../../../../lambdas/regions/log/event.ts';
import { type Draft, fieldOf, historyOf, type World } from '../folds/history.ts';
import { checkOrderFree } from '../folds/order-free.ts';
import { LAW_RUNS } from '../laws.ts';
import { byPlace, isSeenBy, nameOf, plainQuantity, skuOf } from './plain-cart.ts';

const sku = fc.constantFrom('x', 'y');
const quantity = fc.integer({ min: 1, max: 5 });

const draft: fc.Arbitrary<Draft> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ type: fc.constant('cart.item_added'), payload: fc.record({ sku, quantity }) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ type: fc.constant('cart.item_set'), payload: fc.record({ sku, quantity }) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ type: fc.constant('cart.item_removed'), payload: fc.record({ sku }) }),
  },
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

/** Events that may remove a write of a product: sets and removals of it, and checkouts. */
const takersOf = ({ log }: World, event: LogEvent): readonly LogEvent[] =>
  log.filter(
    (other) =>
      other.type === 'cart.checked_out' ||
      ((other.type === 'cart.item_set' || other.type === 'cart.item_removed') &&
        skuOf(other) === skuOf(event)),
  );

/** Adds, one for each command: its counted copy. */
const countedAdds = (world: World): readonly LogEvent[] => {
  const commands = new Map<string, LogEvent>();
  for (const event of world.log.toSorted(byPlace))
    if (!commands.has(event.commandId)) commands.set(event.commandId, event);
  return [...commands.values()].filter(({ type }) => type === 'cart.item_added');
};

describe('laws of a cart', () => {
  it('every order, repetition, batch and snapshot gives the same bytes', () => {
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

  it('what a removal saw never returns: its quantity changes nothing, whatever arrives later', () => {
    check((world) => {
      const held = world.heldAt(0);
      world.write(0, { type: 'cart.item_removed', payload: { sku: 'x' } }, 0);
      const seen = new Set(held.map(nameOf));
      const changed = world.log.map((event) => (seen.has(nameOf(event)) ? withMore(event) : event));
      expect(quantityOf(foldCart(changed), 'x')).toBe(quantityOf(foldCart(world.log), 'x'));
    });
  });

  it('a command counts once: a larger copy changes no line', () => {
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

  it('the quantity equals that of the plain model', () => {
    check((world) => {
      const state = foldCart(world.log);
      for (const name of ['x', 'y']) expect(quantityOf(state, name)).toBe(plainQuantity(world.log, name));
    });
  });

  it('a checkout closes all writes that it had seen', () => {
    check((world) => {
      const seen = [...world.heldAt(0)];
      const bought = world.write(0, { type: 'cart.checked_out', payload: { epoch: 4, orderId: 'o' } }, 0);
      expect(foldCart([...seen, bought])).toMatchObject({ lines: [], epoch: 5 });
    });
  });
});

/** The event with 7 more pieces in each of its lines. */
const withMore = (event: LogEvent): LogEvent => ({
  ...event,
  payload: JSON.parse(JSON.stringify(event.payload), (key, value: unknown) =>
    key === 'quantity' ? Number(value) + 7 : value,
  ),
});
