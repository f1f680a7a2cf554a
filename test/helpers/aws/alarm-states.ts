/**
 * Evaluates an alarm's definition over measured values, by the documentation of CloudWatch ("Configuring how CloudWatch alarms treat
 * missing data"). Simplified: periods begin at the first minute, and metrics arrive without delay.
 */
import type { AlarmDefinition } from '../../../lib/monitoring/alarm-definition.ts';
import { isMath, type MetricUse } from '../../../lib/monitoring/signals.ts';

/** State of an alarm; the initial state is `OK`. */
export type AlarmState = 'OK' | 'ALARM';

/** The value of one minute; `undefined` without a measurement. */
export type Minute = number | undefined;

/** CloudWatch reads more periods than it evaluates; in its examples, five for three. */
const EXTRA_PERIODS = 2;

const STATISTICS: Partial<Record<MetricUse['statistic'], (values: readonly number[]) => number>> = {
  Sum: (values) => values.reduce((sum, value) => sum + value, 0),
  Maximum: (values) => Math.max(...values),
  Minimum: (values) => Math.min(...values),
};

/** The datapoints of complete periods; a period without a value is missing. */
function datapointsOf(minutes: readonly Minute[], periodMinutes: number, statistic: MetricUse['statistic']) {
  const combine = STATISTICS[statistic];
  if (combine === undefined)
    throw new RangeError(`statistic: expected one that is known here, got ${statistic}`);
  return Array.from({ length: Math.floor(minutes.length / periodMinutes) }, (_, index) => {
    const values = minutes
      .slice(index * periodMinutes, (index + 1) * periodMinutes)
      .filter((value) => value !== undefined);
    return values.length === 0 ? undefined : combine(values);
  });
}

const COMPARISONS: Record<AlarmDefinition['comparison'], (value: number, threshold: number) => boolean> = {
  '>': (value, threshold) => value > threshold,
  '>=': (value, threshold) => value >= threshold,
  '<': (value, threshold) => value < threshold,
};

/** The part of a definition that the evaluation needs. */
export type AlarmRule = Pick<
  AlarmDefinition,
  'comparison' | 'threshold' | 'periods' | 'breachingPeriods' | 'missingData'
>;

/**
 * The state after `datapoints`, the newest last.
 * - Enough real datapoints among the read ones: the newest of them decide, and the treatment of missing ones has no effect.
 * - Fewer: all real ones count, and the necessary number of missing ones is filled in. With `ignore` the state is kept, unless enough real
 *   ones breach or one does not.
 */
export function stateAfter(
  datapoints: readonly Minute[],
  { comparison, threshold, periods, breachingPeriods = periods, missingData }: AlarmRule,
  before: AlarmState,
): AlarmState {
  const real = datapoints.slice(-(periods + EXTRA_PERIODS)).filter((value) => value !== undefined);
  const newest = real.slice(-periods);
  const breaching = newest.filter((value) => COMPARISONS[comparison](value, threshold)).length;
  const missing = periods - newest.length;
  const filled = breaching + (missingData === 'breaching' ? missing : 0);
  if (filled >= breachingPeriods) return 'ALARM';
  return missingData === 'ignore' && missing > 0 && breaching === newest.length ? before : 'OK';
}

/** The states of an alarm on one metric, after each of its periods. */
export function statesOf(definition: AlarmDefinition, minutes: readonly Minute[]): readonly AlarmState[] {
  const [signal] = Object.values(definition.signals);
  if (signal === undefined || isMath(signal)) throw new TypeError(`${definition.slug}: expected one metric`);
  const datapoints = datapointsOf(minutes, definition.periodMinutes, signal.statistic);
  let state: AlarmState = 'OK';
  return datapoints.map((_, index) => {
    state = stateAfter(datapoints.slice(0, index + 1), definition, state);
    return state;
  });
}
