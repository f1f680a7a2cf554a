/**
 * `publish-transitions`: the stream of the Tasks table into the append-only audit trail. Delivered again, or out of
 * order, it changes nothing: (taskId, version) is the identity of an audit item. A record that cannot be read is parked
 * with its reason, so that it holds nothing up; a record that cannot be written is reported back and comes again.
 */
import { BatchProcessor, EventType, processPartialResponse } from '@aws-lambda-powertools/batch';
import type { DynamoDBBatchResponse, DynamoDBRecord, DynamoDBStreamEvent } from 'aws-lambda';
import { createDocumentClient } from '../adapters/dynamodb/document-client.ts';
import { DynamoDbAuditRepo } from '../adapters/dynamodb/audit-repo.ts';
import { auditRecordsOf } from '../adapters/dynamodb/stream-record.ts';
import { createParkingLot } from '../adapters/parking-lot.ts';
import { Env } from '../contracts/environment.ts';
import { QueueError } from '../domain/errors.ts';
import { createLogger } from '../platform/observability.ts';
import { requireEnv } from '../platform/require-env.ts';

const logger = createLogger('publish-transitions');
const audit = new DynamoDbAuditRepo(createDocumentClient(), requireEnv(Env.AuditTable));
const park = createParkingLot(requireEnv(Env.ParkedQueueUrl));

async function publish(record: DynamoDBRecord): Promise<void> {
  let records;
  try {
    records = auditRecordsOf(record);
  } catch (thrown) {
    if (!(thrown instanceof QueueError)) throw thrown;
    logger.error('parked', { eventId: record.eventID, code: thrown.code });
    await park(record, thrown);
    return;
  }
  for (const item of records) await audit.append(item);
}

const processor = new BatchProcessor(EventType.DynamoDBStreams);

/** See the file head. */
export const handler = (event: DynamoDBStreamEvent): Promise<DynamoDBBatchResponse> =>
  processPartialResponse(event, publish, processor, { throwOnFullBatchFailure: false });
