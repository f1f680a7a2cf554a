/** The naive recipe's notify steps: one message in the channel for each change of status, with stock idempotency. */
import { IdempotencyConfig, makeIdempotent } from '@aws-lambda-powertools/idempotency';
import { DynamoDBPersistenceLayer } from '@aws-lambda-powertools/idempotency/dynamodb';
import type { Context } from 'aws-lambda';
import * as z from 'zod/mini';
import { callSlack } from './call-slack.ts';

const eventSchema = z.object({ actionId: z.string(), quoteId: z.string(), status: z.string() });
type NotifyEvent = z.infer<typeof eventSchema>;

const config = new IdempotencyConfig({
  eventKeyJmesPath: '[actionId, status]',
  throwOnNoIdempotencyKey: true,
});
const persistenceStore = new DynamoDBPersistenceLayer({ tableName: process.env['IDEMPOTENCY_TABLE'] ?? '' });

const postOnce = makeIdempotent(
  async ({ actionId, quoteId, status }: NotifyEvent): Promise<{ ts: string }> => ({
    ts: await callSlack('chat.postMessage', { text: `${quoteId} ${actionId}: ${status}` }),
  }),
  { persistenceStore, config },
);

/** On redelivery before the record expires, it returns the first answer; after an error it starts again. */
export async function handler(event: unknown, context: Context): Promise<{ ts: string }> {
  config.registerLambdaContext(context);
  // The local AWS waits longer for a function without output.
  console.log('notify');
  return postOnce(eventSchema.parse(event));
}
