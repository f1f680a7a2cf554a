import { BlockPublicAccess, Bucket, BucketEncryption, ObjectOwnership } from 'aws-cdk-lib/aws-s3';
import type { BucketProps, IBucket } from 'aws-cdk-lib/aws-s3';
import { Duration } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { QueueConfig } from '../config/queue-config.ts';
import type { DataKey } from '../shared/data-key.construct.ts';
import { acknowledgePlainHttp } from '../shared/acknowledge.ts';
import { removalPolicyOfUnnamed } from '../shared/retention.ts';
import { isTlsOnly } from '../shared/transport.ts';

/** Properties of {@link Documents}. */
export interface DocumentsProps {
  readonly config: QueueConfig;
  readonly dataKey: DataKey;
}

/** Prefix of every document's key. */
export const DOCUMENT_PREFIX = 'quotes/';

/**
 * The bucket of rendered quotes, and the bucket of its access logs. Neither is emptied automatically: a stack of a stage
 * without protection can be deleted after its buckets are empty.
 */
export class Documents extends Construct {
  readonly bucket: Bucket;

  constructor(scope: Construct, id: string, props: DocumentsProps) {
    super(scope, id);
    const common: BucketProps = {
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      enforceSSL: isTlsOnly(props.config),
      removalPolicy: removalPolicyOfUnnamed(props.config),
    };
    const accessLogs = new Bucket(this, 'AccessLogs', {
      ...common,
      // The log delivery service cannot write to a bucket under a customer-managed key.
      encryption: BucketEncryption.S3_MANAGED,
      lifecycleRules: [{ expiration: Duration.days(props.config.logRetentionDays) }],
    });
    this.bucket = new Bucket(this, 'Documents', {
      ...common,
      versioned: true,
      encryption: BucketEncryption.KMS,
      encryptionKey: props.dataKey.key,
      bucketKeyEnabled: true,
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- CDK's class declares `isWebsite` wider than IBucket (exactOptionalPropertyTypes)
      serverAccessLogsBucket: accessLogs as IBucket,
      serverAccessLogsPrefix: 'documents/',
    });
    if (isTlsOnly(props.config)) return;
    for (const bucket of [accessLogs, this.bucket]) acknowledgePlainHttp(bucket, 'S10');
  }
}
