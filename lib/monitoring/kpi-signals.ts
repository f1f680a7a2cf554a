/** Approximations of the KPIs from CloudWatch metrics. `quoteq kpi` computes the exact KPIs from the audit trail. */
import type { KpiName } from '../../lambdas/queue/contracts/kpi-contract.ts';
import { Metric } from '../../lambdas/shared/contracts/metric-names.ts';
import { counted, type MathSignal, type MetricUse, type Signal } from './signals.ts';

/** A share in percent. */
interface Ratio {
  readonly part: MetricUse;
  readonly whole: MetricUse;
}

/**
 * Part and whole are counted when they happen, so a failure is counted in the period in which the action ended. Recovery
 * divides by settled actions and not by detected ones: both numbers then come from the same transition, and an action that is
 * still being recovered lowers no ratio.
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
/** Name of a KPI that is a ratio. */
type RatioName = keyof typeof RATIOS;

/** A ratio in percent; no value if nothing was counted. */
export const ratioSignal = (name: RatioName): MathSignal => ({
  expression: '100 * FILL(part, 0) / whole',
  uses: RATIOS[name],
});

/**
 * A ratio for an alarm. If fewer than `minimumCount` were counted it is `quietValue`, because one failure among three actions
 * is not significant.
 */
export const guardedRatio = (name: RatioName, minimumCount: number, quietValue: number): MathSignal => ({
  expression: `IF(whole >= ${minimumCount}, 100 * FILL(part, 0) / whole, ${quietValue})`,
  uses: RATIOS[name],
});

/** Mean status latency in ms. */
export const LATENCY = counted(Metric.StatusLatency, 'Average');

/** Mean status latency for an alarm: 0 if fewer than `minimumCount` transitions were shown. */
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
