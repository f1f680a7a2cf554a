import { test } from '@fast-check/vitest';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { reportKpis } from '../../../../../lambdas/queue/domain/kpi/kpi.ts';
import { metricCountsOf, metricsOf } from '../../../../../lambdas/queue/domain/kpi/transition-metrics.ts';
import { START_MS } from '../../../../../tools/rig/fake-clock.ts';
import { COMPLETED, failedWith, lostWorker, type Step, trailOf } from '../../../../helpers/trails.ts';

const countsOf = (steps: readonly Step[]): Record<string, number> => {
  const trail = trailOf('task-1', steps);
  const names = trail.flatMap(({ version }) => metricsOf(version, trail));
  return Object.fromEntries(
    [...new Set(names)].map((name) => [name, names.filter((n) => n === name).length]),
  );
};

describe('metricsOf', () => {
  it.each<readonly [string, readonly Step[], Record<string, number>]>([
    ['a plain life', COMPLETED, { queue_actions_total: 1, queue_actions_completed: 1 }],
    [
      'a duplicate',
      failedWith('DUPLICATE_EFFECT'),
      { queue_actions_total: 1, queue_actions_failed: 1, duplicate_mutations_detected: 1 },
    ],
    [
      'a fingerprint that does not match',
      failedWith('FINGERPRINT_MISMATCH'),
      {
        queue_actions_total: 1,
        queue_actions_failed: 1,
        duplicate_mutations_detected: 1,
        fingerprint_mismatches: 1,
      },
    ],
    [
      'a lost worker that was recovered in time, and driven on by hand',
      lostWorker(
        [30, 'retryable_failed', 'operator_retry'],
        [31, 'running', 'claim'],
        [32, 'completed', 'complete'],
      ),
      {
        queue_actions_total: 1,
        retryable_failures: 1,
        stuck_actions_detected: 1,
        queue_actions_completed: 1,
        stuck_actions_settled: 1,
        stuck_actions_settled_within_5_min: 1,
      },
    ],
    [
      'two lost workers, too late',
      lostWorker(
        [25, 'retryable_failed', 'recover_stale'],
        [30, 'running', 'claim'],
        [90, 'retryable_failed', 'recover_stale', 'WORKER_LOST'],
        [95, 'running', 'claim'],
        [400, 'completed', 'complete'],
      ),
      {
        queue_actions_total: 1,
        retryable_failures: 2,
        stuck_actions_detected: 1,
        queue_actions_completed: 1,
        stuck_actions_settled: 1,
      },
    ],
    [
      'a paused kind',
      [
        [0, 'queued', 'enqueue'],
        [1, 'queued', 'hold'],
        [90, 'queued', 'release'],
      ],
      { queue_actions_total: 1, actions_held: 1 },
    ],
  ])('counts %s', (_title, steps, expected) => {
    expect(countsOf(steps)).toEqual(expected);
  });

  it('counts nothing for a version that is no longer in the history', () => {
    expect(metricsOf(1, trailOf('task-1', COMPLETED).slice(1))).toEqual([]);
  });

  it('reports a late recovery as 0 recoveries in time, not as no value', () => {
    const trail = trailOf('task-1', lostWorker([400, 'completed', 'complete']));

    expect(metricCountsOf(4, trail)).toContainEqual({ name: 'stuck_actions_settled_within_5_min', value: 0 });
    expect(metricCountsOf(2, trail)).toEqual([]);
  });

  test.prop([fc.integer({ min: 21, max: 900 })])(
    'agrees with the KPI about a stuck action that ended',
    (endSeconds) => {
      const steps = lostWorker([endSeconds, 'completed', 'complete']);
      const window = { sinceMs: START_MS, nowMs: START_MS + 10_000_000 };
      const { counts } = reportKpis({ transitions: trailOf('task-1', steps), latencies: [] }, window);

      expect(countsOf(steps)['stuck_actions_settled_within_5_min'] ?? 0).toBe(counts.stuckInTime);
      expect(countsOf(steps)['stuck_actions_settled']).toBe(counts.stuckInTime + counts.stuckLate);
    },
  );
});
