import { describe, expect, it } from 'vitest';
import { reportKpis } from '../../../../lambdas/queue/domain/kpi/kpi.ts';
import { DASHBOARD } from '../../../../lib/monitoring/dashboard-definition.ts';
import { panelsOf } from '../../../../tools/dashboard/panels.ts';
import { type Recording, recordingSchema } from '../../../../tools/dashboard/recording.ts';
import { START_MS } from '../../../../tools/rig/fake-clock.ts';
import { COMPLETED, failedWith, lostWorker, trailOf } from '../../../helpers/trails.ts';

const MINUTE_MS = 60_000;

/** Ten minutes: one action that is lost for two minutes, nine that complete, one that fails. */
const recordingOf = (over: Partial<Recording> = {}): Recording =>
  recordingSchema.parse({
    source: 'A test',
    sinceMs: START_MS,
    untilMs: START_MS + 10 * MINUTE_MS,
    transitions: [
      ...trailOf('task-lost', lostWorker([120, 'running', 'claim'], [121, 'completed', 'complete'])),
      ...trailOf('task-failed', failedWith('PROVIDER_REFUSED'), START_MS + 5 * MINUTE_MS),
      ...Array.from({ length: 9 }, (_, index) =>
        trailOf(`task-${index}`, COMPLETED, START_MS + index * MINUTE_MS),
      ).flat(),
    ],
    latencies: [
      { latencyMs: 400, shownAtMs: START_MS + MINUTE_MS },
      { latencyMs: 800, shownAtMs: START_MS + 9 * MINUTE_MS },
    ],
    executions: [
      { status: 'SUCCEEDED', startedAtMs: START_MS, endedAtMs: START_MS + 1_000 },
      { status: 'ABORTED', startedAtMs: START_MS, endedAtMs: START_MS + 2_000 },
      { status: 'RUNNING', startedAtMs: START_MS },
    ],
    ...over,
  });

const panels = panelsOf(recordingOf()).flatMap((row) => row.panels);
const pointsOf = (id: string, series?: string) => {
  const panel = panels.find(({ widget }) => widget.id === id);
  if (panel === undefined) throw new RangeError(`id: expected a widget, got ${id}`);
  return panel.points.filter((point) => series === undefined || point.series === series);
};
const sumOf = (id: string, series: string): number =>
  pointsOf(id, series).reduce((sum, { value }) => sum + value, 0);

describe('panelsOf', () => {
  it('has a panel for every widget of the dashboard, in the same order', () => {
    expect(panels.map(({ widget }) => widget)).toEqual(DASHBOARD.flatMap(({ widgets }) => widgets));
  });

  it("ends each KPI at the KPI module's value for the whole recording", () => {
    const recording = recordingOf();
    const { kpis } = reportKpis(recording, { sinceMs: recording.sinceMs, nowMs: recording.untilMs });

    const last = kpis.map(({ name }) => pointsOf(`kpi-${name.replaceAll('_', '-')}`).at(-1)?.value);
    expect(last).toEqual(kpis.map(({ value }) => value));
  });

  it('counts like the metrics', () => {
    expect(sumOf('actions', 'enqueued')).toBe(11);
    expect(sumOf('actions', 'completed')).toBe(10);
    expect(sumOf('actions', 'failed for good')).toBe(1);
    expect(sumOf('recovery', 'seen to be stuck')).toBe(1);
    expect(sumOf('recovery', 'ended within 5 minutes')).toBe(1);
    expect(sumOf('executions', 'started')).toBe(3);
    expect(sumOf('executions', 'aborted')).toBe(1);
  });

  it('shows stuck tasks while they are stuck, and their age until the end', () => {
    const stuck = pointsOf('stuck-tasks', 'found by a sweep');
    const oldest = pointsOf('oldest-task').map(({ value }) => value);

    expect(stuck[0]?.value).toBe(1);
    expect(stuck.at(-1)?.value).toBe(0);
    expect(Math.max(...oldest)).toBeGreaterThan(100_000);
    expect(Math.max(...oldest)).toBeLessThanOrEqual(121_000);
  });

  it('has no points for measures of AWS only, and none without a sample', () => {
    expect(pointsOf('function-errors')).toEqual([]);
    expect(pointsOf('api-answers')).toEqual([]);
    const empty = panelsOf(recordingOf({ transitions: [], latencies: [], executions: [] }));
    const kpis = empty[0]?.panels ?? [];
    expect(kpis.flatMap(({ points }) => points)).toEqual([]);
  });
});
