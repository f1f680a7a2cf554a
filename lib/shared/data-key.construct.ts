import { Stack } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import type { QueueConfig } from '../config/queue-config.ts';
import { removalPolicyOf } from './retention.ts';

/** Services through which functions use encrypted data. */
export type EncryptedService = 'dynamodb' | 's3' | 'secretsmanager' | 'sqs' | 'states';

/**
 * Exactly the actions that each service requires of the caller. They are listed because `kms:GenerateDataKey*` also allows key
 * pairs.
 */
const ACTIONS_BY_SERVICE = {
  dynamodb: [
    'kms:Decrypt',
    'kms:DescribeKey',
    'kms:Encrypt',
    'kms:GenerateDataKey',
    'kms:GenerateDataKeyWithoutPlaintext',
    'kms:ReEncryptFrom',
    'kms:ReEncryptTo',
  ],
  s3: ['kms:Decrypt', 'kms:GenerateDataKey'],
  secretsmanager: ['kms:Decrypt'],
  sqs: ['kms:Decrypt', 'kms:GenerateDataKey'],
  states: ['kms:Decrypt'],
} as const satisfies Record<EncryptedService, readonly string[]>;

/** The actions that CloudWatch Logs requires on the key of a log group, from its documentation, without wildcards. */
const LOGS_ACTIONS = [
  'kms:Decrypt',
  'kms:DescribeKey',
  'kms:Encrypt',
  'kms:GenerateDataKey',
  'kms:GenerateDataKeyWithoutPlaintext',
  'kms:ReEncryptFrom',
  'kms:ReEncryptTo',
] as const;

/** Properties of {@link DataKey}. */
export interface DataKeyProps {
  readonly config: QueueConfig;
}

/** The one customer-managed key of a Region, for tables, bucket, queues, secrets, log groups and executions. */
export class DataKey extends Construct {
  readonly key: Key;

  constructor(scope: Construct, id: string, props: DataKeyProps) {
    super(scope, id);
    const { config } = props;
    this.key = new Key(this, 'Key', {
      alias: `alias/${config.stackName}-data`,
      description: `Data of ${config.stackName}: tables, documents, secrets, parked records, logs`,
      enableKeyRotation: true,
      removalPolicy: removalPolicyOf(config),
    });
    this.key.addToResourcePolicy(this.logsStatement(config.stackName));
  }

  /** Lets CloudWatch Logs encrypt only this stack's log groups; in a key policy `*` means this key. */
  private logsStatement(stackName: string): PolicyStatement {
    const stack = Stack.of(this);
    const logGroups = (prefix: string): string =>
      `arn:${stack.partition}:logs:${stack.region}:${stack.account}:log-group:${prefix}`;
    return new PolicyStatement({
      principals: [new ServicePrincipal(`logs.${stack.region}.amazonaws.com`)],
      actions: [...LOGS_ACTIONS],
      resources: ['*'],
      conditions: {
        ArnLike: {
          'kms:EncryptionContext:aws:logs:arn': [
            logGroups(`/aws/lambda/${stackName}-*`),
            logGroups(`/aws/vendedlogs/${stackName}/*`),
          ],
        },
      },
    });
  }

  /** The right to use the key through `service`, never directly. */
  useThrough(service: EncryptedService): PolicyStatement {
    const { region } = Stack.of(this);
    return new PolicyStatement({
      actions: [...ACTIONS_BY_SERVICE[service]],
      resources: [this.key.keyArn],
      conditions: { StringEquals: { 'kms:ViaService': `${service}.${region}.amazonaws.com` } },
    });
  }
}
