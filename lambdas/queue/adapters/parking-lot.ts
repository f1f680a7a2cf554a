/** Parks records that cannot be processed in a queue, with their reason, for people to look at and to redrive. */
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { DynamoDBRecord } from 'aws-lambda';
import { CLIENT_OPTIONS } from '../../shared/platform/client-options.ts';
import type { QueueError } from '../../shared/domain/errors.ts';

/** SQS takes 256 KiB; beyond this the images are left out, and keys and sequence number still find the record. */
const MAX_BODY_BYTES = 200_000;

function bodyOf(record: DynamoDBRecord, error: QueueError): string {
  const parked = { code: error.code, detail: error.detail, record };
  const body = JSON.stringify(parked);
  if (Buffer.byteLength(body) <= MAX_BODY_BYTES) return body;
  const { NewImage: _new, OldImage: _old, ...rest } = record.dynamodb ?? {};
  return JSON.stringify({ ...parked, record: { ...record, dynamodb: rest }, imagesLeftOut: true });
}

/** A function that parks one record. Delivered again it parks a second copy; (eventID) tells them apart. */
export function createParkingLot(queueUrl: string, client = new SQSClient(CLIENT_OPTIONS)) {
  return async (record: DynamoDBRecord, error: QueueError): Promise<void> => {
    await client.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: bodyOf(record, error) }));
  };
}
