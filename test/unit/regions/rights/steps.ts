/** Random steps on rights, for laws. */
import { fc } from '@fast-check/vitest';
import { ORIGINS, type RightsWorld } from './world.ts';

const origin = fc.constantFrom(...ORIGINS);
const pieces = fc.integer({ min: 1, max: 9 });
const small = fc.integer({ min: 0, max: 3 });
/** Two keepers of one Region: a late or duplicate schedule starts the second one. */
const keeper = fc.constantFrom('first', 'second');
const use = fc.record({
  spentPieces: fc.integer({ min: 0, max: 20 }),
  windowMs: fc.constant(600_000),
  waiting: fc.array(pieces, { maxLength: 2 }),
});

/** Whether the step reads first or uses its keeper's last read. */
const isFresh = fc.boolean();

const common = [
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('read'), origin, keeper }) },
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('keep'), origin, keeper, isFresh, use }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('draw'), origin, keeper, isFresh, pieces }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('give_back'), origin, keeper, isFresh, pieces }) },
  {
    weight: 5,
    arbitrary: fc.record({ kind: fc.constant('spend'), origin, keeper, isFresh, pieces, slot: small }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('release'), index: fc.nat(20), slot: small }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('deposit'), origin, command: small, pieces }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('freeze'), origin }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('resize'), origin, slot: small }) },
] as const;
const loss = {
  weight: 2,
  arbitrary: fc.record({ kind: fc.constant('loss'), origin, command: small, pieces }),
};

/** Any step without a loss. */
export const step = fc.oneof(...common);
/** Any step. */
export const stepOrLoss = fc.oneof(...common, loss);
export type Step = typeof stepOrLoss extends fc.Arbitrary<infer T> ? T : never;

/** A keeper's last read; a fresh read if it has none. */
const snapshotOf = (
  world: RightsWorld,
  at: Extract<Step, { kind: 'keep' | 'draw' | 'give_back' | 'spend' }>,
) => (at.isFresh ? undefined : world.snapshots.get(`${at.origin}/${at.keeper}`)) ?? world.read(at.origin);

/** Counters of rare situations, over all runs; the laws must reach each one. */
export const met = {
  staleWrite: 0,
  crashBetween: 0,
  doubleDeposit: 0,
  owed: 0,
  fencedDraw: 0,
  doubleRelease: 0,
};

/** Takes a step in the world. */
export function carryOut(world: RightsWorld, at: Step): void {
  switch (at.kind) {
    case 'read':
      world.snapshots.set(`${at.origin}/${at.keeper}`, world.read(at.origin));
      return;
    case 'keep':
      world.keep(at.origin, at.use, snapshotOf(world, at));
      return;
    case 'draw':
      met.staleWrite += world.draw(at.origin, at.pieces, snapshotOf(world, at).ledger) ? 0 : 1;
      return;
    case 'give_back':
      world.giveBack(at.origin, at.pieces, snapshotOf(world, at).rights);
      return;
    case 'spend':
      world.spend(at.origin, at.pieces, at.slot, snapshotOf(world, at).rights);
      return;
    case 'release':
      met.doubleRelease += world.release(at.index, at.slot) || world.sold.length === 0 ? 0 : 1;
      return;
    case 'deposit':
      met.doubleDeposit += world.deposit(at.origin, `in-${at.command}`, at.pieces) ? 0 : 1;
      return;
    case 'loss':
      world.deposit(at.origin, `out-${at.command}`, at.pieces, 'out');
      return;
    case 'freeze':
      met.fencedDraw += world.freeze(at.origin) ? 1 : 0;
      return;
    case 'resize':
      world.resize(at.origin, at.slot + 1);
  }
}

/** Lengths of step lists. */
export const lengths = { minLength: 10, maxLength: 40, size: 'max' } as const;
