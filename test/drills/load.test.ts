/**
 * The load of the KPI contract: 300 actions, 30 % transient faults, 20 workers killed, 20 executions stopped. The latency of cards depends
 * on the machine, so `quoteq drill load` checks it, not this test.
 */
import { beforeAll, describe, expect, it } from 'vitest';
import { KPI_CONTRACT, KpiName } from '../../lambdas/queue/contracts/kpi-contract.ts';
import type { DrillResult } from '../../tools/drills/run-drills.ts';
import { loadOf } from '../../tools/drills/scenarios/load.ts';
import { heldDrills } from './support/held.ts';

const ACTIONS = 300;
const LOAD = loadOf(ACTIONS);

const isOfSpeed = (claim: string): boolean => claim.includes(KPI_CONTRACT[KpiName.StatusLatency].title);

let result: DrillResult | undefined;

beforeAll(async () => {
  result = (await heldDrills([LOAD], 'load')).get('load');
});

describe(`a load of ${ACTIONS} actions`, () => {
  it('loses, duplicates and fails no action, and recovers stuck ones', () => {
    expect(result?.checks.filter(({ claim, ok }) => !ok && !isOfSpeed(claim))).toEqual([]);
    expect(result?.actions).toBe(ACTIONS);
  });
});
