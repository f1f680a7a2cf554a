import { Unit } from 'aws-cdk-lib/aws-cloudwatch';
import { FilterPattern, type ILogGroup, MetricFilter } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { METRIC_NAMESPACE, type MetricDimensions } from '../../lambdas/shared/contracts/metric-names.ts';
import { ApiMetricName } from './api-metric-names.ts';

/** Properties of {@link ApiMetrics}. */
export interface ApiMetricsProps {
  /** Access log of the API: one JSON object on each line, with `status`, `responseLatencyMs` and every name of `dimensions`. */
  readonly accessLog: ILogGroup;
  readonly dimensions: MetricDimensions;
}

/** Each line whose status matches `value` (`*` is any text) adds `metricValue`: a number, or the field that holds it. */
const FILTERS = [
  { name: ApiMetricName.Requests, value: '*', metricValue: '1', unit: Unit.COUNT },
  { name: ApiMetricName.ClientErrors, value: '4*', metricValue: '1', unit: Unit.COUNT },
  { name: ApiMetricName.ServerErrors, value: '5*', metricValue: '1', unit: Unit.COUNT },
  { name: ApiMetricName.Latency, value: '*', metricValue: '$.responseLatencyMs', unit: Unit.MILLISECONDS },
] as const;

/**
 * Metrics of the HTTP API's answers, computed from its access log. CloudWatch's `AWS/ApiGateway` identifies an API by its id,
 * which cannot be chosen and changes when the API is created again. These metrics have fixed names and the dimensions of the
 * stage. They are in the stack of the log group, because a metric filter is deleted with its group.
 *
 * These metrics do not count what API Gateway does not log: bodies that are too large (413), an excess of 429, and failures
 * inside API Gateway itself.
 */
export class ApiMetrics extends Construct {
  readonly filters: readonly MetricFilter[];

  constructor(scope: Construct, id: string, { accessLog, dimensions }: ApiMetricsProps) {
    super(scope, id);
    const fields = Object.fromEntries(Object.keys(dimensions).map((name) => [name, `$.${name}`]));
    this.filters = FILTERS.map(
      ({ name, value, metricValue, unit }) =>
        new MetricFilter(this, name, {
          logGroup: accessLog,
          filterPattern: FilterPattern.stringValue('$.status', '=', value),
          metricNamespace: METRIC_NAMESPACE,
          metricName: name,
          metricValue,
          unit,
          dimensions: fields,
        }),
    );
  }
}
