/**
 * Signals as plain data, from which the alarms, the dashboard and its picture are built. This file does not use CloudWatch's
 * classes.
 */
import type { FunctionName } from '../shared/functions.ts';
import type { Metric } from '../../lambdas/shared/contracts/metric-names.ts';
import type { QueueRole } from '../shared/names.ts';
import type { ApiMetricName } from './api-metric-names.ts';

/** The origin of a metric. */
export type MetricSource =
  /** Counted by our own functions. */
  | { readonly kind: 'queue'; readonly name: Metric }
  | {
      readonly kind: 'function';
      readonly name: 'Errors' | 'Throttles' | 'Duration' | 'ConcurrentExecutions' | 'IteratorAge';
      readonly function: FunctionName;
    }
  | {
      readonly kind: 'machine';
      readonly name:
        | 'ExecutionsStarted'
        | 'ExecutionsSucceeded'
        | 'ExecutionsFailed'
        | 'ExecutionsAborted'
        | 'ExecutionsTimedOut'
        | 'ExecutionThrottled';
    }
  /** The rule that sends transitions to the card queue. */
  | { readonly kind: 'card-rule'; readonly name: 'FailedInvocations' | 'InvocationsFailedToBeSentToDlq' }
  /** Number of waiting messages. */
  | { readonly kind: 'depth'; readonly queue: QueueRole }
  /** Age of the oldest message in a queue, in seconds since it was sent, however many times it was received. */
  | { readonly kind: 'age'; readonly queue: QueueRole }
  /** Counted from the API's access log; see `ApiMetrics`. */
  | { readonly kind: 'api'; readonly name: ApiMetricName };

/** A metric, and the statistic that combines its values of one period. */
export interface MetricUse {
  readonly source: MetricSource;
  readonly statistic: 'Sum' | 'Average' | 'Maximum' | 'Minimum' | 'SampleCount' | 'p95';
}

/** CloudWatch metric math over several metrics, each by its name in the expression. */
export interface MathSignal {
  readonly expression: string;
  readonly uses: Readonly<Record<string, MetricUse>>;
}

/** The signal of a chart's line or of an alarm. */
export type Signal = MetricUse | MathSignal;

/** Whether a signal is computed from several metrics. */
export const isMath = (signal: Signal): signal is MathSignal => 'expression' in signal;

/** A metric of our own. */
export const counted = (name: Metric, statistic: MetricUse['statistic'] = 'Sum'): MetricUse => ({
  source: { kind: 'queue', name },
  statistic,
});

/** A metric of a function. */
export const ofFunction = (
  functionName: FunctionName,
  name: Extract<MetricSource, { kind: 'function' }>['name'],
  statistic: MetricUse['statistic'] = 'Sum',
): MetricUse => ({ source: { kind: 'function', name, function: functionName }, statistic });

/** A metric of the state machine. */
export const ofMachine = (name: Extract<MetricSource, { kind: 'machine' }>['name']): MetricUse => ({
  source: { kind: 'machine', name },
  statistic: 'Sum',
});

/** A metric of the rule that sends transitions to the card queue. */
export const ofCardRule = (name: Extract<MetricSource, { kind: 'card-rule' }>['name']): MetricUse => ({
  source: { kind: 'card-rule', name },
  statistic: 'Sum',
});

/** Number of messages that wait in a queue. */
export const depthOf = (queue: QueueRole): MetricUse => ({
  source: { kind: 'depth', queue },
  statistic: 'Maximum',
});

/** Age of the oldest message of a queue, in seconds. */
export const ageOf = (queue: QueueRole): MetricUse => ({
  source: { kind: 'age', queue },
  statistic: 'Maximum',
});

/** A metric of the HTTP API's answers. */
export const ofApi = (
  name: Extract<MetricSource, { kind: 'api' }>['name'],
  statistic: MetricUse['statistic'] = 'Sum',
): MetricUse => ({ source: { kind: 'api', name }, statistic });
