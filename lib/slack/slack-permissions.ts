/** The permissions of each function of Slack's side: exact actions on exact resources. */
import type { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { CARDS_TABLE, TASKS_TABLE } from '../../lambdas/shared/contracts/environment.ts';
import {
  drive,
  type FunctionStatements,
  type QueueResources,
  readSecret,
  transitTasks,
} from '../queue/function-permissions.ts';
import { allow, onItems } from '../shared/statements.ts';
import type { WorkQueue } from '../shared/work-queue.construct.ts';
import type { Operators } from './operators.construct.ts';

/** Resources of Slack's functions, in addition to the queue's. */
export interface SlackResources {
  /** Queue of messages that ask for a card update. */
  readonly cards: WorkQueue;
  /** Queue of acknowledged clicks. */
  readonly clicks: WorkQueue;
  readonly operators: Operators;
}

/** All resources of Slack's functions. */
type Resources = QueueResources & SlackResources;

/** Permissions with which Lambda polls a queue for the function. */
const consume = (r: Resources, { queue }: WorkQueue): readonly PolicyStatement[] => [
  allow(['sqs:DeleteMessage', 'sqs:GetQueueAttributes', 'sqs:ReceiveMessage'], queue.queueArn),
  r.dataKey.useThrough('sqs'),
];

const updateCards = (r: Resources): readonly PolicyStatement[] => [
  onItems(r.tables.tasks, 'GetItem'),
  onItems(r.tables.ledger, 'GetItem', 'PutItem', 'UpdateItem', 'DeleteItem'),
  onItems(r.tables.cards, 'GetItem', 'PutItem', 'UpdateItem'),
  r.dataKey.useThrough('dynamodb'),
  ...readSecret(r, r.secrets.arns.slack),
  ...consume(r, r.cards),
  allow(['sqs:SendMessage'], r.cards.queue.queueArn),
];

/** Verifies a click, refuses a repeated one, opens the audit modal, and sends the others on. */
const takeClicks = (r: Resources): readonly PolicyStatement[] => [
  ...readSecret(r, r.secrets.arns.slack),
  allow(['ssm:GetParameter'], r.operators.parameterArn),
  onItems(r.tables.ledger, 'GetItem', 'PutItem', 'UpdateItem', 'DeleteItem'),
  onItems(r.tables.tasks, 'GetItem'),
  onItems(r.tables.audit, 'Query'),
  r.dataKey.useThrough('dynamodb'),
  allow(['sqs:SendMessage'], r.clicks.queue.queueArn),
  r.dataKey.useThrough('sqs'),
];

const answerCommands = (r: Resources): readonly PolicyStatement[] => [
  ...readSecret(r, r.secrets.arns.slack),
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

/** The statements of Slack's functions. */
export const slackPermissionsOf = (r: Resources) =>
  ({
    'update-card': updateCards(r),
    'slack-interactions': takeClicks(r),
    'operate-click': [
      transitTasks(r),
      r.dataKey.useThrough('dynamodb'),
      ...drive(r),
      ...readSecret(r, r.secrets.arns.slack),
      ...consume(r, r.clicks),
    ],
    'slack-commands': answerCommands(r),
  }) satisfies Partial<FunctionStatements>;
