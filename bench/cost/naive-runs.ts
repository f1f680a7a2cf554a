/** Deploys the naive recipe beside the queue, and counts what it uses. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { CreateFunctionCommand, LambdaClient } from '@aws-sdk/client-lambda';
import {
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import { marshall } from '@aws-sdk/util-dynamodb';
import { buildSync } from 'esbuild';
import { bundleOptions } from '../../lib/bundling/bundle-functions.ts';
import { lambdaArchive } from '../../tools/local/lambda-archive.ts';
import { writeUnits } from './capacity-units.ts';
import { stepsOf } from './executions.ts';
import { awaited, type CostLab, itemOf, seenSince, startSeeing } from './lab.ts';
import { crmFailsOnce, freshAction, scriptFault, type ActionScenario } from './queue-runs.ts';
import { ROOT_KEYS, usageOfCalls } from './recorder.ts';
import { totalOf, type Usage } from './usage.ts';

const RECIPE_DIR = join(import.meta.dirname, '..', 'naive-recipe');
const ACTIONS_TABLE = 'naive-actions';
const IDEMPOTENCY_TABLE = 'naive-idempotency';

/** The deployed recipe. */
export interface NaiveRecipe {
  readonly stateMachineArn: string;
  /** Name for the records → ARN. */
  readonly functions: Readonly<Record<string, string>>;
}

const trustOf = (service: string): string =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { Service: service }, Action: 'sts:AssumeRole' }],
  });

interface Grant {
  readonly Action: readonly string[];
  readonly Resource: readonly string[];
}

async function createRole(
  iam: IAMClient,
  RoleName: string,
  service: string,
  grants: readonly Grant[],
): Promise<string> {
  const { Role } = await iam.send(
    new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: trustOf(service) }),
  );
  const Statement = grants.map((grant) => ({ Effect: 'Allow', ...grant }));
  const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement });
  await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: 'recipe', PolicyDocument }));
  return Role?.Arn ?? '';
}

async function createTable(client: DynamoDBClient, TableName: string, key: string): Promise<string> {
  const { TableDescription } = await client.send(
    new CreateTableCommand({
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [{ AttributeName: key, AttributeType: 'S' }],
      KeySchema: [{ AttributeName: key, KeyType: 'HASH' }],
    }),
  );
  return TableDescription?.TableArn ?? '';
}

const archiveOf = (name: string): Uint8Array =>
  lambdaArchive((file) => {
    const { outputFiles } = buildSync({
      ...bundleOptions('unused'),
      entryPoints: [join(RECIPE_DIR, `${name}.handler.ts`)],
      write: false,
    });
    const [bundle] = outputFiles;
    if (bundle === undefined) throw new Error(`${name}: expected a bundle`);
    writeFileSync(file, bundle.contents);
  });

interface Deployment {
  readonly lab: CostLab;
  readonly iam: IAMClient;
  readonly lambda: LambdaClient;
  readonly idempotencyArn: string;
}

async function createFunction(
  { lab, iam, lambda, idempotencyArn }: Deployment,
  name: string,
): Promise<string> {
  const { outputs, recorder } = lab;
  const secrets = [outputs.stackOutputs['CrmSecretArn'] ?? '', outputs.stackOutputs['SlackSecretArn'] ?? ''];
  const [CRM_SECRET_ARN = '', SLACK_SECRET_ARN = ''] = secrets;
  const items = ['GetItem', 'PutItem', 'UpdateItem', 'DeleteItem'].map((action) => `dynamodb:${action}`);
  const Role = await createRole(iam, `naive-${name}`, 'lambda.amazonaws.com', [
    { Action: items, Resource: [idempotencyArn] },
    { Action: ['secretsmanager:GetSecretValue'], Resource: secrets },
    { Action: ['kms:Decrypt'], Resource: ['*'] },
  ]);
  const { FunctionArn = '' } = await lambda.send(
    new CreateFunctionCommand({
      FunctionName: `naive-${name}`,
      Role,
      Runtime: 'nodejs24.x',
      Handler: 'index.handler',
      Timeout: 20,
      MemorySize: 512,
      Code: { ZipFile: archiveOf(name) },
      Environment: {
        Variables: {
          IDEMPOTENCY_TABLE,
          CRM_SECRET_ARN,
          SLACK_SECRET_ARN,
          CRM_BASE_URL: outputs.crmBaseUrl,
          SLACK_API_URL: outputs.slackApiUrl,
          SLACK_CHANNEL_ID: outputs.slackChannelId,
          AWS_ENDPOINT_URL: await recorder.endpointFor(name),
        },
      },
    }),
  );
  return FunctionArn;
}

const definitionOf = (values: Readonly<Record<string, string>>): string =>
  readFileSync(join(RECIPE_DIR, 'naive-recipe.asl.json'), 'utf8').replace(
    /\$\{(\w+)\}/g,
    (_match, name: string) => values[name] ?? '',
  );

/** Deploys the recipe; its functions' calls are counted by the lab's recorder. */
export async function deployNaiveRecipe(lab: CostLab): Promise<NaiveRecipe> {
  const { awsEndpointUrl: endpoint, region } = lab.outputs;
  const client = { endpoint, region, credentials: ROOT_KEYS };
  const dynamo = new DynamoDBClient(client);
  const iam = new IAMClient(client);
  const actionsArn = await createTable(dynamo, ACTIONS_TABLE, 'actionId');
  const idempotencyArn = await createTable(dynamo, IDEMPOTENCY_TABLE, 'id');
  const deployment = { lab, iam, lambda: new LambdaClient(client), idempotencyArn };
  const SyncFunctionArn = await createFunction(deployment, 'sync-deal');
  const NotifyFunctionArn = await createFunction(deployment, 'notify-slack');
  const roleArn = await createRole(iam, 'naive-machine', 'states.amazonaws.com', [
    { Action: ['lambda:InvokeFunction'], Resource: [SyncFunctionArn, NotifyFunctionArn] },
    { Action: ['dynamodb:PutItem', 'dynamodb:UpdateItem'], Resource: [actionsArn] },
  ]);
  const definition = definitionOf({ ActionsTable: ACTIONS_TABLE, SyncFunctionArn, NotifyFunctionArn });
  const { stateMachineArn = '' } = await lab.sfn.send(
    new CreateStateMachineCommand({ name: 'naive-recipe', definition, roleArn }),
  );
  return { stateMachineArn, functions: { 'sync-deal': SyncFunctionArn, 'notify-slack': NotifyFunctionArn } };
}

const END_POLL_MS = 50;

async function untilSucceeded({ sfn }: CostLab, executionArn: string): Promise<void> {
  await awaited('the naive recipe to end', async () => {
    const { status, error, cause } = await sfn.send(new DescribeExecutionCommand({ executionArn }));
    if (status === 'RUNNING') return delay(END_POLL_MS, undefined);
    if (status !== 'SUCCEEDED') throw new Error(`Naive recipe: ${status} ${error} ${cause}`);
    return true;
  });
}

/** What one action uses when the naive recipe does it. @throws {Error} when it does not succeed */
export async function measureNaive(
  lab: CostLab,
  recipe: NaiveRecipe,
  scenario: ActionScenario,
): Promise<Usage> {
  const { quoteId, body } = freshAction(scenario);
  if (scenario.failsOnce === true) await scriptFault(lab, crmFailsOnce(quoteId));
  const sinceMs = await startSeeing(lab);
  const actionId = `${quoteId}-crm`;
  const { executionArn = '' } = await lab.sfn.send(
    new StartExecutionCommand({
      stateMachineArn: recipe.stateMachineArn,
      name: actionId,
      input: JSON.stringify({ actionId, snapshot: body.payload['snapshot'] }),
    }),
  );
  await untilSucceeded(lab, executionArn);
  const { calls, runs, providers } = await seenSince(lab, sinceMs, recipe.functions);
  const { stateTransitions, itemsWritten } = await stepsOf(lab.sfn, executionArn);
  // The item only grows, so its size at the end is the most that each of the writes was charged for.
  const item = marshall((await itemOf(lab, ACTIONS_TABLE, { actionId })) ?? {});
  const lambdaRequests = [...runs.values()].reduce((sum, count) => sum + count, 0);
  const ofStates = {
    stateTransitions,
    lambdaRequests,
    writeUnits: itemsWritten * writeUnits(undefined, item),
  };
  return totalOf([usageOfCalls(calls), providers, ofStates]);
}
