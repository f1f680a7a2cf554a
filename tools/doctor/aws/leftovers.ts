/**
 * Finds resources with the stage's fixed names that exist without their stack. Each of them makes the next creation of the
 * stack fail.
 */
import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { ListBucketsCommand, S3Client } from '@aws-sdk/client-s3';
import { DescribeSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { paginateListStateMachines, SFNClient } from '@aws-sdk/client-sfn';
import { paginateListQueues, SQSClient } from '@aws-sdk/client-sqs';
import * as z from 'zod/mini';
import { FUNCTION_NAMES } from '../../../lib/shared/functions.ts';
import {
  deployedQueueName,
  functionLogGroupName,
  QUEUE_ROLES,
  stateMachineName,
  vendedLogGroupName,
} from '../../../lib/shared/names.ts';
import { type Finding, type Subject, failed, ok } from '../finding.ts';
import { RECOVERY_PAGE } from './stack-checks.ts';
import { askJson, type AwsSite, limited, present, withClient } from './site.ts';

const SUBJECT: Subject = { subject: 'leftovers' };

/** Fixed names of a stage's resources that may outlive their stack. */
export interface FixedNames {
  readonly logGroups: readonly string[];
  readonly secrets: readonly string[];
  /** Names of SSM parameters. */
  readonly parameters: readonly string[];
  readonly keyAliases: readonly string[];
  readonly stateMachines: readonly string[];
  readonly queues: readonly string[];
}

/** KEEP IN STEP WITH lib; test/infra/deployment/leftovers.test.ts compares them with the templates. */
export const fixedNamesOf = (stackName: string): FixedNames => ({
  logGroups: [
    ...FUNCTION_NAMES.map((name) => functionLogGroupName(stackName, name)),
    vendedLogGroupName(stackName, 'api'),
    vendedLogGroupName(stackName, 'quote-action'),
  ],
  secrets: [`${stackName}/crm`, `${stackName}/slack`],
  parameters: [`/${stackName}/slack/operators`],
  keyAliases: [`alias/${stackName}-data`],
  stateMachines: [stateMachineName(stackName)],
  queues: QUEUE_ROLES.map((role) => deployedQueueName(stackName, role)),
});

/** A resource that was left behind, and the command that deletes it. */
interface Leftover {
  readonly name: string;
  readonly remove: string;
}

const logGroupsSchema = z.object({
  logGroups: z.array(z.object({ logGroupName: z.string() })),
  nextToken: z.optional(z.string()),
});

/** Every log group with this name prefix; an account may have more than one page of them. */
async function logGroupsBelow(site: AwsSite, logGroupNamePrefix: string): Promise<readonly string[]> {
  const found: string[] = [];
  let nextToken: string | undefined;
  do {
    const page: z.infer<typeof logGroupsSchema> = await askJson(site, {
      service: 'logs',
      operation: 'Logs_20140328.DescribeLogGroups',
      body: { logGroupNamePrefix, limit: 50, nextToken },
      answer: logGroupsSchema,
    });
    found.push(...page.logGroups.map(({ logGroupName }) => logGroupName));
    nextToken = page.nextToken;
  } while (nextToken !== undefined);
  return found;
}

async function logGroups(site: AwsSite, { logGroups: names }: FixedNames): Promise<readonly Leftover[]> {
  const prefixes = [`/aws/lambda/${site.stackName}-`, `/aws/vendedlogs/${site.stackName}/`];
  const found = await Promise.all(prefixes.map((prefix) => logGroupsBelow(site, prefix)));
  return found
    .flat()
    .filter((name) => names.includes(name))
    .map((name) => ({ name, remove: `aws logs delete-log-group --log-group-name ${name}` }));
}

const secrets = (site: AwsSite, { secrets: names }: FixedNames): Promise<readonly Leftover[]> =>
  withClient(new SecretsManagerClient(site.client), async (client) => {
    const found = await Promise.all(names.map((name) => secretLeft(client, name)));
    return found.flat();
  });

async function secretLeft(client: SecretsManagerClient, name: string): Promise<readonly Leftover[]> {
  try {
    const { DeletedDate } = await client.send(new DescribeSecretCommand({ SecretId: name }), limited());
    const why = DeletedDate === undefined ? '' : ' (scheduled for deletion, which keeps its name)';
    const remove = `aws secretsmanager delete-secret --force-delete-without-recovery --secret-id ${name}`;
    return [{ name: `${name}${why}`, remove }];
  } catch (thrown) {
    if (thrown instanceof Error && thrown.name === 'ResourceNotFoundException') return [];
    throw thrown;
  }
}

const parametersSchema = z.object({ Parameters: z.array(z.object({ Name: z.string() })) });

async function parameters(site: AwsSite, { parameters: names }: FixedNames): Promise<readonly Leftover[]> {
  const { Parameters } = await askJson(site, {
    service: 'ssm',
    operation: 'AmazonSSM.GetParameters',
    body: { Names: names },
    answer: parametersSchema,
  });
  return Parameters.map(({ Name: name }) => ({ name, remove: `aws ssm delete-parameter --name ${name}` }));
}

const aliasSchema = z.object({
  Aliases: z.array(z.object({ AliasName: z.string() })),
  NextMarker: z.optional(z.string()),
});

async function keyAliases(site: AwsSite, { keyAliases: names }: FixedNames): Promise<readonly Leftover[]> {
  const found: string[] = [];
  let Marker: string | undefined;
  do {
    const page: z.infer<typeof aliasSchema> = await askJson(site, {
      service: 'kms',
      operation: 'TrentService.ListAliases',
      body: { Limit: 100, Marker },
      answer: aliasSchema,
    });
    found.push(...page.Aliases.map(({ AliasName }) => AliasName).filter((name) => names.includes(name)));
    Marker = page.NextMarker;
  } while (Marker !== undefined);
  return found.map((name) => ({ name, remove: `aws kms delete-alias --alias-name ${name}` }));
}

const stateMachines = (site: AwsSite, { stateMachines: names }: FixedNames): Promise<readonly Leftover[]> =>
  withClient(new SFNClient(site.client), async (client) => {
    const found: Leftover[] = [];
    for await (const page of paginateListStateMachines({ client }, { maxResults: 1_000 }, limited())) {
      for (const { name = '', stateMachineArn = '' } of present(page.stateMachines, 'state machines')) {
        const remove = `aws stepfunctions delete-state-machine --state-machine-arn ${stateMachineArn}`;
        if (names.includes(name)) found.push({ name, remove });
      }
    }
    return found;
  });

const queues = (site: AwsSite, { queues: names }: FixedNames): Promise<readonly Leftover[]> =>
  withClient(new SQSClient(site.client), async (client) => {
    const found: Leftover[] = [];
    const query = { QueueNamePrefix: `${site.stackName}-` };
    for await (const { QueueUrls = [] } of paginateListQueues(
      { client, pageSize: 1_000 },
      query,
      limited(),
    )) {
      for (const url of QueueUrls) {
        const name = url.slice(url.lastIndexOf('/') + 1);
        if (names.includes(name)) found.push({ name, remove: `aws sqs delete-queue --queue-url ${url}` });
      }
    }
    return found;
  });

/**
 * Tables and buckets of an earlier deployment, which were kept for their data. Their names are generated, so they block
 * nothing.
 */
async function keptData(site: AwsSite): Promise<readonly string[]> {
  const prefix = `${site.stackName}-`;
  const tables = await withClient(new DynamoDBClient(site.client), (client) =>
    client.send(new ListTablesCommand({ ExclusiveStartTableName: prefix }), limited()),
  );
  const buckets = await withClient(new S3Client(site.client), (client) =>
    client.send(new ListBucketsCommand({}), limited()),
  );
  const names = [
    ...present(tables.TableNames, 'tables'),
    ...present(buckets.Buckets, 'buckets').map(({ Name = '' }) => Name),
  ];
  return names.filter((name) => name.startsWith(prefix));
}

/** @throws the error of AWS, except "not found" */
export async function checkLeftovers(site: AwsSite): Promise<readonly Finding[]> {
  const names = fixedNamesOf(site.stackName);
  const kinds = [logGroups, secrets, parameters, keyAliases, stateMachines, queues];
  const left = (await Promise.all(kinds.map((kind) => kind(site, names)))).flat();
  const kept = await keptData(site);
  const note = kept.length === 0 ? '' : `; kept data of an earlier deployment: ${kept.join(', ')}`;
  if (left.length === 0) return [ok(SUBJECT, `no fixed name is taken${note}`)];
  const at = `--region ${site.client.region}`;
  const fix = [`# this deletes their data; what to save first: ${RECOVERY_PAGE}`].concat(
    left.map(({ remove }) => `${remove} ${at}`),
  );
  const list = left.map(({ name }) => name).join(', ');
  return [failed(SUBJECT, `exist without their stack: ${list}${note}`, fix.join('\n'))];
}
