/** The DynamoDB client of every function. */
import { ConditionalCheckFailedException, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, NumberValue } from '@aws-sdk/lib-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { nameOf, QueueError } from '../../domain/errors.ts';
import { CLIENT_OPTIONS } from '../../platform/client-options.ts';

/**
 * A number of DynamoDB, which has 38 digits. By default the SDK refuses a whole answer for one that JavaScript cannot hold;
 * here it stays as it is, and the reader of that item refuses it.
 */
const numberOf = (text: string): number | NumberValue =>
  String(Number(text)) === text ? Number(text) : NumberValue.from(text);

/** How items are read, wherever that is done. */
export const UNMARSHALL_OPTIONS = { wrapNumbers: numberOf } as const;
/** How items are written and read by a document client: options of its own, because it writes into them. */
export const translation = () => ({
  marshallOptions: { removeUndefinedValues: true },
  unmarshallOptions: { ...UNMARSHALL_OPTIONS },
});

/** A document client that gives up in time. */
export const createDocumentClient = (): DynamoDBDocumentClient =>
  DynamoDBDocumentClient.from(new DynamoDBClient(CLIENT_OPTIONS), translation());

/** The error of a condition that did not hold, or `undefined` for anything else. */
export const conditionFailure = (error: unknown): ConditionalCheckFailedException | undefined =>
  error instanceof ConditionalCheckFailedException ? error : undefined;

/**
 * A page that begins after a stored position, which the store refuses if it is no key, or lies outside of what is asked for.
 * @param position absent for the first page
 * @throws {QueueError} `STORED_RECORD_INVALID` when it does
 */
export async function pageAfter<T>(position: unknown, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (cause) {
    if (position === undefined || nameOf(cause) !== 'ValidationException') throw cause;
    throw new QueueError('STORED_RECORD_INVALID', { detail: 'Position: expected a key of the table', cause });
  }
}

/** An item as the document client returns it. */
export type Item = Record<string, unknown>;

/** The item that stopped a conditional write, if the service returned it. */
export const rejectedItem = (error: {
  readonly Item?: Record<string, AttributeValue> | undefined;
}): Item | undefined => (error.Item === undefined ? undefined : unmarshall(error.Item, UNMARSHALL_OPTIONS));
