/** Rights under random interleavings: stale readers, crashes between the two items, lost answers, losses, fences. */
import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { LAW_RUNS } from '../laws.ts';
import { carryOut, lengths, met, type Step, step, stepOrLoss } from './steps.ts';
import { NO_USE, ORIGINS, promised, RightsWorld, there, violationsOf } from './world.ts';

const crashes = (world: RightsWorld): number =>
  ORIGINS.filter((name) => (world.ledger().accounts[name]?.drawn ?? 0) > world.rights(name).head.drawn)
    .length;
const debts = (world: RightsWorld): number =>
  ORIGINS.reduce((sum, name) => sum + world.rights(name).head.owed, 0);

/** Runs the steps on 30 pieces; returns the first violations. */
function run(steps: readonly Step[]): {
  readonly world: RightsWorld;
  readonly violations: readonly string[];
} {
  const world = new RightsWorld();
  world.deposit(ORIGINS[0], 'opening', 30);
  for (const [index, at] of steps.entries()) {
    world.nowMs += 1_000;
    carryOut(world, at);
    met.owed += debts(world);
    met.crashBetween += crashes(world);
    const violations = violationsOf(world);
    if (violations.length > 0) return { world, violations: [`after step ${index}`, ...violations] };
  }
  return { world, violations: [] };
}

describe('rights of one resource in three Regions', () => {
  test.prop([fc.array(step, lengths)], { numRuns: LAW_RUNS })(
    'conserve pieces at every step and never promise more than the stock',
    (steps) => {
      const { world, violations } = run(steps);

      expect(violations).toEqual([]);
      expect(promised(world)).toBeLessThanOrEqual(there(world));
    },
  );

  test.prop([fc.array(stepOrLoss, lengths)], { numRuns: LAW_RUNS })(
    'conserve pieces after losses, and owe the pieces promised beyond the stock',
    (steps) => {
      const { world, violations } = run(steps);
      world.settle(() => NO_USE);

      expect([...violations, ...violationsOf(world)]).toEqual([]);
      expect(promised(world)).toBeLessThanOrEqual(Math.max(there(world), 0) + debts(world));
    },
  );

  test('cover every rare situation', () => {
    expect(Object.entries(met).filter(([, times]) => times === 0)).toEqual([]);
  });
});
