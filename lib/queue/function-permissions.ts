/** What each function of the queue may do: exact actions on exact resources. Slack's are in `lib/slack/slack-permissions.ts`. */
import type { EventBus } from 'aws-cdk-lib/aws-events';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import { TASKS_TABLE } from '../../lambdas/shared/contracts/environment.ts';
import type { FunctionName } from '../shared/functions.ts';
import {
  byWorker,
  isSecretProvider,
  type Provider,
  type SecretProvider,
} from '../../lambdas/shared/contracts/providers.ts';
import { LIVE_ALIAS } from '../config/queue-config.ts';
import type { DataKey } from '../shared/data-key.construct.ts';
import { DOCUMENT_PREFIX } from './documents.construct.ts';
import type { ParkedQueue } from '../shared/parked-queue.construct.ts';
import type { ProviderSecrets } from '../shared/provider-secrets.construct.ts';
import { allow, onItems } from '../shared/statements.ts';
import type { QueueTables } from './queue-tables.construct.ts';

/** What the queue's functions work with. */
export interface QueueResources {
  readonly dataKey: DataKey;
  readonly tables: QueueTables;
  readonly documents: Bucket;
  readonly secrets: ProviderSecrets;
  readonly parked: ParkedQueue;
  readonly bus: EventBus;
  /** The machine itself without alias or version, because IAM authorises by it. */
  readonly stateMachineArn: string;
  /** What `StartExecution` is called with. */
  readonly startableMachineArn: string;
  /** Every execution of that machine. */
  readonly executionArns: string;
}

/**
 * Step Functions authorises an alias by the machine's own ARN and names it in a condition key. So the latest definition cannot be
 * started without the alias while its release is still being tested. The key has several values, so IAM compares it with a set
 * operator; `ForAnyValue` is false when a request names no alias.
 */
const startExecutions = ({ stateMachineArn, startableMachineArn }: QueueResources): PolicyStatement =>
  new PolicyStatement({
    actions: ['states:StartExecution'],
    resources: [stateMachineArn],
    ...(startableMachineArn !== stateMachineArn && {
      conditions: { 'ForAnyValue:StringEquals': { 'states:StateMachineQualifier': LIVE_ALIAS } },
    }),
  });

/** Starts and looks at the executions of tasks. */
export const drive = (r: QueueResources): readonly PolicyStatement[] => [
  startExecutions(r),
  allow(['states:DescribeExecution'], r.executionArns),
  r.dataKey.useThrough('states'),
];

/** A task is enqueued and moved by a conditional put of the whole item. */
export const transitTasks = (r: QueueResources): PolicyStatement =>
  onItems(r.tables.tasks, 'GetItem', 'PutItem');

const work = (r: QueueResources): readonly PolicyStatement[] => [
  transitTasks(r),
  onItems(r.tables.ledger, 'GetItem', 'PutItem', 'UpdateItem', 'DeleteItem'),
  onItems(r.tables.controls, 'GetItem'),
  r.dataKey.useThrough('dynamodb'),
];

/** Reads the secret of a provider. */
export const readSecret = (r: QueueResources, secretArn: string): readonly PolicyStatement[] => [
  allow(['secretsmanager:GetSecretValue'], secretArn),
  r.dataKey.useThrough('secretsmanager'),
];

/** `ListBucket`, because without it S3 answers 403 and not 404 for a document that is not there yet. */
const storeDocuments = (r: QueueResources): readonly PolicyStatement[] => [
  allow(['s3:ListBucket'], r.documents.bucketArn),
  allow(['s3:GetObject', 's3:PutObject'], r.documents.arnForObjects(`${DOCUMENT_PREFIX}*`)),
  r.dataKey.useThrough('s3'),
];

/** Grants of the workers whose provider is a resource of the stack. */
const ON_RESOURCES: Readonly<
  Record<Exclude<Provider, SecretProvider>, (r: QueueResources) => readonly PolicyStatement[]>
> = { pdf: storeDocuments };

/** The permissions of a worker for its provider: the secret, or grants on a resource of the stack. */
const reachProvider = (r: QueueResources, provider: Provider): readonly PolicyStatement[] => {
  if (isSecretProvider(provider)) return readSecret(r, r.secrets.arns[provider]);
  return ON_RESOURCES[provider](r);
};

/** `ListStreams` is part of what Lambda checks before it polls a stream for the function. */
const readStream = (r: QueueResources): PolicyStatement =>
  allow(
    ['dynamodb:DescribeStream', 'dynamodb:GetRecords', 'dynamodb:GetShardIterator', 'dynamodb:ListStreams'],
    r.tables.tasksStreamArn,
  );

const park = (r: QueueResources): readonly PolicyStatement[] => [
  allow(['sqs:SendMessage'], r.parked.queue.queueArn),
  r.dataKey.useThrough('sqs'),
];

/** The sweep: it moves and reads tasks, purges the ledger, compares and repairs the audit trail, stores its cursors, and puts events. */
const sweepAll = (r: QueueResources): readonly PolicyStatement[] => [
  onItems(r.tables.tasks, 'GetItem', 'PutItem', 'Scan'),
  allow(['dynamodb:Query'], `${r.tables.tasks.tableArn}/index/${TASKS_TABLE.byDeadline.name}`),
  onItems(r.tables.ledger, 'Scan', 'DeleteItem'),
  onItems(r.tables.audit, 'Query', 'PutItem'),
  onItems(r.tables.controls, 'GetItem', 'PutItem'),
  r.dataKey.useThrough('dynamodb'),
  allow(['events:PutEvents'], r.bus.eventBusArn),
  ...drive(r),
];

/** Statements by function. */
export type FunctionStatements = Record<FunctionName, readonly PolicyStatement[]>;

/** The statements of the queue's functions. */
export const queuePermissionsOf = (r: QueueResources) => {
  const byQuoteArn = `${r.tables.tasks.tableArn}/index/${TASKS_TABLE.byQuote.name}`;
  const tables = r.dataKey.useThrough('dynamodb');
  return {
    'enqueue-action': [transitTasks(r), tables, ...drive(r)],
    'read-actions': [
      onItems(r.tables.tasks, 'GetItem', 'BatchGetItem'),
      allow(['dynamodb:Query'], byQuoteArn),
      onItems(r.tables.audit, 'Query'),
      onItems(r.tables.cards, 'GetItem'),
      onItems(r.tables.controls, 'GetItem'),
      tables,
    ],
    'control-action': [
      transitTasks(r),
      onItems(r.tables.controls, 'GetItem', 'PutItem'),
      tables,
      ...drive(r),
    ],
    ...byWorker((provider) => [...work(r), ...reachProvider(r, provider)]),
    'record-lost-worker': [transitTasks(r), tables],
    sweep: sweepAll(r),
    'publish-transitions': [
      onItems(r.tables.audit, 'PutItem'),
      tables,
      readStream(r),
      ...park(r),
      allow(['events:PutEvents'], r.bus.eventBusArn),
    ],
  } satisfies Partial<FunctionStatements>;
};
