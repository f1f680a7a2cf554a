import { describe, expect, it } from 'vitest';
import { readPrices } from '../../../../bench/cost/prices.ts';
import {
  driverStartsSeconds,
  ONE_MINUTE_RETRIER,
  retriesOfALaterHour,
  retriesWithin,
  throttleRetrier,
  waitingCost,
} from '../../../../bench/cost/throttling.ts';
import { usedOnly } from '../../../../bench/cost/meter/usage.ts';
import { readQuoteAction } from '../../../../statemachines/asl.ts';

const retrier = { ...ONE_MINUTE_RETRIER, IntervalSeconds: 20, MaxDelaySeconds: 40, MaxAttempts: 5 };

describe('retries of a driver', () => {
  it('are those whose expected waits fit into the given time', () => {
    // Expected waits: 10, 20, 20, 20 and 20 s.
    expect([9, 10, 29, 30, 49, 50].map((seconds) => retriesWithin(retrier, seconds))).toEqual([
      0, 1, 1, 2, 2, 3,
    ]);
  });

  it('are limited by the maximum number of retries', () => {
    expect(retriesWithin(retrier, 1_000)).toBe(5);
  });

  it('are, after the waits have grown, a fifth of those with a maximum wait of one minute', async () => {
    const used = throttleRetrier(await readQuoteAction());

    expect(retriesOfALaterHour(ONE_MINUTE_RETRIER)).toBe(120);
    expect(retriesOfALaterHour(used) * 5).toBeLessThanOrEqual(120);
  });
});

describe('drivers of a task that waits', () => {
  it('start when the sweep finds the last one stale: after 15, 30, 60 minutes and so on', () => {
    // Due after 60 s, stale 900 s later; then due 20 s after the start, stale 1,800 s later, seen by the next sweep.
    expect(driverStartsSeconds(3_600)).toEqual([0, 960, 2_820]);
  });

  it('are the first one and at most seven more in a day', () => {
    expect(driverStartsSeconds(24 * 3_600)).toHaveLength(1 + 7);
  });
});

describe('the cost of waiting', () => {
  it('consists of retries and further starts at the price of a transition, and of a recovery per further driver', () => {
    const list = readPrices();
    const recovery = usedOnly({ writeUnits: 1_000_000 });

    const cost = waitingCost(list, recovery, retrier, 1_000);

    // Two drivers: 5 retries of the first, 2 in the 40 s of the second; 2 transitions and one recovery for its start.
    expect(cost).toMatchObject({ drivers: 2, retries: 7 });
    expect(cost.usd).toBeCloseTo((7 + 2) * 0.000025 + 0.625, 10);
  });
});
