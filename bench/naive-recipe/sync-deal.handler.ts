/** The naive recipe's `SyncDeal`: one deal in the CRM, with Powertools' stock idempotency. */
import { IdempotencyConfig, makeIdempotent } from '@aws-lambda-powertools/idempotency';
import { DynamoDBPersistenceLayer } from '@aws-lambda-powertools/idempotency/dynamodb';
import { getSecret } from '@aws-lambda-powertools/parameters/secrets';
import type { Context } from 'aws-lambda';
import * as z from 'zod/mini';

const eventSchema = z.object({
  actionId: z.string(),
  snapshot: z.object({
    quoteId: z.string(),
    title: z.string(),
    currency: z.string(),
    totalMinor: z.string(),
    acceptedAt: z.string(),
  }),
});
type SyncEvent = z.infer<typeof eventSchema>;

const secretSchema = z.object({ token: z.string() });
const answerSchema = z.object({ results: z.array(z.object({ id: z.string() })).check(z.minLength(1)) });

const config = new IdempotencyConfig({ eventKeyJmesPath: 'actionId', throwOnNoIdempotencyKey: true });
const persistenceStore = new DynamoDBPersistenceLayer({ tableName: process.env['IDEMPOTENCY_TABLE'] ?? '' });

const propertiesOf = ({ actionId, snapshot }: SyncEvent): Record<string, string> => ({
  dealname: `${snapshot.quoteId} – ${snapshot.title}`,
  amount: snapshot.totalMinor,
  deal_currency_code: snapshot.currency,
  dealstage: 'closedwon',
  closedate: snapshot.acceptedAt,
  quoteq_effect_key: actionId,
});

async function upsertDeal(event: SyncEvent): Promise<{ dealId: string }> {
  const secret = secretSchema.parse(
    await getSecret(process.env['CRM_SECRET_ARN'] ?? '', { transform: 'json', maxAge: 300 }),
  );
  const input = { id: event.actionId, idProperty: 'quoteq_effect_key', properties: propertiesOf(event) };
  const response = await fetch(`${process.env['CRM_BASE_URL']}/crm/v3/objects/deals/batch/upsert`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${secret.token}` },
    body: JSON.stringify({ inputs: [input] }),
    signal: AbortSignal.timeout(4_000),
  });
  if (!response.ok) throw new Error(`The CRM answered ${response.status}`);
  const [deal] = answerSchema.parse(await response.json()).results;
  return { dealId: deal?.id ?? '' };
}

const syncOnce = makeIdempotent(upsertDeal, { persistenceStore, config });

/** On redelivery before the record expires, it returns the first answer; after an error it starts again. */
export async function handler(event: unknown, context: Context): Promise<{ dealId: string }> {
  config.registerLambdaContext(context);
  // The local AWS waits longer for a function without output.
  console.log('sync deal');
  return syncOnce(eventSchema.parse(event));
}
