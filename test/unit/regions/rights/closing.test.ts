/** Rights after the loss of a Region or of the table of all ledgers. */
import { fc, test } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import {
  closeAccount,
  reclaim,
  reclaimable,
  recountDeposits,
  settleUnknown,
  type UnionOfSpends,
} from '../../../../lambdas/regions/rights/closing.ts';
import { accountOf, EMPTY_ACCOUNT, freePieces } from '../../../../lambdas/regions/rights/ledger.ts';
import { draw, followRegion } from '../../../../lambdas/regions/rights/ledger-steps.ts';
import { rebuiltLedger } from '../../../../lambdas/regions/rights/rebuild.ts';
import { followLedger } from '../../../../lambdas/regions/rights/region-steps.ts';
import { ItemStore } from '../item-store.ts';
import { LAW_RUNS } from '../laws.ts';
import { carryOut, lengths, type Step, step } from './steps.ts';
import {
  NO_USE,
  type OriginName,
  ORIGINS,
  promised,
  RESOURCE,
  RightsWorld,
  there,
  violationsOf,
} from './world.ts';
import { codeOf, nextOf } from '../answers.ts';

const [A, B, C] = ORIGINS;
const COMPLETE: UnionOfSpends = { spent: 0, released: 0, isComplete: true };

/** A has drawn 10 of 30 pieces and sold `sold` of them. */
function worldWithSales(sold: number): RightsWorld {
  const world = new RightsWorld();
  world.deposit(B, 'opening', 30);
  world.keep(B, NO_USE);
  world.draw(A, 10);
  world.keep(A, NO_USE);
  if (sold > 0) world.spend(A, sold);
  return world;
}

/** B sells all free pieces and all unspent pieces of other Regions. */
function sellEverything(world: RightsWorld): void {
  for (const origin of [B, C] as const)
    for (let writes = 0; writes < 6; writes += 1) world.keep(origin, NO_USE);
  world.draw(B, Math.max(freePieces(world.ledger()), 1));
  for (let writes = 0; writes < 6; writes += 1) world.keep(B, NO_USE);
  for (const origin of [B, C] as const) while (world.spend(origin, 1));
}

function closeAndReclaim(world: RightsWorld, union: UnionOfSpends): number {
  world.write(world.agreements, closeAccount(world.ledger(), A));
  const named = { deposited: world.rights(A).head.deposited, writtenOff: 0 };
  world.write(world.agreements, recountDeposits(world.ledger(), A, named));
  const { pieces, oversellBound } = reclaimable(accountOf(world.ledger(), A), union);
  const order = { origin: A, pieces, union, acknowledgedBound: oversellBound };
  world.write(world.agreements, reclaim(world.ledger(), order));
  return oversellBound;
}

describe('closing an incarnation', () => {
  test.prop([fc.array(step, lengths), fc.constantFrom(0, 0.5, 1)], { numRuns: LAW_RUNS })(
    'never oversells beyond the printed bound, which is 0 if all events are known',
    (steps, known) => {
      const world = new RightsWorld();
      world.deposit(C, 'opening', 30);
      for (const at of steps) carryOut(world, at);
      const all = world.standing(A);
      const union = {
        spent: Math.floor(all * known),
        released: 0,
        isComplete: Math.floor(all * known) === all,
      };
      const bound = closeAndReclaim(world, union);
      sellEverything(world);

      expect(promised(world) - there(world)).toBeLessThanOrEqual(bound);
      expect(union.isComplete ? bound : 0).toBe(0);
    },
  );

  it("keeps a destroyed Region's drawn pieces until it is closed and two persons reclaim them", () => {
    const world = worldWithSales(4);
    const early = reclaim(world.ledger(), { origin: A, pieces: 6, union: COMPLETE, acknowledgedBound: 0 });

    expect(codeOf(early)).toBe('not_closed at origin');
    expect(freePieces(world.ledger())).toBe(20);
  });

  it('prints all pieces as the bound if any event is missing, and refuses an approval of another bound', () => {
    const world = worldWithSales(4);
    world.write(world.agreements, closeAccount(world.ledger(), A));
    const union = { spent: 4, released: 0, isComplete: false };
    const order = { origin: A, pieces: 6, union };

    expect(reclaimable(accountOf(world.ledger(), A), union)).toEqual({
      pieces: 6,
      oversellBound: 6,
      shortfall: 0,
    });
    expect(codeOf(reclaim(world.ledger(), { ...order, acknowledgedBound: 0 }))).toBe(
      'bound_not_acknowledged at acknowledgedBound',
    );
    expect(codeOf(reclaim(world.ledger(), { ...order, pieces: 7, acknowledgedBound: 7 }))).toBe(
      'too_many at pieces',
    );
    expect(codeOf(reclaim(world.ledger(), { ...order, pieces: 0.5, acknowledgedBound: 0.5 }))).toBe(
      'not_a_count at pieces',
    );
    const next = nextOf(reclaim(world.ledger(), { ...order, acknowledgedBound: 6 }));
    expect(freePieces(next)).toBe(26);
    expect(codeOf(reclaim(next, { ...order, pieces: 1, acknowledgedBound: 1 }))).toBe('too_many at pieces');
  });

  it('shows a shortfall if late orders of a closed incarnation have more pieces than it drew', () => {
    const account = { ...EMPTY_ACCOUNT, drawn: 10, reclaimed: 6 };

    expect(reclaimable(account, { spent: 7, released: 0, isComplete: true })).toEqual({
      pieces: 0,
      oversellBound: 0,
      shortfall: 3,
    });
  });

  it('schedule 25: an order of a destroyed Region returns its pieces as a deposit of a survivor, once', () => {
    const world = worldWithSales(4);
    closeAndReclaim(world, { spent: 4, released: 0, isComplete: true });
    const returns = 'return:order-0#2';

    expect(world.deposit(B, returns, 4)).toBe(true);
    expect(world.deposit(C, returns, 4)).toBe(false);
    world.keep(B, NO_USE);
    expect(freePieces(world.ledger())).toBe(30);
  });

  it('counts deposits of a closed incarnation by their agreements, never below its own count', () => {
    const world = worldWithSales(0);
    world.deposit(A, 'unheard', 5);
    expect(codeOf(recountDeposits(world.ledger(), A, { deposited: 5, writtenOff: 0 }))).toBe(
      'not_closed at origin',
    );
    world.write(world.agreements, closeAccount(world.ledger(), A));

    expect(codeOf(followRegion(world.ledger(), world.rights(A).head))).toBe('origin_closed at origin');
    const next = nextOf(recountDeposits(world.ledger(), A, { deposited: 5, writtenOff: 0 }));
    expect(freePieces(next)).toBe(25);
    expect(codeOf(recountDeposits(next, A, { deposited: 4, writtenOff: 0 }))).toBe(
      'behind_ledger at deposited',
    );
    expect(codeOf(recountDeposits(next, A, { deposited: 5, writtenOff: 0 }))).toBe(
      'nothing_to_do at deposited',
    );
    expect(codeOf(closeAccount(next, A))).toBe('nothing_to_do at origin');
  });

  it('schedule 7: a restored Region is a new incarnation without pieces, and the old one draws nothing', () => {
    const world = worldWithSales(10);
    world.write(world.agreements, closeAccount(world.ledger(), A));

    expect(codeOf(draw(world.ledger(), { origin: A, epoch: 9, pieces: 1 }))).toBe('origin_closed at origin');
    expect(accountOf(world.ledger(), 'eu-central-1.a2')).toEqual(EMPTY_ACCOUNT);
  });
});

/** Loses the table; a new generation waits for the totals of all incarnations. */
function loseLedger(world: RightsWorld): void {
  world.agreements.destroy();
  world.generation += 1;
  world.agreements.write([rebuiltLedger(RESOURCE, world.generation, ORIGINS)]);
}

describe('a rebuilt ledger', () => {
  const order = fc.shuffledSubarray([...ORIGINS], { minLength: 3, maxLength: 3 });

  const some = { ...lengths, minLength: 3, maxLength: 20 };

  test.prop([fc.array(step, some), order, fc.array(step, some)], { numRuns: LAW_RUNS })(
    'conserves pieces with steps in progress and with writers that still use the lost table',
    (before: readonly Step[], origins: readonly OriginName[], after: readonly Step[]) => {
      const world = new RightsWorld();
      world.deposit(C, 'opening', 30);
      for (const at of before) carryOut(world, at);
      const lost = world.ledger();
      loseLedger(world);
      for (const origin of origins) {
        world.write(world.regions[origin], followLedger(world.rights(origin), lost));
        world.keep(origin, NO_USE);
        world.keep(origin, NO_USE);
        expect(codeOf(followLedger(world.rights(origin), lost))).toBe('other_generation at generation');
      }
      world.snapshots.clear();
      for (const at of after) carryOut(world, at);

      expect(world.ledger().unknown).toEqual([]);
      expect(violationsOf(world)).toEqual([]);
      expect(promised(world)).toBeLessThanOrEqual(there(world));
    },
  );

  it('refuses draws until every incarnation has given its totals', () => {
    const world = worldWithSales(4);
    loseLedger(world);
    for (const origin of [B, C] as const)
      for (let writes = 0; writes < 3; writes += 1) world.keep(origin, NO_USE);

    expect(world.ledger().unknown).toEqual([A]);
    expect(freePieces(world.ledger())).toBe(30);
    expect(codeOf(draw(world.ledger(), { origin: B, epoch: 9, pieces: 1 }))).toBe('rebuilding at unknown');
  });

  it('counts pieces of no other account as drawn by a closed incarnation', () => {
    const world = worldWithSales(4);
    loseLedger(world);
    for (const origin of [B, C] as const)
      for (let writes = 0; writes < 3; writes += 1) world.keep(origin, NO_USE);
    const union = { spent: 4, released: 0, isComplete: false };
    const none = { deposited: 0, writtenOff: 0 };
    const settled = nextOf(settleUnknown(world.ledger(), A, none, union));

    expect(freePieces(settled)).toBe(0);
    expect(reclaimable(accountOf(settled, A), union)).toEqual({
      pieces: 26,
      oversellBound: 26,
      shortfall: 0,
    });
    expect(codeOf(settleUnknown(settled, A, none, union))).toBe('not_unknown at origin');
  });

  it('gives each of two closed incarnations at least the pieces of its known orders', () => {
    const store = new ItemStore();
    store.write([rebuiltLedger(RESOURCE, 2, [A, B])]);
    const start = rebuiltLedger(RESOURCE, 2, [A, B]).next;
    const first = settleUnknown(
      start,
      A,
      { deposited: 30, writtenOff: 0 },
      { spent: 4, released: 1, isComplete: false },
    );
    const second = settleUnknown(
      nextOf(first),
      B,
      { deposited: 0, writtenOff: 0 },
      { spent: 6, released: 0, isComplete: false },
    );

    expect(accountOf(nextOf(second), A).drawn).toBe(3);
    expect(accountOf(nextOf(second), B).drawn).toBe(27);
    expect(freePieces(nextOf(second))).toBe(0);
  });
});
