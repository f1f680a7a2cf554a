/** What each function may do: exact actions on exact resources, one entry per function of the contract. */
import type { TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { TASKS_TABLE } from '../../lambdas/contracts/environment.ts';
import type { FunctionName } from '../../lambdas/contracts/environment.ts';
import type { DataKey } from './data-key.construct.ts';
import { DOCUMENT_PREFIX } from './documents.construct.ts';
import type { ProviderSecrets } from './provider-secrets.construct.ts';
import type { QueueTables } from './queue-tables.construct.ts';

/** What the functions work with. */
export interface QueueResources {
  readonly dataKey: DataKey;
  readonly tables: QueueTables;
  readonly documents: Bucket;
  readonly secrets: ProviderSecrets;
  readonly parkedQueue: Queue;
  readonly stateMachineArn: string;
  /** Every execution of that machine. */
  readonly executionArns: string;
}

const allow = (actions: readonly string[], ...resources: readonly string[]): PolicyStatement =>
  new PolicyStatement({ actions: [...actions], resources: [...resources] });

const onItems = (table: TableV2, ...verbs: readonly string[]): PolicyStatement =>
  allow(
    verbs.map((verb) => `dynamodb:${verb}`),
    table.tableArn,
  );

const drive = (r: QueueResources): readonly PolicyStatement[] => [
  allow(['states:StartExecution'], r.stateMachineArn),
  allow(['states:DescribeExecution'], r.executionArns),
  r.dataKey.useThrough('states'),
];

const work = (r: QueueResources): readonly PolicyStatement[] => [
  onItems(r.tables.tasks, 'GetItem', 'UpdateItem'),
  onItems(r.tables.ledger, 'GetItem', 'PutItem', 'UpdateItem', 'DeleteItem'),
  r.dataKey.useThrough('dynamodb'),
];

const readSecret = (r: QueueResources, secretArn: string): readonly PolicyStatement[] => [
  allow(['secretsmanager:GetSecretValue'], secretArn),
  r.dataKey.useThrough('secretsmanager'),
];

const storeDocuments = (r: QueueResources): readonly PolicyStatement[] => [
  allow(['s3:GetObject', 's3:PutObject'], r.documents.arnForObjects(`${DOCUMENT_PREFIX}*`)),
  r.dataKey.useThrough('s3'),
];

/** `ListStreams` is part of what Lambda checks before it polls a stream for the function. */
const readStream = (r: QueueResources): PolicyStatement =>
  allow(
    ['dynamodb:DescribeStream', 'dynamodb:GetRecords', 'dynamodb:GetShardIterator', 'dynamodb:ListStreams'],
    r.tables.tasksStreamArn,
  );

const park = (r: QueueResources): readonly PolicyStatement[] => [
  allow(['sqs:SendMessage'], r.parkedQueue.queueArn),
  r.dataKey.useThrough('sqs'),
];

/** The statements of each function. */
export const permissionsOf = (r: QueueResources): Record<FunctionName, readonly PolicyStatement[]> => {
  const byQuoteArn = `${r.tables.tasks.tableArn}/index/${TASKS_TABLE.byQuote.name}`;
  const tables = r.dataKey.useThrough('dynamodb');
  return {
    'enqueue-action': [onItems(r.tables.tasks, 'GetItem', 'PutItem'), tables, ...drive(r)],
    'read-actions': [
      onItems(r.tables.tasks, 'GetItem'),
      allow(['dynamodb:Query'], byQuoteArn),
      onItems(r.tables.audit, 'Query'),
      tables,
    ],
    'control-action': [onItems(r.tables.tasks, 'GetItem', 'UpdateItem'), tables, ...drive(r)],
    'run-action-pdf': [...work(r), ...storeDocuments(r)],
    'run-action-crm': [...work(r), ...readSecret(r, r.secrets.crmArn)],
    'run-action-slack': [...work(r), ...readSecret(r, r.secrets.slackArn)],
    'record-lost-worker': [onItems(r.tables.tasks, 'GetItem', 'UpdateItem'), tables],
    'publish-transitions': [onItems(r.tables.audit, 'PutItem'), tables, readStream(r), ...park(r)],
  };
};
