/** The secrets of the providers as operators rotate them. Values go in; only fingerprints come out. */
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

/** Closed, unlike what the functions read: a change writes the whole, and would lose a field that it does not know. */
const crmSchema = z.strictObject(crmSecretSchema.shape);
const slackSchema = z.strictObject(slackSecretSchema.shape);

/** What can be rotated. */
export const SecretField = {
  CrmToken: 'crm.token',
  SlackBotToken: 'slack.botToken',
  SlackSigningSecret: 'slack.signingSecret',
} as const;
/** One of {@link SecretField}. */
export type SecretField = (typeof SecretField)[keyof typeof SecretField];

const fieldSchema = z.enum(SecretField);

/** A field as it was typed. @throws {CliError} naming those there are */
export function readField(text: string): SecretField {
  const parsed = fieldSchema.safeParse(text);
  if (parsed.success) return parsed.data;
  throw new CliError(`secret: expected one of ${Object.values(SecretField).join(', ')}; found ${text}`);
}

/** A value in use, by the first 8 hex digits of its SHA-256. */
export interface SecretLine {
  readonly field: SecretField;
  readonly fingerprint: string;
}

const fingerprintOf = (secret: string): string =>
  createHash('sha256').update(secret).digest('hex').slice(0, 8);

/** KEEP IN STEP WITH lib/shared/provider-secrets.construct.ts */
const secretIdOf = ({ stage }: StageTarget, name: 'crm' | 'slack'): string => `quoteq-${stage}/${name}`;

/** The parser's own error quotes what it was given, so it goes no further. */
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

/** Changes the secrets of a deployment. Two changes at the same moment: the later one counts. */
export class ProviderSecretsEditor {
  readonly #client: SecretsManagerClient;
  readonly #target: StageTarget;

  constructor(target: StageTarget) {
    this.#client = new SecretsManagerClient(target.client);
    this.#target = target;
  }

  /** Ends the connections. */
  destroy(): void {
    this.#client.destroy();
  }

  /** What is in use; of two signing secrets the newer first. @throws {CliError} when one is not as documented */
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
   * Puts a new value. A signing secret goes before the present one, which counts as well until it is dropped.
   * @throws {CliError} when the value is not one, or two signing secrets are in use already
   */
  async put(field: SecretField, secret: string): Promise<void> {
    if (!/^\S+$/.test(secret)) throw new CliError('value: expected one without spaces on standard input');
    if (field === SecretField.CrmToken) return this.#write('crm', { token: secret });
    const slack = await this.#slack();
    if (field === SecretField.SlackBotToken) return this.#write('slack', { ...slack, botToken: secret });
    if (slack.signingSecrets.includes(secret)) throw new CliError('value: expected one that is not in use');
    if (slack.signingSecrets.length === MAX_SIGNING_SECRETS) {
      throw new CliError('Two signing secrets are in use: drop the older one first');
    }
    return this.#write('slack', { ...slack, signingSecrets: [secret, ...slack.signingSecrets] });
  }

  /** Takes the older of two signing secrets out of use. @throws {CliError} when there is only one */
  async dropOldSigningSecret(): Promise<void> {
    const slack = await this.#slack();
    const [newest, older] = slack.signingSecrets;
    if (newest === undefined || older === undefined) {
      throw new CliError('Only one signing secret is in use: it stays');
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
