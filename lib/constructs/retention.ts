import { RemovalPolicy } from 'aws-cdk-lib';
import type { QueueConfig } from '../config/queue-config.ts';

/** What happens to things that hold data when their stack goes: kept in production, deleted elsewhere. */
export const removalPolicyOf = (config: QueueConfig): RemovalPolicy =>
  config.protectData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY;
