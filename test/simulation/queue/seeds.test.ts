/** A thousand plans: the queue's guarantees hold at every step, and each plan is deterministic. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Pool } from './runner/pool.ts';
import { type Findings, neverReached, runSeeds, SEEDS_FOR_RARE_STATES } from './runner/run-seeds.ts';

let pool: Pool;
let findings: Findings;

beforeAll(async () => {
  pool = new Pool();
  findings = await runSeeds(pool, 0, SEEDS_FOR_RARE_STATES);
});

afterAll(() => pool.stop());

describe('a thousand seeds', () => {
  it('violate no invariant, and have the same trace in both runs', () => {
    const found = findings.failures.flatMap(({ plan, violations }) =>
      violations.map(({ invariant, text }) => `seed ${plan.seed}: ${invariant}: ${text}`),
    );

    expect(found).toEqual([]);
    expect(findings.seeds).toBe(SEEDS_FOR_RARE_STATES);
  });

  it('reach every rare state at least once', () => {
    expect(neverReached(findings)).toEqual([]);
  });
});
