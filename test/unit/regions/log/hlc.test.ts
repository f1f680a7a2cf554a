import { fc, test } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { compareHlc } from '../../../../lambdas/regions/log/event.ts';
import type { Hlc } from '../../../../lambdas/regions/log/event.ts';
import {
  isHlc,
  laterOf,
  MAX_COUNTER,
  MAX_WALL_MS,
  nextHlc,
  SKEW_ALARM_MS,
  SKEW_FLAG_MS,
  skewOf,
} from '../../../../lambdas/regions/log/hlc.ts';
import { START_MS } from '../../../../tools/rig/fake-clock.ts';
import { LAW_RUNS } from '../laws.ts';

const anyHlc = fc.record({
  wallMs: fc.integer({ min: 0, max: MAX_WALL_MS - 1 }),
  counter: fc.oneof(fc.nat(3), fc.constant(MAX_COUNTER)),
});

/** One step in one of three Regions. */
const step = fc.oneof(
  fc.record({
    kind: fc.constant('write' as const),
    region: fc.nat(2),
    passesMs: fc.integer({ min: -500, max: 500 }),
  }),
  fc.record({ kind: fc.constant('copy' as const), from: fc.nat(2), to: fc.nat(2) }),
);

interface Written {
  readonly hlc: Hlc;
  /** Indexes of the events that the writer had folded. */
  readonly saw: ReadonlySet<number>;
}

/** Three Regions with their own clocks, which may run backwards; returns the written events. */
function history(steps: readonly (typeof step extends fc.Arbitrary<infer S> ? S : never)[]): Written[] {
  const written: Written[] = [];
  const held = [new Set<number>(), new Set<number>(), new Set<number>()];
  const clocksMs = [START_MS, START_MS + 90_000, START_MS - 90_000];
  const heldBy = (region: number): Set<number> => held[region] ?? new Set();
  for (const one of steps) {
    if (one.kind === 'copy') for (const at of heldBy(one.from)) heldBy(one.to).add(at);
    else {
      const nowMs = (clocksMs[one.region] ?? 0) + one.passesMs;
      clocksMs[one.region] = nowMs;
      const latest = [...heldBy(one.region)].map((at) => written[at]?.hlc).reduce(laterOf, undefined);
      written.push({
        hlc: nextHlc(nowMs, latest) ?? expect.fail('no time'),
        saw: new Set(heldBy(one.region)),
      });
      heldBy(one.region).add(written.length - 1);
    }
  }
  return written;
}

describe('nextHlc', () => {
  test.prop([fc.array(step, { maxLength: 30, size: 'max' })], { numRuns: LAW_RUNS })(
    'gives an event a later time than all events that its writer had seen',
    (steps) => {
      const written = history(steps);

      const wrong = written.filter(({ hlc, saw }) =>
        [...saw].some((at) => compareHlc(written[at]?.hlc ?? hlc, hlc) >= 0),
      );
      expect(wrong).toEqual([]);
    },
  );

  test.prop([fc.integer({ min: 0, max: MAX_WALL_MS }), anyHlc], { numRuns: LAW_RUNS })(
    'gives a valid time after the latest time and not before the wall clock',
    (nowMs, latest) => {
      const next = nextHlc(nowMs, latest) ?? expect.fail('no time');

      expect(isHlc(next)).toBe(true);
      expect(compareHlc(latest, next)).toBeLessThan(0);
      expect(next.wallMs).toBeGreaterThanOrEqual(nowMs);
    },
  );

  it('starts at the wall clock and counts within one millisecond', () => {
    const first = nextHlc(START_MS, undefined);

    expect(first).toEqual({ wallMs: START_MS, counter: 0 });
    expect(nextHlc(START_MS, first)).toEqual({ wallMs: START_MS, counter: 1 });
    expect(nextHlc(START_MS + 1, first)).toEqual({ wallMs: START_MS + 1, counter: 0 });
  });

  it('goes to the next millisecond when the counter is used up', () => {
    expect(nextHlc(START_MS, { wallMs: START_MS, counter: MAX_COUNTER })).toEqual({
      wallMs: START_MS + 1,
      counter: 0,
    });
  });

  it('gives no time after the last one', () => {
    expect(nextHlc(START_MS, { wallMs: MAX_WALL_MS, counter: MAX_COUNTER })).toBeUndefined();
    expect(nextHlc(MAX_WALL_MS + 1, undefined)).toBeUndefined();
    expect(nextHlc(Number.NaN, undefined)).toBeUndefined();
  });
});

describe('laterOf', () => {
  it('gives the later time in any order of its arguments', () => {
    const early = { wallMs: 1, counter: 9 };
    const late = { wallMs: 2, counter: 0 };

    expect([laterOf(early, late), laterOf(late, early)]).toEqual([late, late]);
    expect([laterOf(undefined, early), laterOf(early, undefined)]).toEqual([early, early]);
    expect(laterOf(undefined, undefined)).toBeUndefined();
  });
});

describe('skewOf', () => {
  it.each([
    [-3_600_000, 'ok'],
    [SKEW_ALARM_MS, 'ok'],
    [SKEW_ALARM_MS + 1, 'alarm'],
    [SKEW_FLAG_MS, 'alarm'],
    [SKEW_FLAG_MS + 1, 'flagged'],
  ] as const)('classifies a time that is ahead by %i ms as %s', (aheadMs, skew) => {
    expect(skewOf({ wallMs: START_MS + aheadMs, counter: 7 }, START_MS)).toBe(skew);
  });
});

describe('isHlc', () => {
  it.each([
    undefined,
    null,
    'text',
    {},
    { wallMs: 1 },
    { wallMs: -1, counter: 0 },
    { wallMs: 0.5, counter: 0 },
    { wallMs: MAX_WALL_MS + 1, counter: 0 },
    { wallMs: 1, counter: -1 },
    { wallMs: 1, counter: MAX_COUNTER + 1 },
    { wallMs: '1', counter: 0 },
  ])('refuses %j', (value) => {
    expect(isHlc(value)).toBe(false);
  });

  it('has six bytes for milliseconds and four for the counter', () => {
    expect([MAX_WALL_MS, MAX_COUNTER]).toEqual([0xff_ff_ff_ff_ff_ff, 0xff_ff_ff_ff]);
  });

  it('accepts the first and the last time', () => {
    expect([isHlc({ wallMs: 0, counter: 0 }), isHlc({ wallMs: MAX_WALL_MS, counter: MAX_COUNTER })]).toEqual([
      true,
      true,
    ]);
  });
});
