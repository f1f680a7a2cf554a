/** Signals as CloudWatch metrics of one deployment. */
import { Duration } from 'aws-cdk-lib';
import { type IMetric, MathExpression, Metric } from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import { METRIC_NAMESPACE, metricDimensionsOf } from '../../lambdas/shared/contracts/metric-names.ts';
import type { QueueConfig } from '../config/queue-config.ts';
import {
  cardRuleName,
  deployedFunctionName,
  deployedQueueName,
  stateMachineArn,
  transitionBusName,
} from '../shared/names.ts';
import { isMath, type MetricSource, type MetricUse, type Signal } from './signals.ts';

/** Options of a metric. */
export interface SignalOptions {
  readonly periodMinutes: number;
  /** Label of the line; @default CloudWatch's own */
  readonly label?: string;
}

const QUEUE_METRICS = {
  depth: 'ApproximateNumberOfMessagesVisible',
  age: 'ApproximateAgeOfOldestMessage',
} as const;

type Place = Pick<ConstructorParameters<typeof Metric>[0], 'namespace' | 'metricName' | 'dimensionsMap'>;

/**
 * Creates metrics of the queue stack's resources by fixed names only. If the queue stack passed a value, it would be read only
 * when this stack is created or updated, and a stack with an unchanged template is not updated: the alarms would keep watching
 * resources that no longer exist.
 */
export class MetricFactory {
  private readonly scope: Construct;
  private readonly config: Pick<QueueConfig, 'stackName' | 'stage'>;

  constructor(scope: Construct, config: Pick<QueueConfig, 'stackName' | 'stage'>) {
    this.scope = scope;
    this.config = config;
  }

  /** The metric for a line of a chart or for an alarm. */
  metricOf(signal: Signal, { periodMinutes, label }: SignalOptions): IMetric {
    const period = Duration.minutes(periodMinutes);
    const named = label === undefined ? {} : { label };
    if (!isMath(signal)) return this.metric(signal, period, named);
    const usingMetrics = Object.fromEntries(
      Object.entries(signal.uses).map(([name, use]) => [name, this.metric(use, period)]),
    );
    return new MathExpression({ expression: signal.expression, usingMetrics, period, ...named });
  }

  private metric({ source, statistic }: MetricUse, period: Duration, named: { label?: string } = {}): Metric {
    return new Metric({ ...this.placeOf(source), statistic, period, ...named });
  }

  private placeOf(source: MetricSource): Place {
    const { stackName, stage } = this.config;
    switch (source.kind) {
      case 'queue':
      case 'api': {
        const dimensionsMap = { ...metricDimensionsOf(stage) };
        return { namespace: METRIC_NAMESPACE, metricName: source.name, dimensionsMap };
      }
      case 'function': {
        const FunctionName = deployedFunctionName(stackName, source.function);
        return { namespace: 'AWS/Lambda', metricName: source.name, dimensionsMap: { FunctionName } };
      }
      case 'machine': {
        const StateMachineArn = stateMachineArn(this.scope, stackName);
        return { namespace: 'AWS/States', metricName: source.name, dimensionsMap: { StateMachineArn } };
      }
      case 'card-rule': {
        const dimensionsMap = {
          EventBusName: transitionBusName(stackName),
          RuleName: cardRuleName(stackName),
        };
        return { namespace: 'AWS/Events', metricName: source.name, dimensionsMap };
      }
      case 'depth':
      case 'age': {
        const QueueName = deployedQueueName(stackName, source.queue);
        return { namespace: 'AWS/SQS', metricName: QUEUE_METRICS[source.kind], dimensionsMap: { QueueName } };
      }
    }
  }
}
