/** Rotates the secrets of the providers. Values can be stored; only fingerprints can be read. */
import { createHash } from 'node:crypto';
import {
  GetSecretValueCommand,
  PutSecretValueCommand,
  ResourceNotFoundException,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import * as z from 'zod/mini';
import { CliError } from '../cli/cli-error.ts';
import type { StageTarget } from '../cli/target/stage-target.ts';
import {
  type CrmSecret,
  crmSecretSchema,
  MAX_SIGNING_SECRETS,
  type SlackSecret,
  slackSecretSchema,
} from '../../lambdas/shared/contracts/provider-secrets.ts';

/** Strict, unlike the schema of the functions: a change writes the whole secret and would lose an unknown field. */
const crmSchema = z.strictObject(crmSecretSchema.shape);
const slackSchema = z.strictObject(slackSecretSchema.shape);

/** Fields that can be rotated. */
export const SecretField = {
  CrmToken: 'crm.token',
  SlackBotToken: 'slack.botToken',
  SlackSigningSecret: 'slack.signingSecret',
} as const;
/** One of {@link SecretField}. */
export type SecretField = (typeof SecretField)[keyof typeof SecretField];

const fieldSchema = z.enum(SecretField);

/** Parses a field that the user typed. @throws {CliError} that lists the valid fields */
export function readField(text: string): SecretField {
  const parsed = fieldSchema.safeParse(text);
  if (parsed.success) return parsed.data;
  throw new CliError(`secret: expected one of ${Object.values(SecretField).join(', ')}; found ${text}`);
}

/** A value in use, identified by the first 8 hex digits of its SHA-256. */
export interface SecretLine {
  readonly field: SecretField;
  readonly fingerprint: string;
}

const fingerprintOf = (secret: string): string =>
  createHash('sha256').update(secret).digest('hex').slice(0, 8);

/** KEEP IN STEP WITH lib/shared/provider-secrets.construct.ts */
const secretIdOf = ({ stage }: StageTarget, name: 'crm' | 'slack'): string => `quoteq-${stage}/${name}`;

/** The parser's error quotes its input, so it is dropped. */
function parsedOrNothing(json: string | undefined): unknown {
  try {
    return JSON.parse(json ?? 'null');
  } catch {
    return undefined;
  }
}

async function read<T>(client: SecretsManagerClient, id: string, schema: z.ZodMiniType<T>): Promise<T> {
  const parsed = schema.safeParse(parsedOrNothing(await stored(client, id)));
  if (parsed.success) return parsed.data;
  const fields = parsed.error.issues.map((issue) => issue.path.join('.') || '(the whole)').join(', ');
  throw new CliError(
    `The secret ${id} is not as documented (${fields}): see docs/slack-setup.md and README.md`,
  );
}

async function stored(client: SecretsManagerClient, id: string): Promise<string | undefined> {
  try {
    return (await client.send(new GetSecretValueCommand({ SecretId: id }))).SecretString;
  } catch (error) {
    if (error instanceof ResourceNotFoundException) throw new CliError(`The secret ${id} has no value yet`);
    throw error;
  }
}

/** Changes the secrets of a deployment. Of two changes at the same moment the later one is kept. */
export class ProviderSecretsEditor {
  readonly #client: SecretsManagerClient;
  readonly #target: StageTarget;

  constructor(target: StageTarget) {
    this.#client = new SecretsManagerClient(target.client);
    this.#target = target;
  }

  /** Closes the connections. */
  destroy(): void {
    this.#client.destroy();
  }

  /**
   * The values in use; of two signing secrets the newer one first. @throws {CliError} when a secret does not have the
   * documented shape
   */
  async show(): Promise<readonly SecretLine[]> {
    const [crm, slack] = await Promise.all([this.#crm(), this.#slack()]);
    return [
      { field: SecretField.CrmToken, fingerprint: fingerprintOf(crm.token) },
      { field: SecretField.SlackBotToken, fingerprint: fingerprintOf(slack.botToken) },
      ...slack.signingSecrets.map((secret) => ({
        field: SecretField.SlackSigningSecret,
        fingerprint: fingerprintOf(secret),
      })),
    ];
  }

  /**
   * Stores a new value. A new signing secret is placed before the present one, which is also accepted until it is dropped.
   * @throws {CliError} when the value is invalid, or two signing secrets are already in use
   */
  async put(field: SecretField, secret: string): Promise<void> {
    if (!/^\S+$/.test(secret)) throw new CliError('value: expected text without spaces on standard input');
    if (field === SecretField.CrmToken) return this.#write('crm', { token: secret });
    const slack = await this.#slack();
    if (field === SecretField.SlackBotToken) return this.#write('slack', { ...slack, botToken: secret });
    if (slack.signingSecrets.includes(secret))
      throw new CliError('value: expected a value that is not in use');
    if (slack.signingSecrets.length === MAX_SIGNING_SECRETS) {
      throw new CliError('Two signing secrets are in use: drop the older one first');
    }
    return this.#write('slack', { ...slack, signingSecrets: [secret, ...slack.signingSecrets] });
  }

  /** Removes the older of two signing secrets. @throws {CliError} when there is only one */
  async dropOldSigningSecret(): Promise<void> {
    const slack = await this.#slack();
    const [newest, older] = slack.signingSecrets;
    if (newest === undefined || older === undefined) {
      throw new CliError('Only one signing secret is in use, so it cannot be dropped');
    }
    await this.#write('slack', { ...slack, signingSecrets: [newest] });
  }

  #crm(): Promise<CrmSecret> {
    return read(this.#client, secretIdOf(this.#target, 'crm'), crmSchema);
  }

  #slack(): Promise<SlackSecret> {
    return read(this.#client, secretIdOf(this.#target, 'slack'), slackSchema);
  }

  async #write(name: 'crm' | 'slack', content: CrmSecret | SlackSecret): Promise<void> {
    const SecretId = secretIdOf(this.#target, name);
    await this.#client.send(new PutSecretValueCommand({ SecretId, SecretString: JSON.stringify(content) }));
  }
}
