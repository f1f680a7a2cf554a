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
import type { FunctionName } from '../shared/functions.ts';
import {
  FUNCTION_DIMENSION,
  Metric as QueueMetric,
  METRIC_NAMESPACE,
  metricDimensionsOf,
} from '../../lambdas/shared/contracts/metric-names.ts';
import type { QueueConfig } from '../config/queue-config.ts';
import { deployedFunctionName } from '../shared/names.ts';
import { PINNED_FUNCTIONS } from '../queue/pinned-workers.construct.ts';
import type { QueueFunctions } from '../queue/queue-functions.construct.ts';
import { runbookUrl } from './alarm-registry.ts';
import { RELEASE_ALARM_MEANINGS } from './release-alarm-meanings.ts';

/** Properties of {@link ReleaseAlarms}. */
export interface ReleaseAlarmsProps {
  readonly config: Pick<QueueConfig, 'stackName' | 'stage' | 'runbookBaseUrl'>;
  readonly functions: Pick<QueueFunctions, 'judgedAliases' | 'get'>;
  /** Id of the HTTP API in front of the functions. */
  readonly apiId: string;
}

type ReleaseAlarmSlug = keyof typeof RELEASE_ALARM_MEANINGS;

/** Maximum metrics that CloudWatch allows in one alarm; more metrics need several alarms. */
const MAX_METRICS = 10;
const PERIOD = Duration.minutes(1);
const COUNTED = { period: PERIOD, statistic: 'Sum' } as const;
/** These return what they could not handle instead of throwing, and count it. */
const CONSUMERS: readonly FunctionName[] = ['publish-transitions', 'update-card', 'operate-click'];
/** Failures in two of the last five minutes. A single failure, which every caller retries, rolls no release back. */
const EVALUATION = { evaluationPeriods: 5, datapointsToAlarm: 2, threshold: 1 } as const;

/**
 * Failures that functions answer instead of throwing: the API's 5xx, and messages on which the consumers failed by their own
 * fault.
 */
const answeredFailures = ({ config, apiId: ApiId }: ReleaseAlarmsProps): readonly IMetric[] => [
  new Metric({ namespace: 'AWS/ApiGateway', metricName: '5xx', dimensionsMap: { ApiId }, ...COUNTED }),
  ...CONSUMERS.map(
    (name) =>
      new Metric({
        namespace: METRIC_NAMESPACE,
        metricName: QueueMetric.ConsumerFailures,
        dimensionsMap: {
          ...metricDimensionsOf(config.stage),
          [FUNCTION_DIMENSION]: deployedFunctionName(config.stackName, name),
        },
        ...COUNTED,
      }),
  ),
];

/** The metrics in their order, in as few groups as possible. */
const groupsOf = (metrics: readonly IMetric[]): readonly (readonly IMetric[])[] =>
  Array.from({ length: Math.ceil(metrics.length / MAX_METRICS) }, (_, index) =>
    metrics.slice(index * MAX_METRICS, (index + 1) * MAX_METRICS),
  );

/**
 * The alarms that roll a release back. They watch only failures of the code and return to OK by themselves once the code is
 * rolled back. An alarm that rings until an operator has cleaned up would also stop the deployment that fixes the cause.
 * Therefore the sweep is not included: it fails each minute as long as there is a task that it cannot read.
 */
export class ReleaseAlarms extends Construct {
  readonly alarms: readonly Alarm[];
  private readonly config: ReleaseAlarmsProps['config'];

  constructor(scope: Construct, id: string, props: ReleaseAlarmsProps) {
    super(scope, id);
    const { functions, config } = props;
    this.config = config;
    this.alarms = [
      ...this.addAlarms(
        'release-function-errors',
        functions.judgedAliases.map((alias) => alias.metricErrors(COUNTED)),
      ),
      ...this.addAlarms('release-answered-failures', answeredFailures(props)),
      ...this.addAlarms(
        'release-worker-crashes',
        PINNED_FUNCTIONS.map((name) => functions.get(name).metricErrors(COUNTED)),
      ),
    ];
  }

  /** One alarm for each group of metrics. Each group is evaluated separately, and any of them rolls the release back. */
  private addAlarms(slug: ReleaseAlarmSlug, failures: readonly IMetric[]): readonly Alarm[] {
    return groupsOf(failures).map((group, index) =>
      this.addAlarm(slug, index === 0 ? slug : `${slug}-${index + 1}`, group),
    );
  }

  private addAlarm(slug: ReleaseAlarmSlug, name: string, failures: readonly IMetric[]): Alarm {
    const { stackName, runbookBaseUrl } = this.config;
    const usingMetrics = Object.fromEntries(failures.map((metric, index) => [`e${index}`, metric]));
    return new Alarm(this, name, {
      alarmName: `${stackName}/${name}`,
      alarmDescription: `${RELEASE_ALARM_MEANINGS[slug]}. See ${runbookUrl(runbookBaseUrl, slug)}`,
      metric: new MathExpression({ expression: 'SUM(METRICS())', usingMetrics, period: PERIOD }),
      ...EVALUATION,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      // There is no data for functions that are not called.
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
  }
}
