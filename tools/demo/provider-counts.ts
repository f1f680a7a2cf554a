/** Number of times that each effect exists, counted at its provider and not in the queue's own records. */
import { ListObjectVersionsCommand, S3Client } from '@aws-sdk/client-s3';
import * as z from 'zod/mini';
import type { Provider } from '../../lambdas/shared/contracts/providers.ts';
import { CRM_EFFECT_KEY_PROPERTY } from '../../lambdas/actions/crm/contracts/crm-properties.ts';
import type { LocalOutputs } from '../local/outputs.ts';

/**
 * Effects at each provider: key by which a kind is counted → number of effects with that key. For `pdf` the key is that of the
 * S3 object and the number is that of its versions: 1 means that it was written once. For `slack` the root messages of threads
 * are included.
 */
export type ProviderCounts = Readonly<Record<Provider, ReadonlyMap<string, number>>>;

const objectsSchema = z.object({
  objects: z.array(z.object({ properties: z.record(z.string(), z.nullish(z.string())) })),
});
const messagesSchema = z.object({
  messages: z.array(
    z.object({
      ts: z.string(),
      thread_ts: z.optional(z.string()),
      metadata: z.optional(
        z.object({ event_payload: z.optional(z.object({ effect_key: z.optional(z.string()) })) }),
      ),
    }),
  ),
});
type Message = z.infer<typeof messagesSchema>['messages'][number];

function tally(keys: readonly (string | null | undefined)[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const key of keys) if (typeof key === 'string') counts.set(key, (counts.get(key) ?? 0) + 1);
  return counts;
}

async function countObjects(outputs: LocalOutputs): Promise<Map<string, number>> {
  const s3 = new S3Client({
    endpoint: outputs.awsEndpointUrl,
    region: outputs.region,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    forcePathStyle: true,
  });
  const { Versions = [] } = await s3.send(new ListObjectVersionsCommand({ Bucket: outputs.documentsBucket }));
  return tally(Versions.map((version) => version.Key));
}

async function countCrmObjects(outputs: LocalOutputs): Promise<Map<string, number>> {
  const response = await fetch(new URL('/_control/objects', outputs.crmPageUrl ?? outputs.crmBaseUrl));
  const { objects } = objectsSchema.parse(await response.json());
  return tally(objects.map(({ properties }) => properties[CRM_EFFECT_KEY_PROPERTY]));
}

async function messagesOf(
  outputs: LocalOutputs,
  method: string,
  extra: Record<string, string>,
): Promise<Message[]> {
  const query = new URLSearchParams({
    channel: outputs.slackChannelId,
    include_all_metadata: 'true',
    limit: '200',
    ...extra,
  });
  const response = await fetch(new URL(`${method}?${query.toString()}`, outputs.slackApiUrl), {
    headers: { authorization: 'Bearer xoxb-demo' },
  });
  return messagesSchema.parse(await response.json()).messages;
}

async function countMessages(outputs: LocalOutputs): Promise<Map<string, number>> {
  const roots = await messagesOf(outputs, 'conversations.history', {});
  const threads = await Promise.all(
    roots.map((root) => messagesOf(outputs, 'conversations.replies', { ts: root.ts })),
  );
  const byTs = new Map([...roots, ...threads.flat()].map((message) => [message.ts, message]));
  return tally([...byTs.values()].map((message) => message.metadata?.event_payload?.effect_key));
}

/** Reads every provider. */
export async function countEffects(outputs: LocalOutputs): Promise<ProviderCounts> {
  const [pdf, crm, slack] = await Promise.all([
    countObjects(outputs),
    countCrmObjects(outputs),
    countMessages(outputs),
  ]);
  return { pdf, crm, slack };
}
