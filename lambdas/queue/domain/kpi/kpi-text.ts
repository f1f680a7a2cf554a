/** KPIs in words, the same in Slack and on the command line. */
import { KPI_CONTRACT, type KpiEntry, KpiName } from '../../contracts/kpi-contract.ts';
import type { Kpi, KpiCounts, KpiVerdict } from './kpi.ts';

/** Shown instead of a figure if a KPI has no sample. */
export const NO_SAMPLE = 'no sample';

/** A figure with its unit: `1.33 %`, `1.50 s`. */
export const figureText = (value: number, unit: KpiEntry['unit'], digits = 2): string =>
  unit === '%' ? `${value.toFixed(digits)} %` : `${(value / 1_000).toFixed(digits)} s`;

/** The figure of a KPI; {@link NO_SAMPLE} without one. */
export const kpiValueText = ({ name, value }: Kpi): string =>
  value === undefined ? NO_SAMPLE : figureText(value, KPI_CONTRACT[name].unit);

/** `≤ 2.0 %`. */
export function targetText(name: KpiName): string {
  const { bound, target, unit }: KpiEntry = KPI_CONTRACT[name];
  return `${bound === 'at_most' ? '≤' : '≥'} ${figureText(target, unit, 1)}`;
}

/** The figure before the queue: `8.0 %`. */
export const baselineText = (name: KpiName): string =>
  figureText(KPI_CONTRACT[name].baseline, KPI_CONTRACT[name].unit, 1);

/** A verdict as people read it. */
export const VERDICT_TEXT = {
  met: 'met',
  missed: 'MISSED',
  no_sample: NO_SAMPLE,
} as const satisfies Record<KpiVerdict, string>;

/** Empty if there are none: they exist only while two releases run at the same time. */
const foreignText = ({ foreign }: KpiCounts): string =>
  foreign === 0 ? '' : `; ${foreign} of a newer release, not in the sample`;

const failureText = (counts: KpiCounts): string => {
  const { byOperator, byNature, givenUp } = counts.failures;
  const failed = `${counts.failed} failed: ${byOperator} by an operator's decision`;
  return `${failed}, ${byNature} terminal by nature, ${givenUp} given up after retries${foreignText(counts)}`;
};

/** The counts behind a KPI. */
export function countedText(name: KpiName, counts: KpiCounts): string {
  switch (name) {
    case KpiName.FailedActionRate:
      return failureText(counts);
    case KpiName.RecoveryWithin5Min:
      return `${counts.stuckInTime} in time, ${counts.stuckLate} late; ${counts.stuckPending} still pending, not in the sample`;
    case KpiName.DuplicateRate:
      return `${counts.duplicates} detected`;
    case KpiName.StatusLatency:
      return 'from the transition to Slack’s answer';
  }
}

/** Number of damaged records that the figures leave out; the records are named below it. */
export const leftOutText = (count: number): string =>
  `Left out: ${count === 1 ? '1 record that cannot' : `${count} records that cannot`} be read`;
