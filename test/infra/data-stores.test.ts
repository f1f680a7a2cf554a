import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { Stage } from '../../lib/config/queue-config.ts';
import type { Resource, Synthesis } from './synthesis.ts';
import { synthesize } from './synthesis.ts';

const TABLE = 'AWS::DynamoDB::GlobalTable';
const STAGES = Object.values(Stage);
const byStage = new Map(STAGES.map((stage) => [stage, synthesize(stage)]));
const of = (stage: Stage): Synthesis => byStage.get(stage) ?? synthesize(stage);

const keyArnOf = ({ ofType }: Synthesis): unknown => {
  const [keyId] = ofType('AWS::KMS::Key').map(([logicalId]) => logicalId);
  return { 'Fn::GetAtt': [keyId, 'Arn'] };
};

const replicasOf = (table: Resource): readonly Record<string, unknown>[] => {
  const replicas = table.Properties['Replicas'];
  return Array.isArray(replicas) ? replicas : [];
};

describe.each(STAGES)('shape of the tables of stage %s', (stage) => {
  const synthesis = of(stage);
  const { ofType } = synthesis;

  it('has Tasks with its key, its two indexes and a stream of new images', () => {
    expect(
      synthesis.having(TABLE, {
        KeySchema: [{ AttributeName: 'taskId', KeyType: 'HASH' }],
        GlobalSecondaryIndexes: [
          {
            IndexName: 'byQuote',
            KeySchema: [
              { AttributeName: 'quoteId', KeyType: 'HASH' },
              { AttributeName: 'createdAtMs', KeyType: 'RANGE' },
            ],
            Projection: { ProjectionType: 'KEYS_ONLY' },
          },
          {
            IndexName: 'byDeadline',
            KeySchema: [
              { AttributeName: 'dueShard', KeyType: 'HASH' },
              { AttributeName: 'dueAtMs', KeyType: 'RANGE' },
            ],
            Projection: { ProjectionType: 'KEYS_ONLY' },
          },
        ],
        AttributeDefinitions: Match.arrayWith([
          { AttributeName: 'createdAtMs', AttributeType: 'N' },
          { AttributeName: 'dueShard', AttributeType: 'S' },
          { AttributeName: 'dueAtMs', AttributeType: 'N' },
        ]),
        StreamSpecification: { StreamViewType: 'NEW_IMAGE' },
      }),
    ).not.toThrow();
  });

  it('has a time to live only for ledger records', () => {
    const expiring = ofType(TABLE).filter(
      ([, table]) => table.Properties['TimeToLiveSpecification'] !== undefined,
    );

    expect(expiring.map(([, table]) => table.Properties)).toMatchObject([
      {
        KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
        TimeToLiveSpecification: { AttributeName: 'expiresAtEpochSeconds', Enabled: true },
      },
    ]);
  });

  it('has Audit with task and version as its key', () => {
    expect(
      synthesis.having(TABLE, {
        KeySchema: [
          { AttributeName: 'taskId', KeyType: 'HASH' },
          { AttributeName: 'version', KeyType: 'RANGE' },
        ],
        AttributeDefinitions: Match.arrayWith([{ AttributeName: 'version', AttributeType: 'N' }]),
      }),
    ).not.toThrow();
  });
});

describe.each(STAGES)('protection of the tables of stage %s', (stage) => {
  const synthesis = of(stage);
  const { ofType } = synthesis;
  const encrypted = { SSESpecification: { KMSMasterKeyId: Match.anyValue() } };
  const restorable = { PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true } };

  it('bills every table on demand, encrypts it with the data key and can restore it', () => {
    expect(ofType(TABLE)).toHaveLength(5);
    expect(
      synthesis.allHaving(TABLE, {
        BillingMode: 'PAY_PER_REQUEST',
        SSESpecification: { SSEEnabled: true, SSEType: 'KMS' },
        Replicas: [Match.objectLike({ ...encrypted, ...restorable })],
      }),
    ).not.toThrow();
  });

  it('protects tables from deletion in production only', () => {
    const isProd = stage === Stage.Prod;

    for (const [, table] of ofType(TABLE)) {
      expect(table.DeletionPolicy).toBe(isProd ? 'Retain' : 'Delete');
      expect(replicasOf(table).map((replica) => replica['DeletionProtectionEnabled'])).toEqual([isProd]);
    }
  });

  it('denies changes of the audit trail to all except the break-glass role', () => {
    const policies = ofType(TABLE).flatMap(([, table]) =>
      replicasOf(table).flatMap((replica) => replica['ResourcePolicy'] ?? []),
    );

    expect(policies).toHaveLength(1);
    expect(policies[0]).toMatchObject({
      PolicyDocument: {
        Statement: [
          {
            Effect: 'Deny',
            Principal: { AWS: '*' },
            Action: expect.arrayContaining([
              'dynamodb:BatchWriteItem',
              'dynamodb:DeleteItem',
              'dynamodb:PartiQLDelete',
              'dynamodb:PartiQLUpdate',
              'dynamodb:UpdateItem',
            ]),
            Condition: {
              ArnNotEquals: {
                'aws:PrincipalArn': {
                  'Fn::Join': ['', expect.arrayContaining([':role/quoteq-break-glass'])],
                },
              },
            },
          },
        ],
      },
    });
  });
});

describe.each(STAGES)('key and buckets of stage %s', (stage) => {
  const synthesis = of(stage);
  const { ofType } = synthesis;
  const keyArn = keyArnOf(synthesis);

  it('has one key, which rotates', () => {
    expect(ofType('AWS::KMS::Key')).toHaveLength(1);
    expect(synthesis.allHaving('AWS::KMS::Key', { EnableKeyRotation: true })).not.toThrow();
  });

  it('keeps documents private, versioned and encrypted with the key, with access logs', () => {
    expect(
      synthesis.having('AWS::S3::Bucket', {
        BucketEncryption: {
          ServerSideEncryptionConfiguration: [
            {
              BucketKeyEnabled: true,
              ServerSideEncryptionByDefault: { KMSMasterKeyID: keyArn, SSEAlgorithm: 'aws:kms' },
            },
          ],
        },
        LoggingConfiguration: { DestinationBucketName: Match.anyValue() },
        VersioningConfiguration: { Status: 'Enabled' },
      }),
    ).not.toThrow();
    expect(
      synthesis.allHaving('AWS::S3::Bucket', {
        PublicAccessBlockConfiguration: {
          BlockPublicAcls: true,
          BlockPublicPolicy: true,
          IgnorePublicAcls: true,
          RestrictPublicBuckets: true,
        },
      }),
    ).not.toThrow();
  });

  it('denies plain HTTP to buckets and queue everywhere except on the emulator', () => {
    const policies = [...ofType('AWS::S3::BucketPolicy'), ...ofType('AWS::SQS::QueuePolicy')];
    const refusing = policies.filter(([, policy]) =>
      JSON.stringify(policy).includes('"aws:SecureTransport":"false"'),
    );

    expect(refusing).toHaveLength(stage === Stage.Local ? 0 : 8);
  });
});

describe.each(STAGES)('queue, secrets and logs of stage %s', (stage) => {
  const synthesis = of(stage);
  const { ofType } = synthesis;
  const keyArn = keyArnOf(synthesis);

  it('keeps messages, parked records and dead letters for fourteen days, encrypted with the key', () => {
    expect(ofType('AWS::SQS::Queue')).toHaveLength(6);
    expect(
      synthesis.allHaving('AWS::SQS::Queue', {
        KmsMasterKeyId: keyArn,
        MessageRetentionPeriod: 14 * 24 * 60 * 60,
      }),
    ).not.toThrow();
  });

  it('creates secrets with the key, named by stage, without values in the template', () => {
    const secrets = ofType('AWS::SecretsManager::Secret').map(([, secret]) => secret.Properties);

    expect(secrets.map((secret) => secret['Name'])).toEqual([`quoteq-${stage}/crm`, `quoteq-${stage}/slack`]);
    for (const secret of secrets) {
      expect(Object.keys(secret).toSorted()).toEqual(['Description', 'KmsKeyId', 'Name']);
      expect(secret['KmsKeyId']).toEqual(keyArn);
    }
  });

  it('keeps every log for a set time, encrypted with the key', () => {
    expect(ofType('AWS::Logs::LogGroup')).toHaveLength(15);
    expect(
      synthesis.allHaving('AWS::Logs::LogGroup', {
        KmsKeyId: keyArn,
        RetentionInDays: { [Stage.Local]: 7, [Stage.Dev]: 30, [Stage.Prod]: 365 }[stage],
      }),
    ).not.toThrow();
  });
});
