/** The KPIs as CloudWatch sees them. The exact ones are computed from the audit trail (`quoteq kpi`). */
import type { KpiName } from '../../lambdas/queue/contracts/kpi-contract.ts';
import { Metric } from '../../lambdas/shared/contracts/metric-names.ts';
import { counted, type MathSignal, type MetricUse, type Signal } from './signals.ts';

/** A share in percent. */
interface Ratio {
  readonly part: MetricUse;
  readonly whole: MetricUse;
}

/**
 * Part and whole are counted when they happen, so that a failure falls into the period in which the action ended. Recovery
 * divides by what has ended, not by what was detected: both are then counted by the same transition, and an action
 * that is still being recovered makes no share look bad.
 */
const RATIOS = {
  failed_action_rate: { part: counted(Metric.ActionsFailed), whole: counted(Metric.ActionsTotal) },
  recovery_within_5_min: {
    part: counted(Metric.StuckSettledInTime),
    whole: counted(Metric.StuckSettled),
  },
  duplicate_side_effect_rate: {
    part: counted(Metric.DuplicateMutations),
    whole: counted(Metric.ActionsTotal),
  },
} as const satisfies Partial<Record<KpiName, Ratio>>;
/** A KPI that is a share. */
type RatioName = keyof typeof RATIOS;

/** A share in percent; no value where nothing was counted. */
export const ratioSignal = (name: RatioName): MathSignal => ({
  expression: '100 * FILL(part, 0) / whole',
  uses: RATIOS[name],
});

/**
 * A share for an alarm: where fewer than `minimumCount` were counted it is `quietValue`, since one failure among three
 * actions says nothing.
 */
export const guardedRatio = (name: RatioName, minimumCount: number, quietValue: number): MathSignal => ({
  expression: `IF(whole >= ${minimumCount}, 100 * FILL(part, 0) / whole, ${quietValue})`,
  uses: RATIOS[name],
});

/** Mean status latency in ms. */
export const LATENCY = counted(Metric.StatusLatency, 'Average');

/** Mean status latency for an alarm: 0 where fewer than `minimumCount` transitions were shown. */
export const guardedLatency = (minimumCount: number): MathSignal => ({
  expression: `IF(shown >= ${minimumCount}, mean, 0)`,
  uses: { mean: LATENCY, shown: counted(Metric.StatusLatency, 'SampleCount') },
});

/** Each KPI as a line of a chart. */
export const KPI_SIGNALS = {
  failed_action_rate: ratioSignal('failed_action_rate'),
  recovery_within_5_min: ratioSignal('recovery_within_5_min'),
  duplicate_side_effect_rate: ratioSignal('duplicate_side_effect_rate'),
  mean_status_latency: LATENCY,
} as const satisfies Record<KpiName, Signal>;
