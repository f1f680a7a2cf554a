/** Which tables to migrate: those of the local environment, of a stage on AWS, or one that is named. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { Env, type FunctionName } from '../../lambdas/contracts/environment.ts';
import type { ShapeName } from '../../lambdas/domain/migrations/shapes.ts';
import { CliError } from '../cli/cli-error.ts';
import { readFunctionEnvironment, type ReadVariable } from '../cli/function-environment.ts';
import { parseLocalOutputs } from '../local/outputs.ts';
import { LOCAL_ROOT } from '../local/paths.ts';

/** How the tables are given. */
export interface TargetTablesOptions {
  /** `local`, `dev` or `prod`; @default `local` */
  readonly stage?: string;
  /** @default AWS_REGION */
  readonly region?: string;
  /** Name of a Tasks table, for one that no stage runs on (a restored copy). */
  readonly tableName?: string;
}

/** Tables and a client to them. */
export interface TargetTables {
  readonly client: DynamoDBDocumentClient;
  readonly names: Readonly<Partial<Record<ShapeName, string>>>;
}

type ClientConfig = NonNullable<ConstructorParameters<typeof DynamoDBClient>[0]>;

const clientOf = (config: ClientConfig): DynamoDBDocumentClient =>
  DynamoDBDocumentClient.from(new DynamoDBClient(config), {
    marshallOptions: { removeUndefinedValues: true },
  });

function localTables(): TargetTables {
  const file = join(LOCAL_ROOT, 'outputs.json');
  if (!existsSync(file))
    throw new CliError(
      'Nothing to migrate: run `npm run quoteq -- local up`, or give --stage with its --region, or --table-name',
    );
  const outputs = parseLocalOutputs(readFileSync(file, 'utf8'));
  const { region, awsEndpointUrl, tasksTable, ledgerTable, auditTable, cardsTable, controlsTable } = outputs;
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  return {
    client: clientOf({ region, endpoint: awsEndpointUrl, credentials }),
    names: {
      tasks: tasksTable,
      ledger: ledgerTable,
      audit: auditTable,
      cards: cardsTable,
      controls: controlsTable,
    },
  };
}

/** The tables that the functions of a stage run with. */
async function stageTables(stage: string, region: string): Promise<TargetTables> {
  const read = (name: FunctionName): Promise<ReadVariable> =>
    readFunctionEnvironment({ region }, stage, name);
  try {
    const card = await read('update-card');
    const reader = await read('read-actions');
    const sweep = await read('sweep');
    const names = {
      tasks: card(Env.TasksTable),
      ledger: card(Env.LedgerTable),
      audit: reader(Env.AuditTable),
      cards: card(Env.CardsTable),
      controls: sweep(Env.ControlsTable),
    };
    return { client: clientOf({ region }), names };
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new CliError(`--stage ${stage}: its functions could not be read in ${region}: ${why}`, { cause });
  }
}

/** @throws {CliError} naming what is missing */
export async function targetTables({ stage, region, tableName }: TargetTablesOptions): Promise<TargetTables> {
  if (tableName === undefined && (stage ?? 'local') === 'local') return localTables();
  const where = region ?? process.env['AWS_REGION'];
  if (where === undefined) throw new CliError('--region: expected a Region (or set AWS_REGION)');
  if (tableName !== undefined) return { client: clientOf({ region: where }), names: { tasks: tableName } };
  return stageTables(String(stage), where);
}

/**
 * Tells a table from an earlier one of the same name.
 * @throws {CliError} when there is no such table
 */
export async function tableIdOf(client: DynamoDBDocumentClient, tableName: string): Promise<string> {
  try {
    const { Table } = await client.send(new DescribeTableCommand({ TableName: tableName }));
    return `${Table?.TableArn ?? tableName} ${Table?.CreationDateTime?.toISOString() ?? ''}`;
  } catch (cause) {
    const why = cause instanceof Error ? cause.name : String(cause);
    throw new CliError(`${tableName}: the table could not be read (${why})`, { cause });
  }
}
