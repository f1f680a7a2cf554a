/** Signals as CloudWatch metrics of one deployment. */
import { Duration, Fn } from 'aws-cdk-lib';
import { type IMetric, MathExpression, Metric } from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import { METRIC_DIMENSIONS, METRIC_NAMESPACE } from '../../lambdas/contracts/metric-names.ts';
import {
  cardRuleName,
  deployedFunctionName,
  stateMachineArn,
  transitionBusName,
} from '../constructs/names.ts';
import type { QueueOutputs } from '../constructs/queue-outputs.ts';
import { isMath, type MetricSource, type MetricUse, QUEUE_OUTPUTS, type Signal } from './signals.ts';

/** How a signal is asked for. */
export interface SignalOptions {
  readonly periodMinutes: number;
  /** Name of the line. */
  readonly label?: string;
}

const QUEUE_METRICS = {
  depth: 'ApproximateNumberOfMessagesVisible',
  age: 'ApproximateAgeOfOldestMessage',
} as const;

type Place = Pick<ConstructorParameters<typeof Metric>[0], 'namespace' | 'metricName' | 'dimensionsMap'>;

/**
 * Makes metrics of what the queue stack deployed: by fixed names where there are any, else by that stack's outputs. Nothing
 * is exported, so the queue stack can replace what is measured.
 */
export class MetricFactory {
  private readonly scope: Construct;
  private readonly queueStackName: string;

  constructor(scope: Construct, queueStackName: string) {
    this.scope = scope;
    this.queueStackName = queueStackName;
  }

  /** A line of a chart, or what an alarm compares. */
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
    switch (source.kind) {
      case 'queue':
        return {
          namespace: METRIC_NAMESPACE,
          metricName: source.name,
          dimensionsMap: { ...METRIC_DIMENSIONS },
        };
      case 'function': {
        const FunctionName = deployedFunctionName(this.queueStackName, source.function);
        return { namespace: 'AWS/Lambda', metricName: source.name, dimensionsMap: { FunctionName } };
      }
      case 'machine': {
        const StateMachineArn = stateMachineArn(this.scope, this.queueStackName);
        return { namespace: 'AWS/States', metricName: source.name, dimensionsMap: { StateMachineArn } };
      }
      case 'card-rule': {
        const dimensionsMap = {
          EventBusName: transitionBusName(this.queueStackName),
          RuleName: cardRuleName(this.queueStackName),
        };
        return { namespace: 'AWS/Events', metricName: source.name, dimensionsMap };
      }
      case 'depth':
      case 'age': {
        const QueueName = this.queueName(QUEUE_OUTPUTS[source.queue]);
        return { namespace: 'AWS/SQS', metricName: QUEUE_METRICS[source.kind], dimensionsMap: { QueueName } };
      }
      case 'api':
        return {
          namespace: 'AWS/ApiGateway',
          metricName: source.name,
          dimensionsMap: { ApiId: this.output('ApiId') },
        };
    }
  }

  private output(name: keyof QueueOutputs): string {
    return Fn.getStackOutput(this.queueStackName, name);
  }

  /** `https://sqs.<region>.amazonaws.com/<account>/<name>` */
  private queueName(output: keyof QueueOutputs): string {
    return Fn.select(4, Fn.split('/', this.output(output)));
  }
}
