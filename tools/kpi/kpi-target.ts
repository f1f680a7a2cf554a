/** Which deployment's KPIs: the local environment, or a stage on AWS as the operator's own credentials see it. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { Env } from '../../lambdas/contracts/environment.ts';
import { CliError } from '../cli/cli-error.ts';
import { readFunctionEnvironment } from '../cli/function-environment.ts';
import { parseLocalOutputs } from '../local/outputs.ts';
import { LOCAL_ROOT } from '../local/paths.ts';
import type { KpiTables } from './kpi-source.ts';

/** Options of a command that reads the tables of a deployment. */
export interface StageOptions {
  /** `dev` or `prod`; @default the local environment */
  readonly stage?: string;
  /** @default AWS_REGION */
  readonly region?: string;
}

/** A deployment's tables and a client that reads them; `client.destroy()` ends it. */
export interface KpiTarget {
  readonly client: DynamoDBDocumentClient;
  readonly tables: KpiTables;
}

/** The emulator's root identity. */
const LOCAL_CREDENTIALS = { accessKeyId: 'test', secretAccessKey: 'test' };
const STAGE = /^[a-z][a-z0-9-]{0,20}$/;

const clientOf = (options: DynamoDBClientConfig): DynamoDBDocumentClient =>
  DynamoDBDocumentClient.from(new DynamoDBClient(options));

function localTarget(root: string): KpiTarget {
  const file = join(root, 'outputs.json');
  if (!existsSync(file)) {
    throw new CliError('Nothing to read: run `npm run quoteq -- local up`, or name a deployment by --stage');
  }
  const { awsEndpointUrl, region, auditTable, cardsTable } = parseLocalOutputs(readFileSync(file, 'utf8'));
  const client = clientOf({ endpoint: awsEndpointUrl, region, credentials: LOCAL_CREDENTIALS });
  return { client, tables: { auditTable, cardsTable } };
}

/** The function that answers `/quoteq kpi` knows both tables. */
async function awsTarget(stage: string, region: string): Promise<KpiTarget> {
  const read = await readFunctionEnvironment({ region }, stage, 'slack-commands');
  const tables = { auditTable: read(Env.AuditTable), cardsTable: read(Env.CardsTable) };
  return { client: clientOf({ region }), tables };
}

/**
 * The tables of a deployment. On AWS their names are read from the function `quoteq-<stage>-slack-commands`, and all calls
 * are made with the SDK's own chain of credentials.
 * @throws {CliError} when an option is missing, or no local environment runs; whatever the SDK throws
 */
export async function resolveKpiTarget(options: StageOptions, root = LOCAL_ROOT): Promise<KpiTarget> {
  const { stage, region = process.env['AWS_REGION'] } = options;
  if (stage === 'local' || (stage === undefined && process.env['QUOTEQ_API_URL'] === undefined))
    return localTarget(root);
  if (stage === undefined || !STAGE.test(stage)) {
    throw new CliError('--stage: expected the stage of the deployment, local, dev or prod');
  }
  if (region === undefined) throw new CliError('--region: expected a Region (or set AWS_REGION)');
  return awsTarget(stage, region);
}
