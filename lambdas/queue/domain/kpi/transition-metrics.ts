/** The metrics that a transition counts for. A pure rule, so that metrics and reports agree. */
import { mutationOf } from '../../../shared/contracts/error-codes.ts';
import { ExecutionState, TransitionCause } from '../../contracts/lifecycle-states.ts';
import { Metric } from '../../../shared/contracts/metric-names.ts';
import { isForeignKind, isForeignTransition } from '../task/foreign.ts';
import { isEnded } from '../task/lifecycle.ts';
import { showsStuck, stuckOutcomeOf, type TrailEntry } from './stuck.ts';

/** Whether a transition reports a mutation that was made twice, or that differs from the requested one. */
export const isDuplicateMutation = ({ errorCode }: Pick<TrailEntry, 'errorCode'>): boolean =>
  mutationOf(errorCode) !== undefined;

const STATE_METRICS: Partial<Record<string, Metric>> = {
  [ExecutionState.Completed]: Metric.ActionsCompleted,
  [ExecutionState.FailedTerminal]: Metric.ActionsFailed,
};

/** Only the transition that enters `retryable_failed` is a failure; retries, holds and releases keep that state. */
const RETRYABLE_CAUSES: readonly string[] = [TransitionCause.Fail, TransitionCause.RecoverStale];

const isRetryableFailure = ({ to, cause, errorCode }: TrailEntry): boolean =>
  to === ExecutionState.RetryableFailed && RETRYABLE_CAUSES.includes(cause) && errorCode !== undefined;

/** What the newest transition tells about being stuck, given the earlier ones. */
function stuckMetricsOf(newest: TrailEntry, before: readonly TrailEntry[]): readonly Metric[] {
  const isFirst = showsStuck(newest) && !before.some(showsStuck);
  const detected = isFirst ? [Metric.StuckDetected] : [];
  const outcome = stuckOutcomeOf([...before, newest], newest.atMs);
  if (!isEnded(newest.to) || outcome === undefined) return detected;
  const inTime = outcome === 'in_time' ? [Metric.StuckSettledInTime] : [];
  return [...detected, Metric.StuckSettled, ...inTime];
}

/**
 * The metrics that increase by one with the transition of `version`.
 * @param history the task's own history, in order of version; transitions that it has dropped (`MAX_HISTORY`) are not seen
 * @param kind kind of the task; @default one that this release knows
 */
export function metricsOf(version: number, history: readonly TrailEntry[], kind?: string): readonly Metric[] {
  const newest = history.find((entry) => entry.version === version);
  if (newest === undefined) return [];
  if (isForeignKind(kind) || isForeignTransition(newest)) return [Metric.ForeignRecords];
  const entered = STATE_METRICS[newest.to];
  return [
    ...(newest.cause === TransitionCause.Enqueue ? [Metric.ActionsTotal] : []),
    ...(entered === undefined ? [] : [entered]),
    ...(isRetryableFailure(newest) ? [Metric.RetryableFailures] : []),
    ...(newest.cause === TransitionCause.Hold ? [Metric.ActionsHeld] : []),
    ...(isDuplicateMutation(newest) ? [Metric.DuplicateMutations] : []),
    ...(mutationOf(newest.errorCode) === 'other_content' ? [Metric.FingerprintMismatches] : []),
    ...stuckMetricsOf(
      newest,
      history.filter((entry) => entry.version < version),
    ),
  ];
}

/** The increment of a metric. */
export interface MetricCount {
  readonly name: Metric;
  readonly value: 0 | 1;
}

/**
 * Numerators by denominator. CloudWatch cannot fill gaps of a metric that has no value at all, so the numerator is reported as
 * 0 whenever the denominator is counted.
 */
const PARTS_OF: Partial<Record<Metric, readonly Metric[]>> = {
  [Metric.ActionsTotal]: [Metric.ActionsFailed, Metric.DuplicateMutations],
  [Metric.StuckSettled]: [Metric.StuckSettledInTime],
};

/** The metrics reported with the transition of `version`: {@link metricsOf}, and a 0 for the numerators. */
export function metricCountsOf(
  version: number,
  history: readonly TrailEntry[],
  kind?: string,
): readonly MetricCount[] {
  const counted = metricsOf(version, history, kind);
  const parts = counted.flatMap((name) => PARTS_OF[name] ?? []).filter((name) => !counted.includes(name));
  return [
    ...counted.map((name) => ({ name, value: 1 as const })),
    ...parts.map((name) => ({ name, value: 0 as const })),
  ];
}
