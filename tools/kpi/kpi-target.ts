/** Finds the tables for the KPIs: those of the local environment, or of a stage on AWS. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { translation } from '../../lambdas/shared/adapters/dynamodb/document-client.ts';
import { Env } from '../../lambdas/shared/contracts/environment.ts';
import { readFunctionEnvironment } from '../cli/target/function-environment.ts';
import { resolveStage, type StageOptions, type StageTarget } from '../cli/target/stage-target.ts';
import type { KpiTables } from './kpi-source.ts';

/** A deployment's tables and a client that reads them; call `client.destroy()` when done. */
export interface KpiTarget {
  readonly client: DynamoDBDocumentClient;
  readonly tables: KpiTables;
}

/** Read from the function that answers `/quoteq kpi`, because it knows both tables. */
async function tablesOf({ client, stage, outputs }: StageTarget): Promise<KpiTables> {
  if (outputs !== undefined) return outputs;
  const read = await readFunctionEnvironment(client, stage, 'slack-commands');
  return { auditTable: read(Env.AuditTable), cardsTable: read(Env.CardsTable) };
}

/**
 * The tables of a deployment. On AWS their names are read from the function `quoteq-<stage>-slack-commands`, and all calls use
 * the SDK's own chain of credentials.
 * @throws {CliError} when an option is missing, or no local environment is running
 * @throws any error of the SDK
 */
export async function resolveKpiTarget(options: StageOptions, root?: string): Promise<KpiTarget> {
  const target = resolveStage(options, root);
  const { auditTable, cardsTable } = await tablesOf(target);
  const client = DynamoDBDocumentClient.from(new DynamoDBClient(target.client), translation());
  return { client, tables: { auditTable, cardsTable } };
}
