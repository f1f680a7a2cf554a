/** Finds the tables to migrate: those of the local environment, those of a stage on AWS, or a table given by name. */
import { DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { translation } from '../../lambdas/shared/adapters/dynamodb/document-client.ts';
import { Env } from '../../lambdas/shared/contracts/environment.ts';
import type { FunctionName } from '../../lib/shared/functions.ts';
import type { ShapeName } from '../../lambdas/queue/domain/migrations/shapes.ts';
import { CliError } from '../cli/cli-error.ts';
import { readFunctionEnvironment, type ReadVariable } from '../cli/target/function-environment.ts';
import { resolveStage, type StageOptions } from '../cli/target/stage-target.ts';
import type { LocalOutputs } from '../local/outputs.ts';

/** Options that select the tables. */
export interface TargetTablesOptions extends StageOptions {
  /** Name of a Tasks table that no stage uses, for example a restored copy. */
  readonly tableName?: string;
}

/** Tables, and a client for them. */
export interface TargetTables {
  readonly client: DynamoDBDocumentClient;
  readonly names: Readonly<Partial<Record<ShapeName, string>>>;
}

type ClientConfig = NonNullable<ConstructorParameters<typeof DynamoDBClient>[0]>;

const clientOf = (config: ClientConfig): DynamoDBDocumentClient =>
  DynamoDBDocumentClient.from(new DynamoDBClient(config), translation());

function localTables(outputs: LocalOutputs, client: ClientConfig): TargetTables {
  const { tasksTable, ledgerTable, auditTable, cardsTable, controlsTable } = outputs;
  return {
    client: clientOf(client),
    names: {
      tasks: tasksTable,
      ledger: ledgerTable,
      audit: auditTable,
      cards: cardsTable,
      controls: controlsTable,
    },
  };
}

/** The tables that the functions of a stage use. */
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

/**
 * The tables that the options name.
 * @param root root folder of the local environment
 * @throws {CliError} with what is missing
 */
export async function targetTables(options: TargetTablesOptions, root?: string): Promise<TargetTables> {
  const { tableName, region = process.env['AWS_REGION'] } = options;
  if (tableName !== undefined) {
    if (region === undefined) throw new CliError('--region: expected a Region (or set AWS_REGION)');
    return { client: clientOf({ region }), names: { tasks: tableName } };
  }
  const { stage, client, outputs } = resolveStage(options, root);
  return outputs === undefined ? stageTables(stage, client.region) : localTables(outputs, client);
}

/**
 * An id that differs between a table and an earlier one of the same name.
 * @throws {CliError} when the table does not exist
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
