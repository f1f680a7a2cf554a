/** The naive recipe's notify steps: one message in the channel for each change of status, under stock idempotency. */
import { IdempotencyConfig, makeIdempotent } from '@aws-lambda-powertools/idempotency';
import { DynamoDBPersistenceLayer } from '@aws-lambda-powertools/idempotency/dynamodb';
import { getSecret } from '@aws-lambda-powertools/parameters/secrets';
import type { Context } from 'aws-lambda';
import * as z from 'zod/mini';

const eventSchema = z.object({ actionId: z.string(), quoteId: z.string(), status: z.string() });
type NotifyEvent = z.infer<typeof eventSchema>;

const secretSchema = z.object({ botToken: z.string() });
const answerSchema = z.object({ ok: z.boolean(), ts: z.optional(z.string()), error: z.optional(z.string()) });

const config = new IdempotencyConfig({
  eventKeyJmesPath: '[actionId, status]',
  throwOnNoIdempotencyKey: true,
});
const persistenceStore = new DynamoDBPersistenceLayer({ tableName: process.env['IDEMPOTENCY_TABLE'] ?? '' });

async function postMessage({ actionId, quoteId, status }: NotifyEvent): Promise<{ ts: string }> {
  const secret = secretSchema.parse(
    await getSecret(process.env['SLACK_SECRET_ARN'] ?? '', { transform: 'json', maxAge: 300 }),
  );
  const response = await fetch(`${process.env['SLACK_API_URL']}chat.postMessage`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${secret.botToken}` },
    body: JSON.stringify({
      channel: process.env['SLACK_CHANNEL_ID'],
      text: `${quoteId} ${actionId}: ${status}`,
    }),
    signal: AbortSignal.timeout(3_000),
  });
  const answer = answerSchema.parse(await response.json());
  if (!answer.ok) throw new Error(`Slack answered ${answer.error}`);
  return { ts: answer.ts ?? '' };
}

const postOnce = makeIdempotent(postMessage, { persistenceStore, config });

/** Delivered again while the record lives it gives the first answer; after any error it starts over. */
export async function handler(event: unknown, context: Context): Promise<{ ts: string }> {
  config.registerLambdaContext(context);
  // The local AWS waits longer for a function that logs nothing.
  console.log('notify');
  return postOnce(eventSchema.parse(event));
}
