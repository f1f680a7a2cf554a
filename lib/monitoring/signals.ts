/**
 * What can be measured, as plain data: the alarms, the dashboard and its picture are made of these. Nothing here knows
 * CloudWatch's classes.
 */
import type { FunctionName } from '../../lambdas/contracts/environment.ts';
import type { Metric } from '../../lambdas/contracts/metric-names.ts';

/** Queues whose depth is measured, with the output of the queue stack that holds their address. */
export const QUEUE_OUTPUTS = {
  parked: 'ParkedQueueUrl',
  'missed-sweeps': 'MissedSweepsUrl',
  'card-dead-letters': 'CardDeadLettersUrl',
  'click-dead-letters': 'ClickDeadLettersUrl',
  cards: 'CardQueueUrl',
  clicks: 'ClickQueueUrl',
} as const;
/** Names a queue of {@link QUEUE_OUTPUTS}. */
export type QueueRole = keyof typeof QUEUE_OUTPUTS;

/** Where a metric comes from. */
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
  /** The rule that hands transitions to the card queue. */
  | { readonly kind: 'card-rule'; readonly name: 'FailedInvocations' | 'InvocationsFailedToBeSentToDlq' }
  /** Messages that wait. */
  | { readonly kind: 'depth'; readonly queue: QueueRole }
  /** How long the oldest message has been in a queue, in seconds, since it was sent, however often it was received. */
  | { readonly kind: 'age'; readonly queue: QueueRole }
  | { readonly kind: 'api'; readonly name: 'Count' | '4xx' | '5xx' | 'Latency' };

/** A metric and how its values of one period become one. */
export interface MetricUse {
  readonly source: MetricSource;
  readonly statistic: 'Sum' | 'Average' | 'Maximum' | 'Minimum' | 'SampleCount' | 'p95';
}

/** CloudWatch metric math over several metrics, each under its name in the expression. */
export interface MathSignal {
  readonly expression: string;
  readonly uses: Readonly<Record<string, MetricUse>>;
}

/** One line of a chart, or what an alarm compares. */
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

/** A metric of the rule that hands transitions to the card queue. */
export const ofCardRule = (name: Extract<MetricSource, { kind: 'card-rule' }>['name']): MetricUse => ({
  source: { kind: 'card-rule', name },
  statistic: 'Sum',
});

/** Messages that wait in a queue. */
export const depthOf = (queue: QueueRole): MetricUse => ({
  source: { kind: 'depth', queue },
  statistic: 'Maximum',
});

/** Age of the oldest message of a queue, in seconds. */
export const ageOf = (queue: QueueRole): MetricUse => ({
  source: { kind: 'age', queue },
  statistic: 'Maximum',
});

/** A metric of the HTTP API. */
export const ofApi = (
  name: Extract<MetricSource, { kind: 'api' }>['name'],
  statistic: MetricUse['statistic'] = 'Sum',
): MetricUse => ({ source: { kind: 'api', name }, statistic });
