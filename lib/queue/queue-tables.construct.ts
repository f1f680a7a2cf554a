import { Stack } from 'aws-cdk-lib';
import {
  AttributeType,
  Billing,
  ProjectionType,
  StreamViewType,
  TableEncryptionV2,
  TableV2,
} from 'aws-cdk-lib/aws-dynamodb';
import type { GlobalSecondaryIndexPropsV2, TablePropsV2 } from 'aws-cdk-lib/aws-dynamodb';
import { AnyPrincipal, Effect, PolicyDocument, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import {
  AUDIT_TABLE,
  CARDS_TABLE,
  CONTROLS_TABLE,
  LEDGER_TABLE,
  TASKS_TABLE,
} from '../../lambdas/shared/contracts/environment.ts';
import type { QueueConfig } from '../config/queue-config.ts';
import type { DataKey } from '../shared/data-key.construct.ts';
import { removalPolicyOfUnnamed } from '../shared/retention.ts';

/** Properties of {@link QueueTables}. */
export interface QueueTablesProps {
  readonly config: QueueConfig;
  readonly dataKey: DataKey;
}

const text = (name: string): { name: string; type: AttributeType } => ({ name, type: AttributeType.STRING });
const number = (name: string): { name: string; type: AttributeType } => ({
  name,
  type: AttributeType.NUMBER,
});

const { byQuote, byDeadline } = TASKS_TABLE;
/**
 * Keys only: an index that carried the item would rewrite its payload with every transition, and could not be changed
 * later without replacing it. Readers take the keys and read the items themselves, strongly consistent.
 */
const projectionType = ProjectionType.KEYS_ONLY;
const TASK_INDEXES: GlobalSecondaryIndexPropsV2[] = [
  {
    indexName: byQuote.name,
    partitionKey: text(byQuote.partitionKey),
    sortKey: number(byQuote.sortKey),
    projectionType,
  },
  {
    projectionType,
    indexName: byDeadline.name,
    partitionKey: text(byDeadline.partitionKey),
    sortKey: number(byDeadline.sortKey),
  },
];

/**
 * Everything that changes or removes an item. `BatchWriteItem` only puts and deletes, and nobody needs it to put.
 * A plain put over an existing item cannot be told from a first one in a policy: that is the publisher's condition.
 */
const AUDIT_MUTATIONS = [
  'dynamodb:BatchWriteItem',
  'dynamodb:DeleteItem',
  'dynamodb:PartiQLDelete',
  'dynamodb:PartiQLUpdate',
  'dynamodb:UpdateItem',
  'dynamodb:UpdateTimeToLive',
];

/**
 * The tables: Tasks, the one truth; Ledger, what effects were reserved and proven; Audit, one item per transition;
 * Cards, what Slack shows and how long that took; Controls, what operators and the sweep keep.
 * They are `GlobalTable`s with one replica, so that replicas may be added without replacing them.
 */
export class QueueTables extends Construct {
  readonly tasks: TableV2;
  readonly ledger: TableV2;
  readonly audit: TableV2;
  readonly cards: TableV2;
  readonly controls: TableV2;
  /** ARN of the stream of the Tasks table, new images only. */
  readonly tasksStreamArn: string;

  constructor(scope: Construct, id: string, props: QueueTablesProps) {
    super(scope, id);
    const common = QueueTables.commonProps(props);
    this.tasks = new TableV2(this, 'Tasks', {
      ...common,
      partitionKey: text(TASKS_TABLE.partitionKey),
      globalSecondaryIndexes: TASK_INDEXES,
      dynamoStream: StreamViewType.NEW_IMAGE,
    });
    this.ledger = new TableV2(this, 'Ledger', {
      ...common,
      partitionKey: text(LEDGER_TABLE.partitionKey),
      timeToLiveAttribute: LEDGER_TABLE.ttl,
    });
    this.audit = new TableV2(this, 'Audit', {
      ...common,
      partitionKey: text(AUDIT_TABLE.partitionKey),
      sortKey: number(AUDIT_TABLE.sortKey),
      resourcePolicy: new PolicyDocument({ statements: [this.appendOnly(props.config)] }),
    });
    const { byShownDay } = CARDS_TABLE;
    this.cards = new TableV2(this, 'Cards', {
      ...common,
      partitionKey: text(CARDS_TABLE.partitionKey),
      globalSecondaryIndexes: [
        {
          indexName: byShownDay.name,
          partitionKey: text(byShownDay.partitionKey),
          sortKey: number(byShownDay.sortKey),
        },
      ],
    });
    this.controls = new TableV2(this, 'Controls', {
      ...common,
      partitionKey: text(CONTROLS_TABLE.partitionKey),
    });
    const { tableStreamArn } = this.tasks;
    if (tableStreamArn === undefined) throw new TypeError('tasks: expected a table with a stream');
    this.tasksStreamArn = tableStreamArn;
  }

  private static commonProps({ config, dataKey }: QueueTablesProps): Omit<TablePropsV2, 'partitionKey'> {
    return {
      billing: Billing.onDemand(),
      encryption: TableEncryptionV2.customerManagedKey(dataKey.key),
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      deletionProtection: config.protectData,
      removalPolicy: removalPolicyOfUnnamed(config),
    };
  }

  /** Refuses changes whatever an identity policy allows. `*` is this table: its own ARN would be a cycle. */
  private appendOnly(config: QueueConfig): PolicyStatement {
    const { partition, account } = Stack.of(this);
    const breakGlassArn = `arn:${partition}:iam::${account}:role/${config.breakGlassRoleName}`;
    return new PolicyStatement({
      sid: 'AppendOnly',
      effect: Effect.DENY,
      principals: [new AnyPrincipal()],
      actions: AUDIT_MUTATIONS,
      resources: ['*'],
      conditions: { ArnNotEquals: { 'aws:PrincipalArn': breakGlassArn } },
    });
  }
}
