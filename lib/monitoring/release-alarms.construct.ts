import { Duration } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, MathExpression, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import type { IMetric } from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import { PINNED_FUNCTIONS } from '../constructs/pinned-workers.construct.ts';
import type { QueueFunctions } from '../constructs/queue-functions.construct.ts';
import { runbookUrl } from './alarm-registry.ts';
import { RELEASE_ALARM_MEANINGS } from './release-alarm-meanings.ts';

/** Properties of {@link ReleaseAlarms}. */
export interface ReleaseAlarmsProps {
  /** Prefix of the alarms' names. */
  readonly stackName: string;
  /** Where the runbooks are, without a slash at the end. */
  readonly runbookBaseUrl: string;
  readonly functions: QueueFunctions;
}

type ReleaseAlarmSlug = keyof typeof RELEASE_ALARM_MEANINGS;

/** What CloudWatch takes in one alarm. */
const MAX_METRICS = 10;
const PERIOD = Duration.minutes(1);
/** Errors in two of the last five minutes: one blip, which everything here retries, takes no release back. */
const EVALUATION = { evaluationPeriods: 5, datapointsToAlarm: 2, threshold: 1 } as const;

/**
 * The alarms that take a release back. They look at errors of the code alone and fall silent by themselves once it is
 * gone; an alarm that rings until somebody has cleaned up would also stop the deployment that mends it. So the sweep is not
 * among them: it fails each minute for as long as there is a task that it cannot read.
 */
export class ReleaseAlarms extends Construct {
  readonly alarms: readonly Alarm[];
  private readonly stackName: string;
  private readonly runbookBaseUrl: string;

  constructor(scope: Construct, id: string, props: ReleaseAlarmsProps) {
    super(scope, id);
    const { functions } = props;
    this.stackName = props.stackName;
    this.runbookBaseUrl = props.runbookBaseUrl;
    const metricOptions = { period: PERIOD, statistic: 'Sum' };
    this.alarms = [
      this.addAlarm(
        'release-function-errors',
        functions.judgedAliases.map((alias) => alias.metricErrors(metricOptions)),
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
      alarmDescription: `${RELEASE_ALARM_MEANINGS[slug]}. See ${runbookUrl(this.runbookBaseUrl, slug)}`,
      metric: new MathExpression({ expression: 'SUM(METRICS())', usingMetrics, period: PERIOD }),
      ...EVALUATION,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      // Lambda reports nothing of a function that nobody calls.
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
  }
}
