import { RemovalPolicy } from 'aws-cdk-lib';
import type { QueueConfig } from '../config/queue-config.ts';

/**
 * What happens to resources with data when their stack is deleted: kept in production, deleted elsewhere. Resources that a
 * failed deployment created are deleted in every stage: they hold no data yet, and their fixed names would block the next
 * deployment.
 */
export const removalPolicyOf = (config: QueueConfig): RemovalPolicy =>
  config.protectData ? RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE : RemovalPolicy.DESTROY;

/**
 * The same for resources whose deletion may fail: a protected table, and a bucket with its first access log. A failed
 * deployment keeps them, because otherwise its rollback would fail too. Their names are generated, so they do not block the
 * next deployment.
 */
export const removalPolicyOfUnnamed = (config: QueueConfig): RemovalPolicy =>
  config.protectData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY;
