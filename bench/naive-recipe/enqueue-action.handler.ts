/**
 * The whole job's API. It stores the action with its payload and the first entry of its trail, and starts the workflow, with
 * stock idempotency by the client's key.
 */
import { IdempotencyConfig, makeIdempotent } from '@aws-lambda-powertools/idempotency';
import { DynamoDBPersistenceLayer } from '@aws-lambda-powertools/idempotency/dynamodb';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import type { Context } from 'aws-lambda';
import * as z from 'zod/mini';

const eventSchema = z.object({
  actionId: z.string(),
  idempotencyKey: z.string(),
  snapshot: z.looseObject({ quoteId: z.string() }),
});
type EnqueueEvent = z.infer<typeof eventSchema>;

const config = new IdempotencyConfig({ eventKeyJmesPath: 'idempotencyKey', throwOnNoIdempotencyKey: true });
const persistenceStore = new DynamoDBPersistenceLayer({ tableName: process.env['IDEMPOTENCY_TABLE'] ?? '' });
const client = DynamoDBDocumentClient.from(new DynamoDBClient());
const sfn = new SFNClient();

async function enqueue({ actionId, snapshot }: EnqueueEvent): Promise<{ executionArn: string }> {
  const now = new Date().toISOString();
  const action = { actionId, quoteId: snapshot.quoteId, status: 'QUEUED', createdAt: now, updatedAt: now };
  await client.send(
    new PutCommand({
      TableName: process.env['ACTIONS_TABLE'],
      Item: { ...action, payload: JSON.stringify(snapshot) },
    }),
  );
  const entry = { actionId, changedAt: now, status: 'QUEUED', attempt: 0 };
  await client.send(new PutCommand({ TableName: process.env['TRAIL_TABLE'], Item: entry }));
  const { executionArn = '' } = await sfn.send(
    new StartExecutionCommand({
      stateMachineArn: process.env['STATE_MACHINE_ARN'],
      name: actionId,
      input: JSON.stringify({ actionId, snapshot }),
    }),
  );
  return { executionArn };
}

const enqueueOnce = makeIdempotent(enqueue, { persistenceStore, config });

/** On redelivery before the record expires, it returns the first answer; after an error it starts again. */
export async function handler(event: unknown, context: Context): Promise<{ executionArn: string }> {
  config.registerLambdaContext(context);
  // The local AWS waits longer for a function without output.
  console.log('enqueue');
  return enqueueOnce(eventSchema.parse(event));
}
