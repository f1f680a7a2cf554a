/** Reads provider secrets from Secrets Manager, cached for five minutes: a rotated secret takes effect without a deployment. */
import { SecretsProvider } from '@aws-lambda-powertools/parameters/secrets';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type * as z from 'zod/mini';
import { crmSecretSchema, type SlackSecret, slackSecretSchema } from '../contracts/provider-secrets.ts';
import { CLIENT_OPTIONS } from '../platform/client-options.ts';
import { QueueError } from '../domain/errors.ts';

const CACHE_SECONDS = 300;

const provider = new SecretsProvider({ awsSdkV3Client: new SecretsManagerClient(CLIENT_OPTIONS) });

async function readSecret<T>(schema: z.ZodMiniType<T>, secretArn: string, forceFetch = false): Promise<T> {
  const value = await provider.get(secretArn, { maxAge: CACHE_SECONDS, transform: 'json', forceFetch });
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  // Read again without the cache, so that a repaired secret takes effect at once.
  if (!forceFetch) return readSecret(schema, secretArn, true);
  const fields = parsed.error.issues.map((issue) => issue.path.join('.') || '(the whole)').join(', ');
  // The parse error is not stored as the cause, because it could contain the secret.
  throw new QueueError('PROVIDER_MISCONFIGURED', { detail: `The secret is not as documented: ${fields}` });
}

/** The token of a provider whose secret is `{"token":"…"}`, such as the CRM's private app. @throws {QueueError} `PROVIDER_MISCONFIGURED` */
export const providerToken = async (secretArn: string): Promise<string> =>
  (await readSecret(crmSecretSchema, secretArn)).token;

/**
 * The Slack secret.
 * @param forceFetch bypasses the cache, for example if a rotation may have just begun; @default false
 * @throws {QueueError} `PROVIDER_MISCONFIGURED`
 */
export const slackSecret = (secretArn: string, forceFetch = false): Promise<SlackSecret> =>
  readSecret(slackSecretSchema, secretArn, forceFetch);
