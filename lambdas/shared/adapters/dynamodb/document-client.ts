/** The DynamoDB client of every function. */
import { ConditionalCheckFailedException, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, NumberValue } from '@aws-sdk/lib-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { nameOf, QueueError } from '../../domain/errors.ts';
import { CLIENT_OPTIONS } from '../../platform/client-options.ts';

/**
 * A number of DynamoDB, which has up to 38 digits. By default the SDK refuses a whole answer if JavaScript cannot represent one
 * number; here the number is kept, and the reader of that item refuses it.
 */
const numberOf = (text: string): number | NumberValue =>
  String(Number(text)) === text ? Number(text) : NumberValue.from(text);

/** Options for reading items; used everywhere. */
export const UNMARSHALL_OPTIONS = { wrapNumbers: numberOf } as const;
/**
 * Options for writing and reading items with a document client. Each client needs a new object, because it changes the object.
 */
export const translation = () => ({
  marshallOptions: { removeUndefinedValues: true },
  unmarshallOptions: { ...UNMARSHALL_OPTIONS },
});

/** A document client with time limits. */
export const createDocumentClient = (): DynamoDBDocumentClient =>
  DynamoDBDocumentClient.from(new DynamoDBClient(CLIENT_OPTIONS), translation());

/** The error of a failed condition; `undefined` for any other error. */
export const conditionFailure = (error: unknown): ConditionalCheckFailedException | undefined =>
  error instanceof ConditionalCheckFailedException ? error : undefined;

/**
 * Reads a page that begins after a stored position. The store refuses a position that is not a key or is outside of the query.
 * @param position absent for the first page
 * @throws {QueueError} `STORED_RECORD_INVALID` if the store refuses the position
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

/** The stored item that made a conditional write fail, if the service returned it. */
export const rejectedItem = (error: {
  readonly Item?: Record<string, AttributeValue> | undefined;
}): Item | undefined => (error.Item === undefined ? undefined : unmarshall(error.Item, UNMARSHALL_OPTIONS));
