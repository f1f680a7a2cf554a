import { Stack } from 'aws-cdk-lib';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { QueueConfig } from '../config/queue-config.ts';

/**
 * URL of a queue. The emulator's queue URLs have the host name `localhost`, which the SDK would prefer to its configured
 * endpoint.
 */
export const queueUrlOf = (queue: Queue, { awsEndpointUrl }: QueueConfig): string =>
  awsEndpointUrl === undefined
    ? queue.queueUrl
    : `${awsEndpointUrl}/${Stack.of(queue).account}/${queue.queueName}`;
