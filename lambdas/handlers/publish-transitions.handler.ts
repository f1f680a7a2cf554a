/**
 * `publish-transitions`: the stream of the Tasks table into the append-only audit trail. Delivered again, or out of
 * order, it changes nothing: (taskId, version) is the identity of an audit item. A record that cannot be read is parked
 * with its reason, so that it holds nothing up; a record that cannot be written is reported back and comes again.
 */
import { BatchProcessor, EventType, processPartialResponse } from '@aws-lambda-powertools/batch';
import { type Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import type { DynamoDBBatchResponse, DynamoDBRecord, DynamoDBStreamEvent } from 'aws-lambda';
import { createDocumentClient } from '../adapters/dynamodb/document-client.ts';
import { DynamoDbAuditRepo } from '../adapters/dynamodb/audit-repo.ts';
import { auditRecordsOf } from '../adapters/dynamodb/stream-record.ts';
import { createParkingLot } from '../adapters/parking-lot.ts';
import { Env } from '../contracts/environment.ts';
import { Metric } from '../contracts/metric-names.ts';
import { metricsOf } from '../domain/transition-metrics.ts';
import { QueueError } from '../domain/errors.ts';
import { createLogger, createMetrics } from '../platform/observability.ts';
import { requireEnv } from '../platform/require-env.ts';

const logger = createLogger('publish-transitions');
const audit = new DynamoDbAuditRepo(createDocumentClient(), requireEnv(Env.AuditTable));
const metrics = createMetrics();
const park = createParkingLot(requireEnv(Env.ParkedQueueUrl));

const count = (name: Metric): Metrics => metrics.addMetric(name, MetricUnit.Count, 1);

async function publish(record: DynamoDBRecord): Promise<void> {
  let records;
  try {
    records = auditRecordsOf(record);
  } catch (thrown) {
    if (!(thrown instanceof QueueError)) throw thrown;
    logger.error('parked', { eventId: record.eventID, code: thrown.code });
    await park(record, thrown);
    count(Metric.RecordsParked);
    return;
  }
  for (const item of records) {
    // A second delivery appends nothing and counts nothing.
    if ((await audit.append(item)) === 'appended') metricsOf(item).forEach(count);
  }
}

const processor = new BatchProcessor(EventType.DynamoDBStreams);

/** See the file head. */
export async function handler(event: DynamoDBStreamEvent): Promise<DynamoDBBatchResponse> {
  try {
    return await processPartialResponse(event, publish, processor, { throwOnFullBatchFailure: false });
  } finally {
    metrics.publishStoredMetrics();
  }
}
