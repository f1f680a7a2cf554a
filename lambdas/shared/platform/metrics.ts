/** Metrics of every function that counts. */
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { Env, SERVICE_NAME } from '../contracts/environment.ts';
import {
  FUNCTION_DIMENSION,
  Metric,
  METRIC_NAMESPACE,
  metricDimensionsOf,
} from '../contracts/metric-names.ts';
import { requireEnv } from './require-env.ts';

/**
 * Metrics in CloudWatch's embedded format, with the dimensions of the stage that the function is deployed in.
 * @throws {Error} when the environment names no stage: a metric without it would be counted for every stage
 */
export const createMetrics = (): Metrics => {
  const { service, ...defaultDimensions } = metricDimensionsOf(requireEnv(Env.Stage));
  return new Metrics({ serviceName: service, namespace: METRIC_NAMESPACE, defaultDimensions });
};

/** A function that counts one {@link Metric.ConsumerFailures}, at once: it needs no end of the batch. */
export const createFailureCount = (metrics: Metrics) => (): void => {
  const single = metrics.singleMetric();
  // Lambda gives every function its deployed name.
  single.addDimension(FUNCTION_DIMENSION, process.env['AWS_LAMBDA_FUNCTION_NAME'] ?? SERVICE_NAME);
  single.addMetric(Metric.ConsumerFailures, MetricUnit.Count, 1);
};
