/** Provider secrets from Secrets Manager, cached for five minutes: a rotated one is picked up without a deploy. */
import { getSecret } from '@aws-lambda-powertools/parameters/secrets';
import * as z from 'zod/mini';
import { QueueError } from '../domain/errors.ts';

const CACHE_SECONDS = 300;

const text = z.string().check(z.minLength(1));
const crmSecretSchema = z.object({ token: text });
const slackSecretSchema = z.object({ botToken: text, signingSecrets: z.array(text).check(z.minLength(1)) });

/** What the queue holds of Slack: the bot token, and the signing secrets (two during a rotation). */
export type SlackSecret = z.infer<typeof slackSecretSchema>;

async function readSecret<T>(schema: z.ZodMiniType<T>, secretArn: string): Promise<T> {
  const value = await getSecret(secretArn, { maxAge: CACHE_SECONDS, transform: 'json' });
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const fields = parsed.error.issues.map((issue) => issue.path.join('.') || '(the whole)').join(', ');
  // The parse error is no cause here: it could carry the secret.
  throw new QueueError('PROVIDER_MISCONFIGURED', { detail: `The secret is not as documented: ${fields}` });
}

/** The CRM's private app token. @throws {QueueError} `PROVIDER_MISCONFIGURED` */
export const crmToken = async (secretArn: string): Promise<string> =>
  (await readSecret(crmSecretSchema, secretArn)).token;

/** The Slack secret. @throws {QueueError} `PROVIDER_MISCONFIGURED` */
export const slackSecret = (secretArn: string): Promise<SlackSecret> =>
  readSecret(slackSecretSchema, secretArn);
