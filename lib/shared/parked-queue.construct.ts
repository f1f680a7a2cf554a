import { Duration } from 'aws-cdk-lib';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { QueueConfig } from '../config/queue-config.ts';
import { acknowledge, acknowledgePlainHttp } from './acknowledge.ts';
import type { DataKey } from './data-key.construct.ts';
import { deployedQueueName, type QueueRole } from './names.ts';
import { queueUrlOf } from './queue-url.ts';
import { removalPolicyOf } from './retention.ts';
import { isTlsOnly } from './transport.ts';

/** Properties of {@link ParkedQueue}. */
export interface ParkedQueueProps {
  readonly config: QueueConfig;
  readonly dataKey: DataKey;
  readonly role: Extract<QueueRole, 'parked' | 'missed-sweeps'>;
}

/**
 * Stores transitions that could not be published, or sweeps that could not be started, for fourteen days. Only operators read
 * it.
 */
export class ParkedQueue extends Construct {
  readonly queue: Queue;
  /** URL for sending. */
  readonly url: string;

  constructor(scope: Construct, id: string, props: ParkedQueueProps) {
    super(scope, id);
    const { config, dataKey, role } = props;
    this.queue = new Queue(this, 'Queue', {
      queueName: deployedQueueName(config.stackName, role),
      encryption: QueueEncryption.KMS,
      encryptionMasterKey: dataKey.key,
      enforceSSL: isTlsOnly(config),
      retentionPeriod: Duration.days(14),
      removalPolicy: removalPolicyOf(config),
    });
    acknowledge(
      this.queue,
      'SQS3',
      'This is itself the dead-letter place; nothing consumes it that could fail.',
    );
    if (!isTlsOnly(config)) acknowledgePlainHttp(this.queue, 'SQS4');
    this.url = queueUrlOf(this.queue, config);
  }
}
