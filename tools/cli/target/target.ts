/** The deployment that the commands use: the named one, otherwise the local environment. */
import { SFNClient } from '@aws-sdk/client-sfn';
import { type LocalOutputs, readLocalOutputs } from '../../local/outputs.ts';
import { LOCAL_ROOT } from '../../paths.ts';
import { CliError } from '../cli-error.ts';

/** The address of the API, and how requests are signed. */
export interface Target {
  /** URL without a slash at the end. */
  readonly apiUrl: string;
  readonly region: string;
  readonly credentials: () => Promise<{
    accessKeyId: string;
    secretAccessKey: string;
    sessionToken?: string;
  }>;
  /** Address of the local AWS; absent on AWS. */
  readonly awsEndpointUrl?: string;
}

/** Options of every command. */
export interface TargetOptions {
  readonly apiUrl?: string;
  readonly region?: string;
}

/** The emulator's root identity. */
const LOCAL_CREDENTIALS = { accessKeyId: 'test', secretAccessKey: 'test' };

const localTarget = ({ apiUrl, region, awsEndpointUrl }: LocalOutputs): Target => ({
  apiUrl,
  region,
  awsEndpointUrl,
  credentials: () => Promise.resolve(LOCAL_CREDENTIALS),
});

/** The SDK's own chain: environment, profile, SSO, role. */
async function chainCredentials(region: string) {
  const client = new SFNClient({ region });
  try {
    return await client.config.credentials();
  } catch (cause) {
    throw new CliError(
      'No AWS credentials found: set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY',
      { cause },
    );
  }
}

/**
 * The target of a command: `--api-url` or QUOTEQ_API_URL, signed with the SDK's credentials; else the local environment.
 * @throws {CliError} when neither exists
 * @throws {LocalEnvironmentError} when the stored addresses of the local environment are damaged
 */
export function resolveTarget(options: TargetOptions): Target {
  const apiUrl = options.apiUrl ?? process.env['QUOTEQ_API_URL'];
  if (apiUrl !== undefined) {
    if (!URL.canParse(apiUrl)) throw new CliError(`--api-url: expected a URL, found ${apiUrl}`);
    const fromHost = /execute-api\.([a-z0-9-]+)\./.exec(apiUrl)?.[1];
    const region = options.region ?? fromHost ?? process.env['AWS_REGION'];
    if (region === undefined) throw new CliError('--region: expected a Region (or set AWS_REGION)');
    return { apiUrl: apiUrl.replace(/\/+$/, ''), region, credentials: () => chainCredentials(region) };
  }
  const outputs = readLocalOutputs(LOCAL_ROOT);
  if (outputs !== undefined) return localTarget(outputs);
  throw new CliError('Nothing to talk to: run `npm run quoteq -- local up`, or give --api-url');
}
