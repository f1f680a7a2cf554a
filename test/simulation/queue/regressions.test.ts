/** Plans that once failed, shrunk. Each was printed by `npm run sim` and added here. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Plan } from '../kernel/faults.ts';
import { Pool } from './runner/pool.ts';
import { asTest, shrunk } from './runner/shrink.ts';
import { planOf } from './plans.ts';
import { type Bug, BUGS } from './zoo/bugs.ts';

interface Regression {
  readonly name: string;
  /** The bug of the zoo that reproduces the failure. */
  readonly bug: string;
  readonly plan: Plan;
}

const REGRESSIONS: readonly Regression[] = [
  {
    name: 'one-effect-per-key holds after frozen-refused, applied-late (seed 30)',
    bug: 'probe overtakes a post that is under way',
    plan: {
      seed: 30,
      entries: [
        { kind: 'enqueue', atMs: 7392, action: 'pdf.render', quote: 0, key: 2 },
        { kind: 'call', at: 's3', nth: 1, fault: 'frozen-refused' },
        { kind: 'call', at: 'slack', nth: 2, fault: 'applied-late' },
      ],
    },
  },
];

function bugOf(name: string): Bug {
  const bug = BUGS.find((candidate) => candidate.name === name);
  if (bug === undefined) throw new Error(`${name}: expected a bug of the zoo`);
  return bug;
}

let pool: Pool;

beforeAll(() => {
  pool = new Pool({ threads: 1 });
});

afterAll(() => pool.stop());

describe('a plan that once failed', () => {
  it.each(REGRESSIONS)('passes: $name', async ({ plan }) => {
    expect((await pool.run(plan)).violations).toEqual([]);
  });

  it.each(REGRESSIONS)('fails with its bug: $name', async ({ bug, plan }) => {
    const buggy = new Pool({ threads: 1, mutations: [bugOf(bug)] });

    const { violations } = await buggy.run(plan, false);
    await buggy.stop();

    expect(violations).not.toEqual([]);
  });
});

describe('shrinking', () => {
  it('finds the few entries that cause a failure and prints them as a test', async () => {
    const bug = bugOf('no probe after an unknown outcome');
    const buggy = new Pool({ threads: 1, mutations: [bug] });
    const plan = planOf(8);

    const smallest = await shrunk(buggy, plan, 'one-effect-per-key');
    const { violations } = await buggy.run(smallest, false);
    await buggy.stop();

    expect(violations.map(({ invariant }) => invariant)).toContain('one-effect-per-key');
    expect(smallest.entries.length).toBeLessThan(plan.entries.length);
    expect(smallest.entries.length).toBeLessThanOrEqual(4);
    expect(asTest(smallest, 'one-effect-per-key')).toContain(`seed: ${plan.seed},`);
  });
});
