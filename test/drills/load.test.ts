/** The load of the KPI contract: 300 actions, 30 % transient faults, 20 workers killed, 20 executions stopped. */
import { beforeAll, describe, expect, it } from 'vitest';
import type { DrillResult } from '../../tools/drills/run-drills.ts';
import { loadOf } from '../../tools/drills/scenarios/load.ts';
import { heldDrills } from './support/held.ts';

const ACTIONS = 300;
const LOAD = loadOf(ACTIONS);

let result: DrillResult | undefined;

beforeAll(async () => {
  result = (await heldDrills([LOAD], 'load')).get('load');
});

describe(`a load of ${ACTIONS} actions`, () => {
  it('loses none, duplicates none, and meets every KPI', () => {
    expect(result?.checks.filter(({ ok }) => !ok)).toEqual([]);
    expect(result?.actions).toBe(ACTIONS);
  });
});
