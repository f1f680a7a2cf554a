/** The widgets of the dashboard, each with its points from a recording. */
import { reportKpis } from '../../lambdas/queue/domain/kpi/kpi.ts';
import type { KpiName } from '../../lambdas/queue/contracts/kpi-contract.ts';
import { DASHBOARD } from '../../lib/monitoring/dashboard-definition.ts';
import type { WidgetDefinition } from '../../lib/monitoring/widget-definition.ts';
import { isMath, type MetricUse } from '../../lib/monitoring/signals.ts';
import { type Measured, measure } from './measured.ts';
import type { Recording } from './recording.ts';

/** One point of one line. */
export interface Point extends Measured {
  /** Label of the line. */
  readonly series: string;
}

/** A widget with its points; it has no points if the recording does not have the metric. */
export interface Panel {
  readonly widget: WidgetDefinition;
  readonly points: readonly Point[];
}

/** A heading and its panels. */
export interface PanelRow {
  readonly title: string;
  readonly panels: readonly Panel[];
}

/** Number of equal parts into which the time of a recording is divided. */
const BUCKETS = 60;

const bucketMsOf = ({ sinceMs, untilMs }: Recording): number => Math.max(1, (untilMs - sinceMs) / BUCKETS);

function reduced(values: readonly number[], statistic: MetricUse['statistic']): number {
  if (values.length === 0) return 0;
  const sum = values.reduce((total, value) => total + value, 0);
  switch (statistic) {
    case 'Sum':
      return sum;
    case 'SampleCount':
      return values.length;
    case 'Average':
      return sum / values.length;
    case 'Minimum':
      return Math.min(...values);
    case 'Maximum':
      return Math.max(...values);
    case 'p95':
      return values.toSorted((a, b) => a - b)[Math.ceil(values.length * 0.95) - 1] ?? 0;
  }
}

function seriesPoints(recording: Recording, { source, statistic }: MetricUse): readonly Measured[] {
  const measured = measure(recording, source);
  if (measured === undefined) return [];
  const bucketMs = bucketMsOf(recording);
  const indexOf = (atMs: number): number =>
    Math.min(BUCKETS - 1, Math.max(0, Math.floor((atMs - recording.sinceMs) / bucketMs)));
  const byBucket = Map.groupBy(measured, ({ atMs }) => indexOf(atMs));
  return Array.from({ length: BUCKETS }, (_, index) => ({
    atMs: recording.sinceMs + (index + 0.5) * bucketMs,
    value: reduced(
      (byBucket.get(index) ?? []).map(({ value }) => value),
      statistic,
    ),
  }));
}

/** The KPI over everything up to the end of each part, computed by the KPI module; no point before the first sample. */
function kpiPoints(recording: Recording, name: KpiName): readonly Measured[] {
  const { sinceMs, transitions, latencies } = recording;
  const bucketMs = bucketMsOf(recording);
  return Array.from({ length: BUCKETS }, (_, index) => sinceMs + (index + 1) * bucketMs).flatMap((nowMs) => {
    const records = {
      transitions: transitions.filter(({ atMs }) => atMs <= nowMs),
      latencies: latencies.filter(({ shownAtMs }) => shownAtMs <= nowMs),
    };
    const value = reportKpis(records, { sinceMs, nowMs }).kpis.find((kpi) => kpi.name === name)?.value;
    return value === undefined ? [] : [{ atMs: nowMs, value }];
  });
}

function pointsOf(recording: Recording, { kpi, series }: WidgetDefinition): readonly Point[] {
  return series.flatMap(({ label, signal }) => {
    const measured = kpi === undefined ? [] : kpiPoints(recording, kpi);
    const plain = kpi === undefined && !isMath(signal) ? seriesPoints(recording, signal) : measured;
    return plain.map((point) => ({ ...point, series: label }));
  });
}

/** All widgets of the dashboard, in order, with the points of a recording. */
export const panelsOf = (recording: Recording): readonly PanelRow[] =>
  DASHBOARD.map(({ title, widgets }) => ({
    title,
    panels: widgets.map((widget) => ({ widget, points: pointsOf(recording, widget) })),
  }));
