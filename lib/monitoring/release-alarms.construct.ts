import { Duration } from 'aws-cdk-lib';
import {
  Alarm,
  ComparisonOperator,
  MathExpression,
  Metric,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { IMetric } from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import type { FunctionName } from '../../lambdas/contracts/environment.ts';
import {
  FUNCTION_DIMENSION,
  Metric as QueueMetric,
  METRIC_DIMENSIONS,
  METRIC_NAMESPACE,
} from '../../lambdas/contracts/metric-names.ts';
import { deployedFunctionName } from '../constructs/names.ts';
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
  /** Id of the HTTP API in front of the functions. */
  readonly apiId: string;
}

type ReleaseAlarmSlug = keyof typeof RELEASE_ALARM_MEANINGS;

/** What CloudWatch takes in one alarm. */
const MAX_METRICS = 10;
const PERIOD = Duration.minutes(1);
const COUNTED = { period: PERIOD, statistic: 'Sum' } as const;
/** They give back what they could not do instead of throwing, and count it. */
const CONSUMERS: readonly FunctionName[] = ['publish-transitions', 'update-card', 'operate-click'];
/** Failures in two of the last five minutes: one blip, which everything here retries, takes no release back. */
const EVALUATION = { evaluationPeriods: 5, datapointsToAlarm: 2, threshold: 1 } as const;

/** What functions answer instead of throwing: the API's 5xx, and what the consumers failed on by a fault of their own. */
const answeredFailures = (stackName: string, ApiId: string): readonly IMetric[] => [
  new Metric({ namespace: 'AWS/ApiGateway', metricName: '5xx', dimensionsMap: { ApiId }, ...COUNTED }),
  ...CONSUMERS.map(
    (name) =>
      new Metric({
        namespace: METRIC_NAMESPACE,
        metricName: QueueMetric.ConsumerFailures,
        dimensionsMap: { ...METRIC_DIMENSIONS, [FUNCTION_DIMENSION]: deployedFunctionName(stackName, name) },
        ...COUNTED,
      }),
  ),
];

/**
 * The alarms that take a release back. They look at failures of the code alone and fall silent by themselves once it is
 * gone; an alarm that rings until somebody has cleaned up would also stop the deployment that mends it. So the sweep is not
 * among them: it fails each minute for as long as there is a task that it cannot read.
 */
export class ReleaseAlarms extends Construct {
  readonly alarms: readonly Alarm[];
  private readonly stackName: string;
  private readonly runbookBaseUrl: string;

  constructor(scope: Construct, id: string, props: ReleaseAlarmsProps) {
    super(scope, id);
    const { functions, stackName, apiId } = props;
    this.stackName = stackName;
    this.runbookBaseUrl = props.runbookBaseUrl;
    this.alarms = [
      this.addAlarm(
        'release-function-errors',
        functions.judgedAliases.map((alias) => alias.metricErrors(COUNTED)),
      ),
      this.addAlarm('release-answered-failures', answeredFailures(stackName, apiId)),
      this.addAlarm(
        'release-worker-crashes',
        PINNED_FUNCTIONS.map((name) => functions.get(name).metricErrors(COUNTED)),
      ),
    ];
  }

  private addAlarm(slug: ReleaseAlarmSlug, failures: readonly IMetric[]): Alarm {
    if (failures.length > MAX_METRICS)
      throw new RangeError(
        `${slug}: expected at most ${MAX_METRICS} metrics, got ${failures.length}; split the alarm`,
      );
    const usingMetrics = Object.fromEntries(failures.map((metric, index) => [`e${index}`, metric]));
    return new Alarm(this, slug, {
      alarmName: `${this.stackName}/${slug}`,
      alarmDescription: `${RELEASE_ALARM_MEANINGS[slug]}. See ${runbookUrl(this.runbookBaseUrl, slug)}`,
      metric: new MathExpression({ expression: 'SUM(METRICS())', usingMetrics, period: PERIOD }),
      ...EVALUATION,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      // Nothing is reported of what nobody calls.
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
  }
}
