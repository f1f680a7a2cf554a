/** What each function may do: exact actions on exact resources, one entry per function of the contract. */
import type { TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import type { EventBus } from 'aws-cdk-lib/aws-events';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import { CARDS_TABLE, TASKS_TABLE } from '../../lambdas/shared/contracts/environment.ts';
import type { FunctionName } from '../shared/functions.ts';
import { LIVE_ALIAS } from '../config/queue-config.ts';
import type { DataKey } from '../shared/data-key.construct.ts';
import { DOCUMENT_PREFIX } from './documents.construct.ts';
import type { Operators } from '../slack/operators.construct.ts';
import type { ParkedQueue } from '../shared/parked-queue.construct.ts';
import type { ProviderSecrets } from '../shared/provider-secrets.construct.ts';
import type { QueueTables } from './queue-tables.construct.ts';
import type { WorkQueue } from '../shared/work-queue.construct.ts';

/** What the functions work with. */
export interface QueueResources {
  readonly dataKey: DataKey;
  readonly tables: QueueTables;
  readonly documents: Bucket;
  readonly secrets: ProviderSecrets;
  readonly parked: ParkedQueue;
  readonly cards: WorkQueue;
  readonly clicks: WorkQueue;
  readonly operators: Operators;
  readonly bus: EventBus;
  /** The machine itself, whatever alias or version: what IAM authorises. */
  readonly stateMachineArn: string;
  /** What `StartExecution` is called with. */
  readonly startableMachineArn: string;
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

/**
 * Step Functions authorises an alias by the machine's own ARN and names it in a condition key. So nothing can start the
 * latest definition past the alias, while its release is still being tried out. The key has several values, so IAM
 * compares it with a set operator; `ForAnyValue` is false when a request names no alias.
 */
const startExecutions = ({ stateMachineArn, startableMachineArn }: QueueResources): PolicyStatement =>
  new PolicyStatement({
    actions: ['states:StartExecution'],
    resources: [stateMachineArn],
    ...(startableMachineArn !== stateMachineArn && {
      conditions: { 'ForAnyValue:StringEquals': { 'states:StateMachineQualifier': LIVE_ALIAS } },
    }),
  });

const drive = (r: QueueResources): readonly PolicyStatement[] => [
  startExecutions(r),
  allow(['states:DescribeExecution'], r.executionArns),
  r.dataKey.useThrough('states'),
];

/** A task is enqueued and moved by a conditional put of the whole item. */
const transitTasks = (r: QueueResources): PolicyStatement => onItems(r.tables.tasks, 'GetItem', 'PutItem');

const work = (r: QueueResources): readonly PolicyStatement[] => [
  transitTasks(r),
  onItems(r.tables.ledger, 'GetItem', 'PutItem', 'UpdateItem', 'DeleteItem'),
  onItems(r.tables.controls, 'GetItem'),
  r.dataKey.useThrough('dynamodb'),
];

const readSecret = (r: QueueResources, secretArn: string): readonly PolicyStatement[] => [
  allow(['secretsmanager:GetSecretValue'], secretArn),
  r.dataKey.useThrough('secretsmanager'),
];

/** `ListBucket`, because without it S3 answers 403 and not 404 for a document that is not there yet. */
const storeDocuments = (r: QueueResources): readonly PolicyStatement[] => [
  allow(['s3:ListBucket'], r.documents.bucketArn),
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
  allow(['sqs:SendMessage'], r.parked.queue.queueArn),
  r.dataKey.useThrough('sqs'),
];

/** What Lambda does with the function's role when it polls a queue for it. */
const consume = (r: QueueResources, { queue }: WorkQueue): readonly PolicyStatement[] => [
  allow(['sqs:DeleteMessage', 'sqs:GetQueueAttributes', 'sqs:ReceiveMessage'], queue.queueArn),
  r.dataKey.useThrough('sqs'),
];

const updateCards = (r: QueueResources): readonly PolicyStatement[] => [
  onItems(r.tables.tasks, 'GetItem'),
  onItems(r.tables.ledger, 'GetItem', 'PutItem', 'UpdateItem', 'DeleteItem'),
  onItems(r.tables.cards, 'GetItem', 'PutItem', 'UpdateItem'),
  r.dataKey.useThrough('dynamodb'),
  ...readSecret(r, r.secrets.slackArn),
  ...consume(r, r.cards),
  allow(['sqs:SendMessage'], r.cards.queue.queueArn),
];

/** Verifies a click, refuses one that came before, opens the audit modal, and hands the rest on. */
const takeClicks = (r: QueueResources): readonly PolicyStatement[] => [
  ...readSecret(r, r.secrets.slackArn),
  allow(['ssm:GetParameter'], r.operators.parameterArn),
  onItems(r.tables.ledger, 'GetItem', 'PutItem', 'UpdateItem', 'DeleteItem'),
  onItems(r.tables.tasks, 'GetItem'),
  onItems(r.tables.audit, 'Query'),
  r.dataKey.useThrough('dynamodb'),
  allow(['sqs:SendMessage'], r.clicks.queue.queueArn),
  r.dataKey.useThrough('sqs'),
];

const answerCommands = (r: QueueResources): readonly PolicyStatement[] => [
  ...readSecret(r, r.secrets.slackArn),
  allow(['ssm:GetParameter'], r.operators.parameterArn),
  onItems(r.tables.tasks, 'GetItem', 'BatchGetItem'),
  allow(
    ['dynamodb:Query'],
    ...[TASKS_TABLE.byQuote, TASKS_TABLE.byDeadline].map(
      ({ name }) => `${r.tables.tasks.tableArn}/index/${name}`,
    ),
    r.tables.audit.tableArn,
    `${r.tables.cards.tableArn}/index/${CARDS_TABLE.byShownDay.name}`,
  ),
  onItems(r.tables.cards, 'GetItem'),
  r.dataKey.useThrough('dynamodb'),
];

/** Moves and walks tasks, purges the ledger, compares and completes the audit trail, keeps its cursors, announces. */
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

/** The statements of each function. */
export const permissionsOf = (r: QueueResources): Record<FunctionName, readonly PolicyStatement[]> => {
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
    'run-action-pdf': [...work(r), ...storeDocuments(r)],
    'run-action-crm': [...work(r), ...readSecret(r, r.secrets.crmArn)],
    'run-action-slack': [...work(r), ...readSecret(r, r.secrets.slackArn)],
    'record-lost-worker': [transitTasks(r), tables],
    sweep: sweepAll(r),
    'publish-transitions': [
      onItems(r.tables.audit, 'PutItem'),
      tables,
      readStream(r),
      ...park(r),
      allow(['events:PutEvents'], r.bus.eventBusArn),
    ],
    'update-card': updateCards(r),
    'slack-interactions': takeClicks(r),
    'operate-click': [
      transitTasks(r),
      tables,
      ...drive(r),
      ...readSecret(r, r.secrets.slackArn),
      ...consume(r, r.clicks),
    ],
    'slack-commands': answerCommands(r),
  };
};
