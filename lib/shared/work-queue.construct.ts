import { Duration } from 'aws-cdk-lib';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import type { QueueProps } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { FunctionName } from './functions.ts';
import type { QueueConfig } from '../config/queue-config.ts';
import { acknowledgePlainHttp } from './acknowledge.ts';
import type { DataKey } from './data-key.construct.ts';
import { FUNCTION_SETTINGS } from './function-settings.ts';
import { deployedQueueName, type QueueRole } from './names.ts';
import { queueUrlOf } from './queue-url.ts';
import { removalPolicyOf } from './retention.ts';
import { isTlsOnly } from './transport.ts';

/** Properties of {@link WorkQueue}. */
export interface WorkQueueProps {
  readonly config: QueueConfig;
  readonly dataKey: DataKey;
  readonly role: 'cards' | 'clicks';
  /** The function that consumes it. */
  readonly consumer: FunctionName;
}

const DEAD_LETTERS = { cards: 'card-dead-letters', clicks: 'click-dead-letters' } as const;

/** AWS recommends six function timeouts, so that a throttled batch is not delivered again while it is being handled. */
const VISIBILITY_TIMEOUTS = 6;
/** Deliveries of a message whose consumer fails; a consumer that wants to wait sends a new message. */
const MAX_RECEIVES = 5;

/** Messages for one function, and the dead letters that it cannot handle. Both are kept for fourteen days. */
export class WorkQueue extends Construct {
  readonly queue: Queue;
  readonly deadLetters: Queue;
  /** URL for sending. */
  readonly url: string;
  /** URL of the dead-letter queue. */
  readonly deadLettersUrl: string;

  constructor(scope: Construct, id: string, props: WorkQueueProps) {
    super(scope, id);
    const { config } = props;
    this.deadLetters = this.addQueue('DeadLetters', DEAD_LETTERS[props.role], props);
    this.queue = this.addQueue('Queue', props.role, props, {
      visibilityTimeout: Duration.seconds(
        VISIBILITY_TIMEOUTS * FUNCTION_SETTINGS[props.consumer].timeoutSeconds,
      ),
      deadLetterQueue: { queue: this.deadLetters, maxReceiveCount: MAX_RECEIVES },
    });
    this.url = queueUrlOf(this.queue, config);
    this.deadLettersUrl = queueUrlOf(this.deadLetters, config);
  }

  private addQueue(
    id: string,
    role: QueueRole,
    { config, dataKey }: WorkQueueProps,
    more: QueueProps = {},
  ): Queue {
    const queue = new Queue(this, id, {
      queueName: deployedQueueName(config.stackName, role),
      encryption: QueueEncryption.KMS,
      encryptionMasterKey: dataKey.key,
      enforceSSL: isTlsOnly(config),
      retentionPeriod: Duration.days(14),
      removalPolicy: removalPolicyOf(config),
      ...more,
    });
    if (!isTlsOnly(config)) acknowledgePlainHttp(queue, 'SQS4');
    return queue;
  }
}
