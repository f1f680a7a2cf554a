import { Duration } from 'aws-cdk-lib';
import { Color, Dashboard, GraphWidget, type IWidget, Row, TextWidget } from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import { DASHBOARD } from './dashboard-definition.ts';
import type { MetricFactory } from './metric-factory.ts';
import type { SectionDefinition, WidgetDefinition } from './widget-definition.ts';

/** Properties of {@link QueueDashboard}. */
export interface QueueDashboardProps {
  readonly dashboardName: string;
  readonly metrics: MetricFactory;
}

/** Creates the dashboard from its definition. */
export class QueueDashboard extends Construct {
  readonly dashboard: Dashboard;

  constructor(scope: Construct, id: string, { dashboardName, metrics }: QueueDashboardProps) {
    super(scope, id);
    this.dashboard = new Dashboard(this, 'Dashboard', {
      dashboardName,
      defaultInterval: Duration.days(1),
      widgets: DASHBOARD.flatMap((section) => rowsOf(section, metrics)),
    });
  }
}

const rowsOf = ({ title, widgets }: SectionDefinition, metrics: MetricFactory): IWidget[][] => [
  [new TextWidget({ markdown: `## ${title}`, width: 24, height: 1 })],
  [new Row(...widgets.map((widget) => graphOf(widget, metrics)))],
];

const graphOf = (widget: WidgetDefinition, metrics: MetricFactory): GraphWidget => {
  const { title, width, series, target, unit, periodMinutes } = widget;
  return new GraphWidget({
    title,
    width,
    height: 6,
    left: series.map(({ label, signal }) => metrics.metricOf(signal, { periodMinutes, label })),
    leftYAxis: { min: 0, label: unit, showUnits: false },
    ...(target === undefined ? {} : { leftAnnotations: [{ ...target, color: Color.RED }] }),
  });
};
