import { fc } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { CART_RULES, cartState, foldCart, quantityOf } from '../../../../lambdas/regions/cart/cart-fold.ts';
import type { LogEvent } from '../../../../lambdas/regions/log/event.ts';
import { seesId } from '../folds/naive.ts';
import { type Draft, fieldOf, historyOf, type World } from '../folds/history.ts';
import { checkOrderFree } from '../folds/order-free.ts';
import { LAW_RUNS } from '../laws.ts';

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

const skuOf = (event: LogEvent): unknown => fieldOf(event, 'sku');

/** Events that may remove a write of a product: sets and removals of it, and checkouts. */
const takersOf = ({ log }: World, event: LogEvent): readonly LogEvent[] =>
  log.filter(
    (other) =>
      other.type === 'cart.checked_out' ||
      ((other.type === 'cart.set' || other.type === 'cart.removed') && skuOf(other) === skuOf(event)),
  );

const isSeenBy = (copies: readonly LogEvent[], taker: LogEvent): boolean =>
  copies.some(({ id }) => seesId(taker.seen, id));

/** Adds, one for each command: its counted copy. */
const countedAdds = (world: World): readonly LogEvent[] => {
  const commands = new Map<string, LogEvent>();
  for (const event of world.log.toSorted(byPlace))
    if (!commands.has(event.commandId)) commands.set(event.commandId, event);
  return [...commands.values()].filter(({ type }) => type === 'cart.added');
};
const byPlace = (a: LogEvent, b: LogEvent): number =>
  a.hlc.wallMs - b.hlc.wallMs || a.hlc.counter - b.hlc.counter || (a.origin < b.origin ? -1 : 1);

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
      world.write(0, { type: 'cart.removed', payload: { sku: 'x' } }, 0);
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

const mergeName = (event: LogEvent): string => JSON.stringify([event.type, fieldOf(event, 'guestCart')]);

/** The event with 7 more pieces in each of its lines. */
const withMore = (event: LogEvent): LogEvent => ({
  ...event,
  payload: JSON.parse(JSON.stringify(event.payload), (key, value: unknown) =>
    key === 'quantity' ? Number(value) + 7 : value,
  ),
});

/** One write of one product, in the plain model. */
interface PlainWrite {
  readonly first: LogEvent;
  readonly copies: readonly LogEvent[];
  readonly quantity: number;
}

const nameOf = (event: LogEvent): string =>
  event.type === 'cart.merged' ? mergeName(event) : event.commandId;

const mergedQuantities = (event: LogEvent, name: string): readonly number[] => {
  const lines: readonly { sku: string; quantity: number }[] = JSON.parse(
    JSON.stringify(fieldOf(event, 'lines')),
  );
  return lines.filter((line) => line.sku === name).map((line) => line.quantity);
};

/** Commands with their copies, the one that counts first. */
const commandsIn = (log: readonly LogEvent[]): readonly { first: LogEvent; copies: readonly LogEvent[] }[] =>
  [...Map.groupBy(log.toSorted(byPlace), nameOf).values()].flatMap((copies) =>
    copies[0] === undefined ? [] : [{ first: copies[0], copies }],
  );

const sawAny = (event: LogEvent, { copies }: { readonly copies: readonly LogEvent[] }): boolean =>
  isSeenBy(copies, event);
const total = (writes: readonly PlainWrite[]): number =>
  writes.reduce((sum, { quantity: pieces }) => sum + pieces, 0);

/** max(latest set + adds, each merge + the adds that it had not seen), over the writes that no set, removal or checkout has seen. */
function plainQuantity(log: readonly LogEvent[], name: string): number {
  const closings = log.filter(({ type }) => type === 'cart.checked_out');
  const ofType = (type: string): readonly PlainWrite[] =>
    commandsIn(log)
      .filter(({ first }) => first.type === type && skuOf(first) === name)
      .map(({ first, copies }) => ({ first, copies, quantity: Number(fieldOf(first, 'quantity') ?? 0) }));
  const merges = commandsIn(log)
    .filter(({ first }) => first.type === 'cart.merged')
    .flatMap(({ first, copies }) =>
      mergedQuantities(first, name).map((pieces) => ({ first, copies, quantity: pieces })),
    );
  const isBought = (write: PlainWrite): boolean => closings.some((closing) => sawAny(closing, write));
  const all = [...ofType('cart.added'), ...ofType('cart.set'), ...ofType('cart.removed'), ...merges];
  const bought = all.filter(isBought);
  const sets = ofType('cart.set').filter(({ first }) => !bought.some((write) => sawAny(first, write)));
  const takers = [...ofType('cart.set'), ...ofType('cart.removed')].map(({ first }) => first);
  const isOpen = (write: PlainWrite): boolean =>
    !isBought(write) && !takers.some((taker) => sawAny(taker, write));
  const adds = ofType('cart.added').filter(isOpen);
  const set = sets.filter(isOpen).at(-1)?.quantity ?? 0;
  const raised = merges
    .filter(isOpen)
    .map((merge) => merge.quantity + total(adds.filter((add) => !sawAny(merge.first, add))));
  return Math.max(set + total(adds), ...raised);
}
