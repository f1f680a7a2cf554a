/** The parts of the dashboard as plain data: rows of charts. */
import type { KpiName } from '../../lambdas/queue/contracts/kpi-contract.ts';
import type { Signal } from './signals.ts';

/** One line of a chart. */
export interface SeriesDefinition {
  readonly label: string;
  readonly signal: Signal;
}

/** One chart. */
export interface WidgetDefinition {
  /** Kebab-case. It never changes, because panels are found by it. */
  readonly id: string;
  readonly title: string;
  /** Unit of the vertical axis. */
  readonly unit: '%' | 'ms' | 's' | 'count';
  readonly series: readonly SeriesDefinition[];
  /** Width; the dashboard has 24 columns. */
  readonly width: 6 | 8 | 12;
  /** Period of every series. */
  readonly periodMinutes: 1 | 5 | 60;
  /** A horizontal line at the target. */
  readonly target?: { readonly value: number; readonly label: string };
  /** KPI that the chart shows; its picture is computed by the KPI module. */
  readonly kpi?: KpiName;
}

/** One row of charts under a heading. */
export interface SectionDefinition {
  readonly title: string;
  readonly widgets: readonly WidgetDefinition[];
}
