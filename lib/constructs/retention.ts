import { RemovalPolicy } from 'aws-cdk-lib';
import type { QueueConfig } from '../config/queue-config.ts';

/**
 * What happens to things that hold data when their stack goes: kept in production, deleted elsewhere. What a failed
 * deployment has made itself is deleted everywhere: it holds nothing yet, and under a fixed name it would keep the next
 * deployment from making it.
 */
export const removalPolicyOf = (config: QueueConfig): RemovalPolicy =>
  config.protectData ? RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE : RemovalPolicy.DESTROY;

/**
 * The same for what may refuse to be deleted: a protected table, and a bucket with its first access log. A failed deployment
 * would fail once more at it, so it stays. Its name is generated, and keeps nothing from being made.
 */
export const removalPolicyOfUnnamed = (config: QueueConfig): RemovalPolicy =>
  config.protectData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY;
