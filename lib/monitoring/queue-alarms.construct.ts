import { Alarm, ComparisonOperator, type IAlarmAction, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import type { QueueConfig } from '../config/queue-config.ts';
import { type AlarmDefinition, ONLY } from './alarm-definition.ts';
import { ALARMS, runbookUrl } from './alarm-registry.ts';
import type { MetricFactory } from './metric-factory.ts';
import type { Signal } from './signals.ts';

/** Properties of {@link QueueAlarms}. */
export interface QueueAlarmsProps {
  readonly config: QueueConfig;
  readonly metrics: MetricFactory;
  readonly action: IAlarmAction;
}

const OPERATORS = {
  '>': ComparisonOperator.GREATER_THAN_THRESHOLD,
  '>=': ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
  '<': ComparisonOperator.LESS_THAN_THRESHOLD,
} as const satisfies Record<AlarmDefinition['comparison'], ComparisonOperator>;

const MISSING = {
  breaching: TreatMissingData.BREACHING,
  notBreaching: TreatMissingData.NOT_BREACHING,
  ignore: TreatMissingData.IGNORE,
} as const satisfies Record<AlarmDefinition['missingData'], TreatMissingData>;

/** The alarms of the registry. Each notifies the topic when it rings and when it is over. */
export class QueueAlarms extends Construct {
  readonly alarms: readonly Alarm[];

  constructor(scope: Construct, id: string, props: QueueAlarmsProps) {
    super(scope, id);
    this.alarms = ALARMS.flatMap((definition) =>
      Object.entries(definition.signals).map(([key, signal]) =>
        this.addAlarm(definition, key, signal, props),
      ),
    );
  }

  private addAlarm(
    definition: AlarmDefinition,
    key: string,
    signal: Signal,
    { config, metrics, action }: QueueAlarmsProps,
  ): Alarm {
    const { slug, meaning, severity, threshold, periods, breachingPeriods = periods } = definition;
    const name = key === ONLY ? slug : `${slug}/${key}`;
    const alarm = new Alarm(this, name.replace('/', '-'), {
      alarmName: `${config.stackName}/${name}`,
      alarmDescription: `${meaning} (${severity}). See ${runbookUrl(config.runbookBaseUrl, slug)}`,
      metric: metrics.metricOf(signal, { periodMinutes: definition.periodMinutes }),
      threshold,
      evaluationPeriods: periods,
      datapointsToAlarm: breachingPeriods,
      comparisonOperator: OPERATORS[definition.comparison],
      treatMissingData: MISSING[definition.missingData],
    });
    alarm.addAlarmAction(action);
    alarm.addOkAction(action);
    return alarm;
  }
}
