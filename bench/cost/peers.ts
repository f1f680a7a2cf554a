/** Deploys the systems with which the queue is compared next to it; the lab's recorder counts the calls of their functions. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CreateTableCommand, type CreateTableCommandInput, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { CreateFunctionCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { CreateStateMachineCommand } from '@aws-sdk/client-sfn';
import { buildSync } from 'esbuild';
import { bundleOptions } from '../../lib/shared/bundle-functions.ts';
import { lambdaArchive } from '../../tools/rig/aws/lambda-archive.ts';
import type { CostLab } from './lab.ts';
import { ROOT_KEYS } from './meter/recorder.ts';

const RECIPE_DIR = join(import.meta.dirname, '..', 'naive-recipe');

/** Permissions of a role. */
export interface Grant {
  readonly Action: readonly string[];
  readonly Resource: readonly string[];
}

/** A function of a peer. */
export interface PeerFunction {
  /** `bench/naive-recipe/<handler>.handler.ts`. */
  readonly handler: string;
  readonly variables: Readonly<Record<string, string>>;
  readonly grants: readonly Grant[];
}

/** Keys of a table; the second one is the sort key. */
export interface PeerTable {
  readonly keys: readonly [string] | readonly [string, string];
  /** Keys of a KEYS_ONLY index. */
  readonly index?: readonly [string, string];
}

/** Operations on one item. */
export const ITEM_ACTIONS = ['GetItem', 'PutItem', 'UpdateItem', 'DeleteItem'].map(
  (action) => `dynamodb:${action}`,
);

const trustOf = (service: string): string =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { Service: service }, Action: 'sts:AssumeRole' }],
  });

const archiveOf = (handler: string): Uint8Array =>
  lambdaArchive((file) => {
    const { outputFiles } = buildSync({
      ...bundleOptions('unused'),
      entryPoints: [join(RECIPE_DIR, `${handler}.handler.ts`)],
      write: false,
    });
    const [bundle] = outputFiles;
    if (bundle === undefined) throw new Error(`${handler}: expected a bundle`);
    writeFileSync(file, bundle.contents);
  });

const keySchema = ([hash, range]: readonly [string, string?]): CreateTableCommandInput['KeySchema'] => [
  { AttributeName: hash, KeyType: 'HASH' },
  ...(range === undefined ? [] : [{ AttributeName: range, KeyType: 'RANGE' as const }]),
];

/** Deploys one peer; all names begin with `prefix`. */
export class PeerDeployment {
  readonly #lab: CostLab;
  readonly #prefix: string;
  readonly #iam: IAMClient;
  readonly #lambda: LambdaClient;
  readonly #dynamo: DynamoDBClient;

  constructor(lab: CostLab, prefix: string) {
    const { awsEndpointUrl: endpoint, region } = lab.outputs;
    const client = { endpoint, region, credentials: ROOT_KEYS };
    this.#lab = lab;
    this.#prefix = prefix;
    this.#iam = new IAMClient(client);
    this.#lambda = new LambdaClient(client);
    this.#dynamo = new DynamoDBClient(client);
  }

  async #role(name: string, service: string, grants: readonly Grant[]): Promise<string> {
    const RoleName = `${this.#prefix}-${name}`;
    const { Role } = await this.#iam.send(
      new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: trustOf(service) }),
    );
    const Statement = grants.map((grant) => ({ Effect: 'Allow', ...grant }));
    const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement });
    await this.#iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: 'recipe', PolicyDocument }));
    return Role?.Arn ?? '';
  }

  /** Creates a table named `<prefix>-<name>`; returns its ARN. */
  async table(name: string, { keys, index }: PeerTable): Promise<string> {
    const names = [...keys, ...(index ?? [])];
    const { TableDescription } = await this.#dynamo.send(
      new CreateTableCommand({
        TableName: `${this.#prefix}-${name}`,
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: names.map((key) => ({ AttributeName: key, AttributeType: 'S' })),
        KeySchema: keySchema(keys),
        ...(index !== undefined && {
          GlobalSecondaryIndexes: [
            {
              IndexName: 'index',
              KeySchema: keySchema(index),
              Projection: { ProjectionType: 'KEYS_ONLY' },
            },
          ],
        }),
      }),
    );
    return TableDescription?.TableArn ?? '';
  }

  /**
   * Creates a function; returns its ARN. Its name, also in the records, is `<prefix>-<handler>`. It may read the providers'
   * secrets and uses the same provider addresses as the queue.
   */
  async function({ handler, variables, grants }: PeerFunction): Promise<string> {
    const { outputs, recorder } = this.#lab;
    const FunctionName = `${this.#prefix}-${handler}`;
    const secrets = ['CrmSecretArn', 'SlackSecretArn'].map((name) => outputs.stackOutputs[name] ?? '');
    const [CRM_SECRET_ARN = '', SLACK_SECRET_ARN = ''] = secrets;
    const Role = await this.#role(handler, 'lambda.amazonaws.com', [
      ...grants,
      { Action: ['secretsmanager:GetSecretValue'], Resource: secrets },
      { Action: ['kms:Decrypt'], Resource: ['*'] },
    ]);
    const providers = {
      CRM_SECRET_ARN,
      SLACK_SECRET_ARN,
      CRM_BASE_URL: outputs.crmBaseUrl,
      SLACK_API_URL: outputs.slackApiUrl,
      SLACK_CHANNEL_ID: outputs.slackChannelId,
    };
    const { FunctionArn = '' } = await this.#lambda.send(
      new CreateFunctionCommand({
        FunctionName,
        Role,
        Runtime: 'nodejs24.x',
        Handler: 'index.handler',
        Timeout: 20,
        MemorySize: 512,
        Code: { ZipFile: archiveOf(handler) },
        Environment: {
          Variables: {
            ...providers,
            ...variables,
            AWS_ENDPOINT_URL: await recorder.endpointFor(FunctionName),
          },
        },
      }),
    );
    return FunctionArn;
  }

  /** Creates the workflow `bench/naive-recipe/<file>.asl.json` with its `${…}` replaced; returns its ARN. */
  async machine(
    file: string,
    values: Readonly<Record<string, string>>,
    grants: readonly Grant[],
  ): Promise<string> {
    const roleArn = await this.#role('machine', 'states.amazonaws.com', grants);
    const text = readFileSync(join(RECIPE_DIR, `${file}.asl.json`), 'utf8');
    const definition = text.replace(/\$\{(\w+)\}/g, (_match, name: string) => values[name] ?? '');
    const { stateMachineArn = '' } = await this.#lab.sfn.send(
      new CreateStateMachineCommand({ name: `${this.#prefix}-recipe`, definition, roleArn }),
    );
    return stateMachineArn;
  }
}
