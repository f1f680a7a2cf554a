/** Runs every drill on a local AWS and checks its guarantees. */
import { beforeAll, describe, expect, it } from 'vitest';
import { DRILLS } from '../../tools/drills/catalogue.ts';
import type { DrillResult } from '../../tools/drills/run-drills.ts';
import { heldDrills } from './support/held.ts';

let results: ReadonlyMap<string, DrillResult>;

beforeAll(async () => {
  results = await heldDrills(DRILLS, 'all');
});

describe.each(DRILLS)('$name', ({ name, story }) => {
  it(`meets its guarantees: ${story}`, () => {
    const result = results.get(name);

    expect(result?.checks.filter(({ ok }) => !ok)).toEqual([]);
    expect(result?.checks.length).toBeGreaterThan(0);
  });

  it('reports the KPIs before and during the drill', () => {
    const result = results.get(name);

    expect(result?.kpisBefore).toHaveLength(4);
    expect(result?.kpisAfter).toHaveLength(4);
  });
});
