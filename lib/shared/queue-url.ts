import { Stack } from 'aws-cdk-lib';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { QueueConfig } from '../config/queue-config.ts';

/**
 * Address of a queue. The emulator gives queues the host name `localhost`, which the SDK would prefer to the endpoint it
 * was given.
 */
export const queueUrlOf = (queue: Queue, { awsEndpointUrl }: QueueConfig): string =>
  awsEndpointUrl === undefined
    ? queue.queueUrl
    : `${awsEndpointUrl}/${Stack.of(queue).account}/${queue.queueName}`;
