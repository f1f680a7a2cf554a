import { Stack } from 'aws-cdk-lib';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { Construct } from 'constructs';
import type { QueueConfig } from '../config/queue-config.ts';
import { addOutputs } from '../queue/queue-outputs.ts';
import { AlarmTopic } from './alarm-topic.construct.ts';
import { MetricFactory } from './metric-factory.ts';
import { QueueAlarms } from './queue-alarms.construct.ts';
import { QueueDashboard } from './queue-dashboard.construct.ts';

/** Properties of {@link QueueObservability}. */
export interface QueueObservabilityProps {
  readonly config: QueueConfig;
  readonly region: string;
}

/**
 * Dashboard and alarms of the queue in one Region. It is a separate stack because the local AWS does not support alarms on
 * metric math, and because it can be changed or deleted without touching the queue.
 */
export class QueueObservability extends Stack {
  readonly alarms: QueueAlarms;
  readonly dashboard: QueueDashboard;

  constructor(scope: Construct, id: string, { config, region }: QueueObservabilityProps) {
    super(scope, id, {
      stackName: `${config.stackName}-observability`,
      description: 'Quote Execution Queue: dashboard and alarms',
      env: { region, ...(config.account !== undefined && { account: config.account }) },
    });
    const metrics = new MetricFactory(this, config);
    const { topic } = new AlarmTopic(this, 'AlarmTopic', { config });
    this.alarms = new QueueAlarms(this, 'Alarms', { config, metrics, action: new SnsAction(topic) });
    // Dashboards do not belong to a Region, so the name contains the Region that it shows.
    const dashboardName = `${config.stackName}-${region}`;
    this.dashboard = new QueueDashboard(this, 'Dashboard', { dashboardName, metrics });
    addOutputs(this, { AlarmTopicArn: topic.topicArn, DashboardName: dashboardName });
  }
}
