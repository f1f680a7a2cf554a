/** What the dashboard is made of: rows of charts, as plain data. */
import type { KpiName } from '../../lambdas/queue/contracts/kpi-contract.ts';
import type { Signal } from './signals.ts';

/** One line of a chart. */
export interface SeriesDefinition {
  readonly label: string;
  readonly signal: Signal;
}

/** One chart. */
export interface WidgetDefinition {
  /** Kebab-case, the same for ever: panels are found by it. */
  readonly id: string;
  readonly title: string;
  /** Of the vertical axis. */
  readonly unit: '%' | 'ms' | 's' | 'count';
  readonly series: readonly SeriesDefinition[];
  /** Width in columns of 24. */
  readonly width: 6 | 8 | 12;
  /** Period of every series. */
  readonly periodMinutes: 1 | 5 | 60;
  /** A horizontal line. */
  readonly target?: { readonly value: number; readonly label: string };
  /** KPI that the chart shows; its picture is computed by the KPI module. */
  readonly kpi?: KpiName;
}

/** One row of charts under a heading. */
export interface SectionDefinition {
  readonly title: string;
  readonly widgets: readonly WidgetDefinition[];
}
