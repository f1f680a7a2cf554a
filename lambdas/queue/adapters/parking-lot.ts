/** Parks unprocessable records in a queue, with their reason, for operators to inspect and replay. */
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { DynamoDBRecord } from 'aws-lambda';
import { CLIENT_OPTIONS } from '../../shared/platform/client-options.ts';
import type { QueueError } from '../../shared/domain/errors.ts';

/** SQS allows 256 KiB. Above this limit the images are left out; keys and sequence number still identify the record. */
const MAX_BODY_BYTES = 200_000;

function bodyOf(record: DynamoDBRecord, error: QueueError): string {
  const parked = { code: error.code, detail: error.detail, record };
  const body = JSON.stringify(parked);
  if (Buffer.byteLength(body) <= MAX_BODY_BYTES) return body;
  const { NewImage: _new, OldImage: _old, ...rest } = record.dynamodb ?? {};
  return JSON.stringify({ ...parked, record: { ...record, dynamodb: rest }, imagesLeftOut: true });
}

/** A function that parks one record. Delivered again, it parks a second copy; `eventID` identifies both. */
export function createParkingLot(queueUrl: string, client = new SQSClient(CLIENT_OPTIONS)) {
  return async (record: DynamoDBRecord, error: QueueError): Promise<void> => {
    await client.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: bodyOf(record, error) }));
  };
}
