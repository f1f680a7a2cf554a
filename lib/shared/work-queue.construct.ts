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
  /** Function that consumes it. */
  readonly consumer: FunctionName;
}

const DEAD_LETTERS = { cards: 'card-dead-letters', clicks: 'click-dead-letters' } as const;

/** AWS asks for six function timeouts, so that a throttled batch does not come back while it is being handled. */
const VISIBILITY_TIMEOUTS = 6;
/** Deliveries of a message whose consumer fails or dies; a consumer that wants to wait sends the message again. */
const MAX_RECEIVES = 5;

/** Messages for one function, and where those go that it cannot handle. Both keep a message for fourteen days. */
export class WorkQueue extends Construct {
  readonly queue: Queue;
  readonly deadLetters: Queue;
  /** Address to send to. */
  readonly url: string;
  /** Address of the dead letters. */
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
