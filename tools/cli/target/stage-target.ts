/**
 * The deployment that a command works on without the API: the local environment, or a stage on AWS with the operator's
 * credentials.
 */
import { Stage } from '../../../lib/config/queue-config.ts';
import { type LocalOutputs, readLocalOutputs } from '../../local/outputs.ts';
import { LOCAL_ROOT } from '../../paths.ts';
import { CliError } from '../cli-error.ts';
import { shownLine } from '../terminal/terminal-text.ts';

/** Options of a command that works on the resources of a deployment. */
export interface StageOptions {
  /** `dev` or `prod`; @default QUOTEQ_STAGE, otherwise the local environment */
  readonly stage?: string;
  /** @default AWS_REGION */
  readonly region?: string;
}

/** Configuration of SDK clients. */
interface ClientConfig {
  readonly region: string;
  /** Address of the local AWS; absent on AWS. */
  readonly endpoint?: string;
  /** The emulator's root identity; absent on AWS, where the SDK's own chain is used. */
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

/** A deployment. */
export interface StageTarget {
  readonly stage: string;
  readonly client: ClientConfig;
  /** Only in the local environment. */
  readonly outputs?: LocalOutputs;
}

/** The emulator's root identity. */
const LOCAL_CREDENTIALS = { accessKeyId: 'test', secretAccessKey: 'test' };
const STAGES: readonly string[] = Object.values(Stage);

/** Parses a stage that the user typed. @throws {CliError} that lists the valid stages */
export function readStage(text: string | undefined): string {
  if (text !== undefined && STAGES.includes(text)) return text;
  const found = text === undefined ? '' : `; found ${text}`;
  throw new CliError(`--stage: expected the stage of the deployment, local, dev or prod${found}`);
}

function localTarget(root: string): StageTarget {
  const outputs = readLocalOutputs(root);
  if (outputs === undefined) {
    throw new CliError('Nothing to read: run `npm run quoteq -- local up`, or name a deployment by --stage');
  }
  const { awsEndpointUrl: endpoint, region } = outputs;
  return { stage: 'local', client: { endpoint, region, credentials: LOCAL_CREDENTIALS }, outputs };
}

/**
 * The deployment that the options name.
 * @param root root folder of the local environment
 * @throws {CliError} when an option is missing, or no local environment is running
 * @throws {LocalEnvironmentError} when the stored addresses of the local environment are damaged
 */
export function resolveStage(options: StageOptions, root: string = LOCAL_ROOT): StageTarget {
  const { stage = process.env['QUOTEQ_STAGE'], region = process.env['AWS_REGION'] } = options;
  if (stage === 'local' || (stage === undefined && process.env['QUOTEQ_API_URL'] === undefined))
    return localTarget(root);
  const known = readStage(stage);
  if (region === undefined) throw new CliError('--region: expected a Region (or set AWS_REGION)');
  return { stage: known, client: { region } };
}

/**
 * Runs `work`. Errors of the SDK (no credentials, access denied, nothing listening) become errors that the operator can fix.
 */
export async function explaining<T>(what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    throw explained(what, thrown);
  }
}

/**
 * An error of the SDK as one line for the operator; any other error unchanged.
 * @param what the failed action
 */
function explained(what: string, thrown: unknown): unknown {
  if (!(thrown instanceof Error) || thrown instanceof CliError) return thrown;
  const isOfSdk = '$metadata' in thrown || 'code' in thrown || thrown.name === 'CredentialsProviderError';
  if (!isOfSdk) return thrown;
  const message = thrown.message === '' ? 'no answer' : thrown.message;
  return new CliError(shownLine(`${what}: ${thrown.name}: ${message}`), { cause: thrown });
}
