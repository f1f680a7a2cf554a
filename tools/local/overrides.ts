/** Reads from the environment which of the user's own Slack, CRM or AWS endpoint replaces a local one. */
import type { AwsKeys } from './cdk.ts';
import { LocalEnvironmentError, statusOfGet } from '../rig/process/processes.ts';

type Env = Readonly<Record<string, string | undefined>>;

/** The user's own CRM. */
interface CrmOverride {
  /** URL without a slash at the end. */
  readonly baseUrl: string;
  readonly token: string;
}

/** The user's own Slack workspace. */
interface SlackOverride {
  /** URL with a slash at the end. */
  readonly apiUrl: string;
  readonly botToken: string;
  readonly signingSecret: string;
  readonly channelId: string;
  /** Who may press buttons: `T…:U…`, separated by commas; @default only the people of the local Slack */
  readonly operators: string | undefined;
}

/** The parts that the user provides; an absent part is started locally. */
export interface Overrides {
  readonly awsEndpointUrl: string | undefined;
  readonly keys: AwsKeys;
  readonly crm: CrmOverride | undefined;
  readonly slack: SlackOverride | undefined;
}

const required = (env: Env, name: string, because: string): string => {
  const value = env[name];
  if (value !== undefined && value !== '') return value;
  throw new LocalEnvironmentError(`${name}: expected a value, because ${because} is set`);
};

const urlOf = (env: Env, name: string): string | undefined => {
  const value = env[name];
  if (value === undefined || value === '') return undefined;
  if (URL.canParse(value) && /^https?:/.test(value)) return value.replace(/\/+$/, '');
  throw new LocalEnvironmentError(`${name}: expected an http or https address, got ${JSON.stringify(value)}`);
};

const crmOf = (env: Env): CrmOverride | undefined => {
  const baseUrl = urlOf(env, 'CRM_BASE_URL');
  return baseUrl === undefined ? undefined : { baseUrl, token: required(env, 'CRM_TOKEN', 'CRM_BASE_URL') };
};

const slackOf = (env: Env): SlackOverride | undefined => {
  const apiUrl = urlOf(env, 'SLACK_API_URL');
  if (apiUrl === undefined) return undefined;
  return {
    apiUrl: `${apiUrl}/`,
    botToken: required(env, 'SLACK_BOT_TOKEN', 'SLACK_API_URL'),
    signingSecret: required(env, 'SLACK_SIGNING_SECRET', 'SLACK_API_URL'),
    channelId: required(env, 'SLACK_CHANNEL_ID', 'SLACK_API_URL'),
    operators: env['SLACK_OPERATORS'],
  };
};

/** The emulator's root credentials. The user's own keys are sent only to the user's own endpoint. */
const EMULATOR_KEYS: AwsKeys = { accessKeyId: 'test', secretAccessKey: 'test' };

const keysOf = (env: Env, awsEndpointUrl: string | undefined): AwsKeys => {
  const accessKeyId = env['AWS_ACCESS_KEY_ID'];
  if (awsEndpointUrl === undefined || accessKeyId === undefined) return EMULATOR_KEYS;
  return { accessKeyId, secretAccessKey: required(env, 'AWS_SECRET_ACCESS_KEY', 'AWS_ACCESS_KEY_ID') };
};

/**
 * Reads `AWS_ENDPOINT_URL`; `CRM_BASE_URL` with `CRM_TOKEN`; `SLACK_API_URL` with `SLACK_BOT_TOKEN`, `SLACK_SIGNING_SECRET` and
 * `SLACK_CHANNEL_ID`.
 * @throws {LocalEnvironmentError} with the variable and what was expected
 */
export const readOverrides = (env: Env): Overrides => {
  const awsEndpointUrl = urlOf(env, 'AWS_ENDPOINT_URL');
  return { awsEndpointUrl, keys: keysOf(env, awsEndpointUrl), crm: crmOf(env), slack: slackOf(env) };
};

const PROBE_LIMIT_MS = 10_000;

const probe = async (name: string, url: string | undefined): Promise<void> => {
  if (url === undefined || (await statusOfGet(url, PROBE_LIMIT_MS)) !== undefined) return;
  throw new LocalEnvironmentError(`${name}: nothing answers at ${url}`);
};

/**
 * Before anything is started, checks that each of the user's addresses answers; any answer is accepted.
 * @throws {LocalEnvironmentError} with the variable and the address if there is no answer within 10 s
 */
export const probeOverrides = async ({ awsEndpointUrl, crm, slack }: Overrides): Promise<void> => {
  await Promise.all([
    probe('AWS_ENDPOINT_URL', awsEndpointUrl),
    probe('CRM_BASE_URL', crm?.baseUrl),
    probe('SLACK_API_URL', slack?.apiUrl),
  ]);
};
