import { Duration } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, Metric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import type { IMetric } from 'aws-cdk-lib/aws-cloudwatch';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import {
  METRIC_DIMENSIONS,
  METRIC_NAMESPACE,
  Metric as MetricName,
} from '../../lambdas/contracts/metric-names.ts';
import type { QueueConfig } from '../config/queue-config.ts';

/** Properties of {@link QueueAlarms}. */
export interface QueueAlarmsProps {
  readonly config: QueueConfig;
  readonly parked: Queue;
  readonly cardDeadLetters: Queue;
  readonly clickDeadLetters: Queue;
}

/** Each alarm with its meaning; its page is `runbooks/alarms/<slug>.md`. */
const MEANINGS = {
  'slack-terminal-errors': 'Slack refuses card updates until somebody mends channel, app or token',
  'card-dead-letters': 'Card updates were given up: cards in Slack may be stale',
  'click-dead-letters': 'Clicks of operators were given up: what they asked for was not done',
  'parked-records': 'Transitions could not be published: the audit trail may have a gap',
} as const;
/** Names an alarm. */
export type AlarmSlug = keyof typeof MEANINGS;

/** One thing in five minutes is enough: each of these wants a person. */
const PERIOD = Duration.minutes(5);

/** Alarms on what nobody would otherwise notice. */
export class QueueAlarms extends Construct {
  readonly alarms: readonly Alarm[];
  private readonly stackName: string;

  constructor(scope: Construct, id: string, props: QueueAlarmsProps) {
    super(scope, id);
    this.stackName = props.config.stackName;
    const refused = new Metric({
      namespace: METRIC_NAMESPACE,
      metricName: MetricName.SlackTerminalErrors,
      dimensionsMap: { ...METRIC_DIMENSIONS },
      statistic: 'Sum',
      period: PERIOD,
    });
    this.alarms = [
      this.addAlarm('slack-terminal-errors', refused),
      this.addAlarm('card-dead-letters', this.depthOf(props.cardDeadLetters)),
      this.addAlarm('click-dead-letters', this.depthOf(props.clickDeadLetters)),
      this.addAlarm('parked-records', this.depthOf(props.parked)),
    ];
  }

  private depthOf(queue: Queue): IMetric {
    return queue.metricApproximateNumberOfMessagesVisible({ statistic: 'Maximum', period: PERIOD });
  }

  private addAlarm(slug: AlarmSlug, metric: IMetric): Alarm {
    return new Alarm(this, slug, {
      alarmName: `${this.stackName}/${slug}`,
      alarmDescription: `${MEANINGS[slug]}. See runbooks/alarms/${slug}.md`,
      metric,
      threshold: 1,
      evaluationPeriods: 1,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      // No data: nothing was refused, and SQS reports nothing of a queue that nobody has used for hours.
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
  }
}
