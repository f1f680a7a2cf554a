import { describe, expect, it } from 'vitest';
import {
  decidePull,
  DEFAULT_PULL_SETTINGS,
  pullPerSecond,
} from '../../../../lambdas/regions/watermarks/pull.ts';
import type { PairState } from '../../../../lambdas/regions/watermarks/pull.ts';
import { START_MS } from '../../../../tools/rig/fake-clock.ts';

const NOW_MS = START_MS;
const decide = (missingForMs: number | undefined, stillForMs: number, pulledAgoMs?: number): string => {
  const pair: PairState = {
    oldestMissingAtMs: missingForMs === undefined ? undefined : NOW_MS - missingForMs,
    frontierMovedAtMs: NOW_MS - stillForMs,
    pulledAtMs: pulledAgoMs === undefined ? undefined : NOW_MS - pulledAgoMs,
  };
  return decidePull(pair, NOW_MS, DEFAULT_PULL_SETTINGS);
};

describe('decidePull', () => {
  it('schedule 13: waits while copying lags by a constant 61 s', () => {
    expect(decide(61_000, 1_000)).toBe('wait');
    expect(decide(61_000, 61_000)).toBe('wait');
  });

  it('schedule 13: pulls at 180 s if copying lags by 10 minutes, although the frontier moves', () => {
    expect(decide(179_999, 0)).toBe('wait');
    expect(decide(180_000, 0)).toBe('pull');
  });

  it('pulls at 120 s if the frontier does not move', () => {
    expect(decide(120_000, 60_000)).toBe('pull');
    expect(decide(119_999, 60_000)).toBe('wait');
    expect(decide(120_000, 59_999)).toBe('wait');
  });

  it('schedule 13: continues after a long partition until nothing is missing', () => {
    expect(decide(1_000, 0, 15_000)).toBe('pull');
    expect(decide(600_000, 600_000, 14_999)).toBe('wait');
    expect(decide(undefined, 0, 15_000)).toBe('quiet');
  });

  it('is quiet if nothing is missing', () => {
    expect(decide(undefined, 600_000)).toBe('quiet');
  });

  it('leaves time for the pull within the objective of 300 s', () => {
    const { latestMs, againMs } = DEFAULT_PULL_SETTINGS;

    expect(300_000 - latestMs - againMs).toBe(105_000);
  });
});

describe('pullPerSecond', () => {
  it.each([
    [0, 100],
    [10, 100],
    [200, 600],
    [10_000, 2_000],
  ])('pulls for an origin that accepts %i a second %i a second', (acceptedPerSecond, pulled) => {
    expect(pullPerSecond(acceptedPerSecond, DEFAULT_PULL_SETTINGS)).toBe(pulled);
  });
});
