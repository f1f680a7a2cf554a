import { Duration } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, MathExpression, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import type { IMetric } from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import { PINNED_FUNCTIONS } from '../constructs/pinned-workers.construct.ts';
import type { QueueFunctions } from '../constructs/queue-functions.construct.ts';

/** Properties of {@link ReleaseAlarms}. */
export interface ReleaseAlarmsProps {
  /** Prefix of the alarms' names. */
  readonly stackName: string;
  readonly functions: QueueFunctions;
}

/** Each alarm with its meaning; its page is `runbooks/alarms/<slug>.md`. */
const MEANINGS = {
  'release-function-errors': 'Functions behind the API, the queues or the schedule fail',
  'release-worker-crashes': 'Workers crash, run out of time or memory, or cannot be loaded',
} as const;
type ReleaseAlarmSlug = keyof typeof MEANINGS;

/** What CloudWatch takes in one alarm. */
const MAX_METRICS = 10;
const PERIOD = Duration.minutes(1);
/** Errors in two of the last five minutes: one blip, which everything here retries, takes no release back. */
const EVALUATION = { evaluationPeriods: 5, datapointsToAlarm: 2, threshold: 1 } as const;

/**
 * The alarms that take a release back. They look at errors of the code alone and fall silent by themselves once it is
 * gone; an alarm that rings until somebody has cleaned up would also stop the deployment that mends it.
 */
export class ReleaseAlarms extends Construct {
  readonly alarms: readonly Alarm[];
  private readonly stackName: string;

  constructor(scope: Construct, id: string, { stackName, functions }: ReleaseAlarmsProps) {
    super(scope, id);
    this.stackName = stackName;
    const metricOptions = { period: PERIOD, statistic: 'Sum' };
    this.alarms = [
      this.addAlarm(
        'release-function-errors',
        functions.liveAliases.map((alias) => alias.metricErrors(metricOptions)),
      ),
      this.addAlarm(
        'release-worker-crashes',
        PINNED_FUNCTIONS.map((name) => functions.get(name).metricErrors(metricOptions)),
      ),
    ];
  }

  private addAlarm(slug: ReleaseAlarmSlug, errors: readonly IMetric[]): Alarm {
    if (errors.length > MAX_METRICS)
      throw new RangeError(
        `${slug}: expected at most ${MAX_METRICS} functions, got ${errors.length}; split the alarm`,
      );
    const usingMetrics = Object.fromEntries(errors.map((metric, index) => [`e${index}`, metric]));
    return new Alarm(this, slug, {
      alarmName: `${this.stackName}/${slug}`,
      alarmDescription: `${MEANINGS[slug]}. See runbooks/alarms/${slug}.md`,
      metric: new MathExpression({ expression: 'SUM(METRICS())', usingMetrics, period: PERIOD }),
      ...EVALUATION,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      // Lambda reports nothing of a function that nobody calls.
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
  }
}
