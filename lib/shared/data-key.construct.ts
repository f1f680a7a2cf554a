import { Stack } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import type { QueueConfig } from '../config/queue-config.ts';
import { removalPolicyOf } from './retention.ts';

/** Services that functions reach encrypted data through. */
export type EncryptedService = 'dynamodb' | 's3' | 'secretsmanager' | 'sqs' | 'states';

/** Exactly what each service asks of the caller; written out, since `kms:GenerateDataKey*` also allows key pairs. */
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

/** What CloudWatch Logs asks of the key of a log group: its documentation's list, without stars. */
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

/** The one customer-managed key of a Region: tables, bucket, queues, secrets, log groups and executions. */
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

  /** Lets CloudWatch Logs encrypt this stack's log groups and no others; inside a key policy `*` is this key. */
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

  /** The right to use the key when `service` does so on the caller's behalf, never directly. */
  useThrough(service: EncryptedService): PolicyStatement {
    const { region } = Stack.of(this);
    return new PolicyStatement({
      actions: [...ACTIONS_BY_SERVICE[service]],
      resources: [this.key.keyArn],
      conditions: { StringEquals: { 'kms:ViaService': `${service}.${region}.amazonaws.com` } },
    });
  }
}
