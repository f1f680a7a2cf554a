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
 * Keys only. An index with the whole item would write its payload again with every transition, and its projection could be
 * changed only by replacing it. Readers take the keys and read the items with strong consistency.
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
 * Every operation that changes or removes an item. `BatchWriteItem` is included because it only puts and deletes, and no
 * function needs its puts. A policy cannot tell a put over an existing item from a first one; the publisher's condition does
 * that.
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
 * The tables. Tasks: the source of truth. Ledger: effects that were reserved and proven. Audit: one item for each transition.
 * Cards: what Slack shows, and its latency. Controls: settings of operators and state of the sweep. They are `GlobalTable`s
 * with one replica, so that replicas can be added without replacing them.
 */
export class QueueTables extends Construct {
  readonly tasks: TableV2;
  readonly ledger: TableV2;
  readonly audit: TableV2;
  readonly cards: TableV2;
  readonly controls: TableV2;
  /** ARN of the stream of the Tasks table; its records contain only new images. */
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

  /**
   * Denies changes even if an identity policy allows them. `*` means this table; its own ARN would be a circular reference.
   */
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
