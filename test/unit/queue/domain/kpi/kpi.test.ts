import { test } from '@fast-check/vitest';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KPI_CONTRACT, KpiName } from '../../../../../lambdas/queue/contracts/kpi-contract.ts';
import type { ExecutionState } from '../../../../../lambdas/queue/contracts/lifecycle-states.ts';
import {
  type KpiLatency,
  type KpiTransition,
  reportKpis,
  verdictOf,
} from '../../../../../lambdas/queue/domain/kpi/kpi.ts';
import { LIFECYCLE } from '../../../../../lambdas/queue/domain/task/lifecycle.ts';
import { START_MS } from '../../../../../tools/rig/fake-clock.ts';
import { COMPLETED, failedWith, lostWorker, type Step, trailOf } from '../../../../helpers/trails.ts';

const HOUR_S = 3_600;

const report = (
  trails: readonly (readonly Step[])[],
  { latenciesMs = [], nowSeconds = HOUR_S }: { latenciesMs?: readonly number[]; nowSeconds?: number } = {},
) =>
  reportKpis(
    {
      transitions: trails.flatMap((steps, index) => trailOf(`task-${index}`, steps)),
      latencies: latenciesMs.map((latencyMs) => ({ latencyMs, shownAtMs: START_MS + latencyMs })),
    },
    { sinceMs: START_MS, nowMs: START_MS + nowSeconds * 1_000 },
  );

const kpiOf = (name: KpiName, ...given: Parameters<typeof report>) => {
  const found = report(...given).kpis.find((kpi) => kpi.name === name);
  if (found === undefined) throw new RangeError(`name: expected a KPI, got ${name}`);
  return { value: found.value, samples: found.samples, verdict: found.verdict };
};

const times = <T>(count: number, value: T): readonly T[] => Array.from({ length: count }, () => value);

const rate = (failed: number, all: number) =>
  kpiOf('failed_action_rate', [
    ...times(failed, failedWith('RETRIES_EXHAUSTED')),
    ...times(all - failed, COMPLETED),
  ]);

describe('failed action rate', () => {
  it('is the share of failed_terminal actions in enqueued ones, and meets a target equal to it', () => {
    expect(rate(1, 50)).toEqual({ value: 2, samples: 50, verdict: 'met' });
    expect(rate(1, 49)).toEqual({ value: 100 / 49, samples: 49, verdict: 'missed' });
  });

  it('counts every failure, and tells how many came from operators and how many from their nature', () => {
    const { kpis, counts } = report([
      failedWith('RETRIES_EXHAUSTED'),
      failedWith('DEADLINE_EXCEEDED'),
      failedWith('PROVIDER_REFUSED'),
      failedWith('DUPLICATE_EFFECT'),
      [
        [0, 'queued', 'enqueue'],
        [5, 'failed_terminal', 'operator_cancel'],
      ],
      lostWorker([60, 'failed_terminal', 'operator_abandon']),
      COMPLETED,
      [[0, 'queued', 'enqueue']],
    ]);

    expect(kpis[0]).toMatchObject({ value: 75, samples: 8 });
    expect(counts.failures).toEqual({ byOperator: 2, byNature: 2, givenUp: 2 });
    expect(counts.completed).toBe(1);
  });

  it('excludes actions enqueued before the window and actions without their first record', () => {
    const before: readonly Step[] = [
      [-1, 'queued', 'enqueue'],
      [1, 'failed_terminal', 'operator_cancel'],
    ];
    const headless = trailOf('task-headless', failedWith('PROVIDER_REFUSED')).slice(1);
    const transitions = [...trailOf('task-before', before), ...headless, ...trailOf('task-in', COMPLETED)];

    const { counts } = reportKpis({ transitions, latencies: [] }, { sinceMs: START_MS, nowMs: START_MS });

    expect(counts).toMatchObject({ enqueued: 1, completed: 1, failed: 0 });
  });
});

const recovery = (steps: readonly Step[], nowSeconds?: number) =>
  kpiOf('recovery_within_5_min', [steps], nowSeconds === undefined ? {} : { nowSeconds });

describe('recovery within five minutes', () => {
  const inTime = { value: 100, samples: 1, verdict: 'met' };
  const late = { value: 0, samples: 1, verdict: 'missed' };
  const none = { value: undefined, samples: 0, verdict: 'no_sample' };

  it.each<readonly [string, readonly Step[], object]>([
    ['a lost worker, completed after 300 s', lostWorker([300, 'completed', 'complete']), inTime],
    ['a lost worker, completed after 301 s', lostWorker([301, 'completed', 'complete']), late],
    [
      'a lost worker that failed for good in time',
      lostWorker([100, 'failed_terminal', 'fail', 'RETRIES_EXHAUSTED']),
      inTime,
    ],
    [
      'a queued action that the sweep drove on',
      [
        [0, 'queued', 'enqueue'],
        [120, 'queued', 'recover_stale'],
        [121, 'running', 'claim'],
        [122, 'completed', 'complete'],
      ],
      inTime,
    ],
    [
      'stuck twice: counts once, from the first time',
      lostWorker(
        [30, 'running', 'claim'],
        [290, 'retryable_failed', 'recover_stale', 'WORKER_LOST'],
        [310, 'completed', 'complete'],
      ),
      late,
    ],
    ['an action that never was stuck', COMPLETED, none],
    [
      'an action that was held and released',
      [
        [0, 'queued', 'enqueue'],
        [1, 'queued', 'hold'],
        [900, 'queued', 'release'],
        [901, 'running', 'claim'],
        [902, 'completed', 'complete'],
      ],
      none,
    ],
    [
      'a lost worker, then held for an hour: the hold does not count',
      lostWorker(
        [30, 'retryable_failed', 'hold'],
        [3_630, 'retryable_failed', 'release'],
        [3_700, 'completed', 'complete'],
      ),
      inTime,
    ],
  ])('judges %s', (_title, steps, expected) => {
    expect(recovery(steps)).toEqual(expected);
  });

  it('counts from the previous transition: a claim at 0 s whose loss is found at 290 s is late at 301 s', () => {
    const steps: readonly Step[] = [
      [0, 'queued', 'enqueue'],
      [0, 'running', 'claim'],
      [290, 'retryable_failed', 'recover_stale', 'WORKER_LOST'],
      [301, 'completed', 'complete'],
    ];

    expect(recovery(steps)).toEqual(late);
  });

  it('excludes an open recovery as pending until its 300 s are over', () => {
    expect(recovery(lostWorker(), 299)).toEqual(none);
    expect(report([lostWorker()], { nowSeconds: 299 }).counts.stuckPending).toBe(1);
    expect(recovery(lostWorker(), 300)).toEqual(late);
    expect(report([lostWorker()], { nowSeconds: 300 }).counts.stuckPending).toBe(0);
  });
});

describe('duplicate side-effect rate', () => {
  it('counts both kinds of evidence of a duplicate mutation', () => {
    const trails = [
      failedWith('DUPLICATE_EFFECT'),
      failedWith('FINGERPRINT_MISMATCH'),
      ...times(1_998, COMPLETED),
    ];

    expect(kpiOf('duplicate_side_effect_rate', trails)).toEqual({
      value: 0.1,
      samples: 2_000,
      verdict: 'met',
    });
  });
});

describe('mean status latency', () => {
  it('is the mean of the transitions shown in the window', () => {
    expect(kpiOf('mean_status_latency', [], { latenciesMs: [500, 1_000, 3_000] })).toEqual({
      value: 1_500,
      samples: 3,
      verdict: 'met',
    });
    const latencies: readonly KpiLatency[] = [{ latencyMs: 9_000, shownAtMs: START_MS - 1 }];
    const { counts } = reportKpis({ transitions: [], latencies }, { sinceMs: START_MS, nowMs: START_MS });
    expect(counts.latencies).toBe(0);
  });
});

describe('reportKpis', () => {
  it('has neither a value nor a verdict without a sample', () => {
    expect(report([]).kpis).toEqual(
      Object.values(KpiName).map((name) => ({ name, value: undefined, samples: 0, verdict: 'no_sample' })),
    );
  });

  it('judges by the bounds of the contract', () => {
    for (const name of Object.values(KpiName)) {
      const { target, bound } = KPI_CONTRACT[name];
      const step = bound === 'at_most' ? 0.001 : -0.001;
      expect([verdictOf(name, target), verdictOf(name, target + step)]).toEqual(['met', 'missed']);
    }
  });

  /** A walk through the lifecycle: any legal trail, truncated anywhere. */
  const walk = fc
    .array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 400 }), fc.boolean()), {
      minLength: 1,
      maxLength: 12,
    })
    .map((choices) => {
      const steps: Step[] = [];
      let state: ExecutionState | null = null;
      let atSeconds = 0;
      for (const [choice, seconds, isLost] of choices) {
        const rows = LIFECYCLE.filter(({ from }) => from === state);
        const row = rows[choice % Math.max(1, rows.length)];
        if (row === undefined) break;
        atSeconds += seconds;
        const code = row.cause === 'fail' ? (isLost ? 'WORKER_LOST' : 'DUPLICATE_EFFECT') : undefined;
        steps.push([atSeconds, row.to, row.cause, code]);
        state = row.to;
      }
      return steps;
    });

  test.prop([fc.array(walk, { maxLength: 8 }), fc.integer({ min: 0, max: 5_000 }), fc.nat(50)])(
    'keeps shares between 0 and 100, independent of order and repetition',
    (walks, nowSeconds, seed) => {
      const transitions = walks.flatMap((steps, index) => trailOf(`task-${index}`, steps));
      const window = { sinceMs: START_MS, nowMs: START_MS + nowSeconds * 1_000 };
      const once = reportKpis({ transitions, latencies: [] }, window);
      const mixed: readonly KpiTransition[] = [
        ...transitions.slice(seed),
        ...transitions.toReversed(),
        ...transitions.slice(0, seed),
      ];

      expect(reportKpis({ transitions: mixed, latencies: [] }, window)).toEqual(once);
      for (const { name, value, samples } of once.kpis) {
        expect(value === undefined).toBe(samples === 0);
        if (value !== undefined && name !== 'duplicate_side_effect_rate')
          expect(value).toBeLessThanOrEqual(100);
        if (value !== undefined) expect(value).toBeGreaterThanOrEqual(0);
      }
      const { failures, failed, enqueued, completed } = once.counts;
      expect(failures.byOperator + failures.byNature + failures.givenUp).toBe(failed);
      expect(failed + completed).toBeLessThanOrEqual(enqueued);
    },
  );

  test.prop([fc.array(walk, { minLength: 1, maxLength: 6 }), fc.integer({ min: 0, max: 2_000 })])(
    'decides each pending action over time, unless it is held, and never revokes a verdict',
    (walks, nowSeconds) => {
      const at = (seconds: number) => report(walks, { nowSeconds: seconds }).counts;
      const [now, later, end] = [at(nowSeconds), at(nowSeconds + 100), at(1_000_000)];

      expect(later.stuckPending).toBeLessThanOrEqual(now.stuckPending);
      expect(later.stuckLate).toBeGreaterThanOrEqual(now.stuckLate);
      const held = walks.filter((steps) => steps.at(-1)?.[2] === 'hold');
      expect(end.stuckPending).toBeLessThanOrEqual(held.length);
      expect(end.stuckInTime).toBe(now.stuckInTime);
    },
  );
});
