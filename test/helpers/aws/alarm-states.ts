/**
 * Evaluates an alarm's definition over what was measured, as CloudWatch documents it ("Configuring how CloudWatch alarms treat
 * missing data"). Simplified: periods begin at the first minute, and metrics arrive at once.
 */
import type { AlarmDefinition } from '../../../lib/monitoring/alarm-definition.ts';
import { isMath, type MetricUse } from '../../../lib/monitoring/signals.ts';

/** State of an alarm; it begins as `OK` here. */
export type AlarmState = 'OK' | 'ALARM';

/** The value of one minute; `undefined` when nothing was measured in it. */
export type Minute = number | undefined;

/** CloudWatch reads some more periods than it evaluates; its examples read five for three. */
const EXTRA_PERIODS = 2;

const STATISTICS: Partial<Record<MetricUse['statistic'], (values: readonly number[]) => number>> = {
  Sum: (values) => values.reduce((sum, value) => sum + value, 0),
  Maximum: (values) => Math.max(...values),
  Minimum: (values) => Math.min(...values),
};

/** The datapoints of whole periods; one without a value is missing. */
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

/** What an alarm is evaluated by. */
export type AlarmRule = Pick<
  AlarmDefinition,
  'comparison' | 'threshold' | 'periods' | 'breachingPeriods' | 'missingData'
>;

/**
 * The state after `datapoints`, the newest last.
 * - Enough real ones in what is read: the newest of them decide, and how missing ones are treated does not matter.
 * - Fewer: all real ones count, and as many missing ones as are needed are filled in. With `ignore` the state is kept, unless
 *   enough real ones breach, or one does not.
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
