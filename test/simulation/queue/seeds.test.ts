/** A thousand plans: what the queue promises holds at every step of each, and each is the same twice. */
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
  it('violate no invariant, and each has the same trace twice', () => {
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
