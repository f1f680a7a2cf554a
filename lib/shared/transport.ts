import type { QueueConfig } from '../config/queue-config.ts';

/** Whether buckets and queues refuse plain HTTP. The emulator supports only plain HTTP and would enforce the refusal. */
export const isTlsOnly = (config: QueueConfig): boolean => config.awsEndpointUrl === undefined;
