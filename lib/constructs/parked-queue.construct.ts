import { Duration } from 'aws-cdk-lib';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { QueueConfig } from '../config/queue-config.ts';
import { acknowledge } from './acknowledge.ts';
import type { DataKey } from './data-key.construct.ts';
import { removalPolicyOf } from './retention.ts';

/** Properties of {@link ParkedQueue}. */
export interface ParkedQueueProps {
  readonly config: QueueConfig;
  readonly dataKey: DataKey;
}

/** Where a transition goes that could not be published: nothing reads it but an operator, for fourteen days. */
export class ParkedQueue extends Construct {
  readonly queue: Queue;

  constructor(scope: Construct, id: string, props: ParkedQueueProps) {
    super(scope, id);
    this.queue = new Queue(this, 'Queue', {
      encryption: QueueEncryption.KMS,
      encryptionMasterKey: props.dataKey.key,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
      removalPolicy: removalPolicyOf(props.config),
    });
    acknowledge(
      this.queue,
      'SQS3',
      'This is itself the dead-letter place; nothing consumes it that could fail.',
    );
  }
}
