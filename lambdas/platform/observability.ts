/** Logger and metrics of every function. Logged are ids, codes and counts: never payloads, tokens or names of people. */
import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { FUNCTION_DIMENSION, Metric, METRIC_NAMESPACE } from '../contracts/metric-names.ts';

/** Name under which logs and metrics stand. */
export const SERVICE_NAME = 'quote-execution-queue';

/** The logger of one function. */
export const createLogger = (functionName: string): Logger =>
  new Logger({ serviceName: SERVICE_NAME, persistentKeys: { function: functionName } });

/** Metrics in CloudWatch's embedded format, with the service as their one dimension. */
export const createMetrics = (): Metrics =>
  new Metrics({ serviceName: SERVICE_NAME, namespace: METRIC_NAMESPACE });

/** A function that counts one {@link Metric.ConsumerFailures}, at once: it needs no end of the batch. */
export const createFailureCount = (metrics: Metrics) => (): void => {
  const single = metrics.singleMetric();
  // Lambda gives every function its deployed name.
  single.addDimension(FUNCTION_DIMENSION, process.env['AWS_LAMBDA_FUNCTION_NAME'] ?? SERVICE_NAME);
  single.addMetric(Metric.ConsumerFailures, MetricUnit.Count, 1);
};
