/**
 * `publish-transitions`: the stream of the Tasks table into the append-only audit trail, then onto the bus. Delivered again, or
 * out of order, it changes nothing: (taskId, version) is the identity of an audit item and of an event. A record that cannot be
 * read is parked with its reason, so that it does not block the others. A record that cannot be written, or whose event the bus
 * does not accept, is reported as failed and delivered again.
 */
import { BatchProcessor, EventType, processPartialResponse } from '@aws-lambda-powertools/batch';
import { MetricUnit } from '@aws-lambda-powertools/metrics';
import type { DynamoDBBatchResponse, DynamoDBRecord, DynamoDBStreamEvent } from 'aws-lambda';
import { createDocumentClient } from '../../shared/adapters/dynamodb/document-client.ts';
import { DynamoDbAuditRepo } from '../adapters/dynamodb/audit-repo.ts';
import { streamedTransitionsOf } from '../adapters/dynamodb/stream-record.ts';
import { createEventPublisher, transitionedOf } from '../adapters/event-publisher.ts';
import { createParkingLot } from '../adapters/parking-lot.ts';
import { systemClock } from '../../shared/adapters/system.ts';
import { Env } from '../../shared/contracts/environment.ts';
import type { ExecutionTransitioned } from '../contracts/events.ts';
import { Metric } from '../../shared/contracts/metric-names.ts';
import { evidenceOf, QueueError } from '../../shared/domain/errors.ts';
import type { MetricCount } from '../domain/kpi/transition-metrics.ts';
import { createLogger } from '../../shared/platform/logger.ts';
import { createFailureCount, createMetrics } from '../../shared/platform/metrics.ts';
import { requireEnv } from '../../shared/platform/require-env.ts';

const logger = createLogger('publish-transitions');
const audit = new DynamoDbAuditRepo(createDocumentClient(), requireEnv(Env.AuditTable));
const metrics = createMetrics();
const countFailure = createFailureCount(metrics);
const park = createParkingLot(requireEnv(Env.ParkedQueueUrl));
const putEvents = createEventPublisher(requireEnv(Env.EventBusName), systemClock);

/**
 * Counts at once and not at the end of the batch, so that a killed process loses only the count of the append in flight. The KPIs
 * themselves are computed from the audit trail.
 */
function count(counts: readonly MetricCount[]): void {
  for (const { name, value } of counts) metrics.addMetric(name, MetricUnit.Count, value);
  if (metrics.hasStoredMetrics()) metrics.publishStoredMetrics();
}

/** Events that are in the audit trail and not yet on the bus, each with its stream record. */
type Pending = Map<ExecutionTransitioned, DynamoDBRecord>;

async function append(streamed: DynamoDBRecord, pending: Pending): Promise<void> {
  for (const { record: item, metrics: counters } of streamedTransitionsOf(streamed)) {
    // A second delivery appends nothing and counts nothing.
    if ((await audit.append(item)) === 'appended') count(counters);
    pending.set(transitionedOf(item), streamed);
  }
}

/** A record that can never be published is parked; any other failed record is delivered again. */
async function record(streamed: DynamoDBRecord, pending: Pending): Promise<void> {
  try {
    await append(streamed, pending);
  } catch (thrown) {
    if (!(thrown instanceof QueueError)) throw thrown;
    logger.error('parked', { eventId: streamed.eventID, code: thrown.code });
    await park(streamed, thrown);
    countFailure();
    count([{ name: Metric.RecordsParked, value: 1 }]);
  }
}

/** Powertools logs nothing about a failed record, so we log it ourselves. */
async function handle(streamed: DynamoDBRecord, pending: Pending): Promise<void> {
  try {
    await record(streamed, pending);
  } catch (thrown) {
    logger.error('record not published', { eventId: streamed.eventID, ...evidenceOf(thrown) });
    countFailure();
    throw thrown;
  }
}

const processor = new BatchProcessor(EventType.DynamoDBStreams);

async function announce(pending: Pending): Promise<readonly string[]> {
  const { left, reasons } = await putEvents([...pending.keys()]);
  if (left.length > 0) {
    logger.error('events not taken by the bus', { count: left.length, reasons });
    countFailure();
  }
  return left.flatMap((event) => pending.get(event)?.dynamodb?.SequenceNumber ?? []);
}

/** See the file head. */
export async function handler(event: DynamoDBStreamEvent): Promise<DynamoDBBatchResponse> {
  const pending: Pending = new Map();
  const work = (streamed: DynamoDBRecord): Promise<void> => handle(streamed, pending);
  const audited = await processPartialResponse(event, work, processor, { throwOnFullBatchFailure: false });
  const unannounced = (await announce(pending)).map((itemIdentifier) => ({ itemIdentifier }));
  return { batchItemFailures: [...audited.batchItemFailures, ...unannounced] };
}
