import { RemovalPolicy } from 'aws-cdk-lib';
import type { QueueConfig } from '../config/queue-config.ts';

/**
 * What happens to resources that hold data when their stack is deleted: kept in production, deleted elsewhere. What a failed
 * deployment has made itself is deleted in every stage: it holds nothing yet, and its fixed name would block the next
 * deployment.
 */
export const removalPolicyOf = (config: QueueConfig): RemovalPolicy =>
  config.protectData ? RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE : RemovalPolicy.DESTROY;

/**
 * The same for resources whose deletion may fail: a protected table, and a bucket with its first access log. A failed deployment
 * leaves them, since its rollback would fail as well. Their names are generated, so they do not block the next deployment.
 */
export const removalPolicyOfUnnamed = (config: QueueConfig): RemovalPolicy =>
  config.protectData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY;
