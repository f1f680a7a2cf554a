/** Types and helpers that the probes share. */
import { type DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { countedIds } from '../../rig/counted-ids.ts';
import { TABLE_NAMES } from '../../rig/aws/dynamodb-server.ts';
import type { DynamoDbEngine } from '../dynamodb-engines.ts';

/** One probe. */
export interface EngineProbe {
  /** The behaviour on which the stores depend. */
  readonly name: string;
  /** Tests the engine; returns the result as one short line. */
  readonly run: (client: DynamoDBDocumentClient) => Promise<string>;
  /** The result that DynamoDB documents. */
  readonly aws: string;
  /** Engines with a different result. @default none */
  readonly otherwise?: Readonly<Partial<Record<DynamoDbEngine, string>>>;
}

/** The table that most probes use. */
export const TableName = TABLE_NAMES.tasks;
/** Largest item that DynamoDB stores. */
export const MAX_ITEM_BYTES = 400 * 1_024;

/** A key that no other probe uses. */
export const freshId = (): string => `probe-${countedIds.next()}`;

/** `accepted`, or the name of the error. */
export async function outcomeOf(send: () => Promise<unknown>): Promise<string> {
  try {
    await send();
    return 'accepted';
  } catch (error) {
    return error instanceof Error ? error.name : 'unknown';
  }
}

/** Stores an item. */
export const put = (client: DynamoDBDocumentClient, Item: Record<string, unknown>): Promise<unknown> =>
  client.send(new PutCommand({ TableName, Item }));

/** The item of a key, strongly consistent. */
export const get = async (
  client: DynamoDBDocumentClient,
  taskId: string,
): Promise<Record<string, unknown> | undefined> =>
  (await client.send(new GetCommand({ TableName, Key: { taskId }, ConsistentRead: true }))).Item;

/** An item of exactly this many bytes. */
export const itemOfBytes = (bytes: number): Record<string, unknown> => {
  const taskId = freshId();
  return { taskId, data: 'x'.repeat(bytes - `taskId${taskId}data`.length) };
};
