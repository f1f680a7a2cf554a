/**
 * The whole job's notify steps: one message for each action in its quote's thread, edited after each change of status, with
 * stock idempotency. The ids of thread and message are stored in a separate table.
 */
import { IdempotencyConfig, makeIdempotent } from '@aws-lambda-powertools/idempotency';
import { DynamoDBPersistenceLayer } from '@aws-lambda-powertools/idempotency/dynamodb';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import type { Context } from 'aws-lambda';
import * as z from 'zod/mini';
import { callSlack } from './call-slack.ts';

const eventSchema = z.object({
  actionId: z.string(),
  quoteId: z.string(),
  status: z.string(),
  attempt: z.string(),
});
type NotifyEvent = z.infer<typeof eventSchema>;

const placeSchema = z.object({ ts: z.string() });

const config = new IdempotencyConfig({
  eventKeyJmesPath: '[actionId, status, attempt]',
  throwOnNoIdempotencyKey: true,
});
const persistenceStore = new DynamoDBPersistenceLayer({ tableName: process.env['IDEMPOTENCY_TABLE'] ?? '' });
const client = DynamoDBDocumentClient.from(new DynamoDBClient());
const TableName = process.env['PLACES_TABLE'] ?? '';

async function placeOf(placeId: string): Promise<string | undefined> {
  const { Item } = await client.send(new GetCommand({ TableName, Key: { placeId } }));
  return placeSchema.safeParse(Item).data?.ts;
}

async function postedAt(placeId: string, message: Readonly<Record<string, string>>): Promise<string> {
  const ts = await callSlack('chat.postMessage', message);
  await client.send(new PutCommand({ TableName, Item: { placeId, ts } }));
  return ts;
}

async function show({ actionId, quoteId, status, attempt }: NotifyEvent): Promise<{ ts: string }> {
  const text = `${actionId}: ${status}, attempt ${attempt} of 5`;
  const ts = await placeOf(`card#${actionId}`);
  if (ts !== undefined) return { ts: await callSlack('chat.update', { ts, text }) };
  const root = `thread#${quoteId}`;
  const threadTs = (await placeOf(root)) ?? (await postedAt(root, { text: `Quote ${quoteId}` }));
  return { ts: await postedAt(`card#${actionId}`, { text, thread_ts: threadTs }) };
}

const showOnce = makeIdempotent(show, { persistenceStore, config });

/** On redelivery before the record expires, it returns the first answer; after an error it starts again. */
export async function handler(event: unknown, context: Context): Promise<{ ts: string }> {
  config.registerLambdaContext(context);
  // The local AWS waits longer for a function without output.
  console.log('notify');
  return showOnce(eventSchema.parse(event));
}
