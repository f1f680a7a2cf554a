/** Effects of keepers: stock reaches the Regions that need it, and keepers do not draw and give back in a loop. */
import { fc, test } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import {
  fillablePieces,
  KEEPER_SETTINGS,
  nextKeeperAction,
  type Use,
} from '../../../../lambdas/regions/rights/keeper.ts';
import { accountOf } from '../../../../lambdas/regions/rights/ledger.ts';
import { report } from '../../../../lambdas/regions/rights/ledger-steps.ts';
import { availablePieces } from '../../../../lambdas/regions/rights/region-item.ts';
import { hadElsewhere, turns } from '../../../../lambdas/regions/rights/wants.ts';
import { LAW_RUNS } from '../laws.ts';
import {
  NO_USE,
  type OriginName,
  ORIGINS,
  promised,
  RightsWorld,
  START_MS,
  there,
  violationsOf,
} from './world.ts';

const [A, B, C] = ORIGINS;
const waitingFor = (...waiting: number[]): Use => ({ ...NO_USE, waiting });

const smallestOf = (queues: Record<OriginName, number[]>): number =>
  Math.min(...ORIGINS.flatMap((origin) => queues[origin]), Infinity);
const leftOf = (world: RightsWorld): number => there(world) - promised(world);

/** Runs keepers and fills the waiting orders of each Region, in order, until no further order can be filled. */
function serve(world: RightsWorld, queues: Record<OriginName, number[]>, rounds: number): void {
  for (let round = 0; round < rounds && smallestOf(queues) <= leftOf(world); round += 1) {
    world.nowMs += 30_000;
    for (const origin of ORIGINS) {
      for (let writes = 0; writes < 4; writes += 1) world.keep(origin, waitingFor(...queues[origin]));
      queues[origin] = queues[origin].filter((pieces) => !world.spend(origin, pieces));
    }
  }
}

const stockedWorld = (pieces: number): RightsWorld => {
  const world = new RightsWorld();
  world.deposit(A, 'opening', pieces);
  return world;
};
const queue = fc.array(fc.integer({ min: 1, max: 6 }), { maxLength: 2 });

describe('the keepers of three Regions', () => {
  test.prop([fc.integer({ min: 0, max: 20 }), queue, queue, queue], { numRuns: LAW_RUNS })(
    'fill every waiting order that the stock can fill',
    (pieces, a, b, c) => {
      const world = stockedWorld(pieces);
      const queues = { [A]: a, [B]: b, [C]: c } as Record<OriginName, number[]>;
      serve(world, queues, 60);

      expect(smallestOf(queues)).toBeGreaterThan(leftOf(world));
      expect(violationsOf(world)).toEqual([]);
    },
  );

  test.prop([fc.integer({ min: 0, max: 200 }), fc.array(fc.nat(30), { minLength: 3, maxLength: 3 })])(
    'stop writing while use does not change',
    (pieces, spent) => {
      const world = stockedWorld(pieces);
      const useOf = (origin: OriginName): Use => ({
        ...NO_USE,
        spentPieces: spent[ORIGINS.indexOf(origin)] ?? 0,
      });
      world.settle(useOf, 100);
      const before = ORIGINS.map((origin) => world.rights(origin).head);
      world.settle(useOf, 20);

      expect(ORIGINS.map((origin) => world.rights(origin).head)).toEqual(before);
    },
  );

  it('schedule 18: fill two orders in turn if each Region holds only a part of the pieces for one', () => {
    const world = stockedWorld(2);
    world.keep(A, NO_USE);
    for (const origin of [A, B] as const) {
      world.draw(origin, 1);
      world.keep(origin, NO_USE);
    }
    const queues = { [A]: [2], [B]: [2], [C]: [] } as Record<OriginName, number[]>;
    serve(world, queues, 10);

    expect(queues[A].length + queues[B].length).toBe(1);
    world.deposit(C, 'more', 2);
    serve(world, queues, 20);
    expect(queues[A].length + queues[B].length).toBe(0);
  });

  it('schedule 18: skip an order that cannot be filled, for later orders and for other Regions', () => {
    const world = stockedWorld(5);
    const queues = { [A]: [1_000, 2], [B]: [3], [C]: [] } as Record<OriginName, number[]>;
    serve(world, queues, 30);

    expect(queues).toEqual({ [A]: [1_000], [B]: [], [C]: [] });
  });

  it('keep a part of the needed pieces in their own turn, and give it back in the turn of another Region', () => {
    const world = stockedWorld(1);
    world.keep(A, NO_USE);
    world.draw(A, 1);
    world.keep(A, NO_USE);
    world.keep(A, waitingFor(2));
    world.keep(B, waitingFor(2));
    const kindAt = (turn: number): string => {
      world.nowMs = Math.ceil(START_MS / 240_000) * 240_000 + turn * 120_000;
      const { ledger, rights } = world.read(A);
      return nextKeeperAction({ ledger, rights, use: waitingFor(2), servingRegions: 3, nowMs: world.nowMs })
        .kind;
    };

    expect(kindAt(0)).not.toBe('give_back');
    expect(kindAt(1)).toBe('give_back');
  });

  it('skip orders that cannot be filled and keep the order of the rest', () => {
    expect(fillablePieces([3, 9, 2], 5)).toBe(5);
    expect(fillablePieces([9, 2], 5)).toBe(2);
    expect(fillablePieces([], 5)).toBe(0);
  });

  it('draw for future use if less than half is left, at most an equal share of the free pieces', () => {
    const world = stockedWorld(90);
    world.keep(A, NO_USE);
    const use = { spentPieces: 40, windowMs: 600_000, waiting: [] };

    expect(world.keep(A, use)).toEqual({ kind: 'draw', pieces: 30 });
    expect(world.keep(A, use).kind).toBe('follow_ledger');
    expect(world.keep(A, use).kind).not.toBe('draw');
    world.spend(A, 15);
    expect(world.keep(A, use)).toEqual({ kind: 'draw', pieces: 20 });
  });

  it('draw a few pieces before the first sale, so that the first customer is not refused', () => {
    const world = stockedWorld(90);
    world.keep(A, NO_USE);

    expect(world.keep(B, NO_USE)).toEqual({ kind: 'draw', pieces: KEEPER_SETTINGS.firstPieces });
  });

  it('give back surplus that a peer wants, and keep the pieces for their own use', () => {
    const world = stockedWorld(12);
    world.keep(A, NO_USE);
    world.draw(A, 12);
    world.keep(A, NO_USE);
    world.keep(B, waitingFor(7));
    const use = { spentPieces: 5, windowMs: 600_000, waiting: [] };

    expect(accountOf(world.ledger(), B).want).toEqual({ pieces: 7, asOfMs: world.nowMs });
    expect(world.keep(A, use)).toEqual({ kind: 'give_back', pieces: 7 });
    expect(world.keep(A, use).kind).toBe('follow_region');
    expect(world.keep(A, use).kind).not.toBe('draw');
    expect(world.keep(B, waitingFor(7))).toEqual({ kind: 'draw', pieces: 7 });
  });

  it('ignore the wants of fenced Regions and of Regions whose keeper no longer runs', () => {
    const world = stockedWorld(5);
    for (const origin of [A, B, C] as const)
      world.write(
        world.agreements,
        report(world.ledger(), { origin, idle: 0, want: { pieces: 2, asOfMs: START_MS } }),
      );
    world.freeze(B);

    expect(
      turns(world.ledger(), START_MS + 1, 120_000)
        .map(({ origin }) => origin)
        .toSorted(),
    ).toEqual([A, C]);
    expect(turns(world.ledger(), START_MS + 360_001, 120_000)).toEqual([]);
  });

  it('report whether a Region refused pieces that others had', () => {
    const world = stockedWorld(5);
    world.keep(A, NO_USE);
    expect(hadElsewhere(world.ledger(), B, 5)).toBe(true);
    expect(hadElsewhere(world.ledger(), B, 6)).toBe(false);
    world.draw(A, 5);
    expect(hadElsewhere(world.ledger(), B, 1)).toBe(false);
    world.keep(A, NO_USE);
    world.keep(A, NO_USE);

    expect(accountOf(world.ledger(), A).idle).toBe(5);
    expect(hadElsewhere(world.ledger(), B, 5)).toBe(true);
    expect(hadElsewhere(world.ledger(), A, 1)).toBe(false);
  });

  it("rest if the Region's item follows a generation that the ledger does not have yet", () => {
    const world = stockedWorld(5);
    const { ledger, rights } = world.read(A);
    const ahead = { ...rights, head: { ...rights.head, generation: 2 } };

    const view = { ledger, rights: ahead, use: NO_USE, servingRegions: 3, nowMs: START_MS };
    expect(nextKeeperAction(view)).toEqual({ kind: 'rest' });
    expect(availablePieces(rights.slots)).toBe(0);
  });
});
