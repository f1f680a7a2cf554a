/** A Lambda function that makes one AWS call and returns its result; deployed with the role of another function. */
import {
  DeleteItemCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  ScanCommand,
  UpdateItemCommand,
  QueryCommand,
} from '@aws-sdk/client-dynamodb';
import { HeadObjectCommand, S3Client, S3ServiceException } from '@aws-sdk/client-s3';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';

/** One call to try. */
export type ProbeCall =
  | {
      readonly call: 'get' | 'delete' | 'update';
      readonly table: string;
      readonly key: Record<string, string | number>;
    }
  | { readonly call: 'put'; readonly table: string; readonly key: Record<string, string | number> }
  | { readonly call: 'scan'; readonly table: string }
  | { readonly call: 'query'; readonly table: string; readonly index?: string; readonly attribute: string }
  | { readonly call: 'secret'; readonly secretId: string }
  | { readonly call: 'start'; readonly stateMachineArn: string }
  | { readonly call: 'head'; readonly bucket: string; readonly objectKey: string };

const attributes = (key: Record<string, string | number>) =>
  Object.fromEntries(
    Object.entries(key).map(([name, value]) => [
      name,
      typeof value === 'number' ? { N: String(value) } : { S: value },
    ]),
  );

async function attempt(probe: ProbeCall): Promise<unknown> {
  const dynamo = new DynamoDBClient({});
  switch (probe.call) {
    case 'get':
      return dynamo.send(new GetItemCommand({ TableName: probe.table, Key: attributes(probe.key) }));
    case 'delete':
      return dynamo.send(new DeleteItemCommand({ TableName: probe.table, Key: attributes(probe.key) }));
    case 'update':
      return dynamo.send(new UpdateItemCommand({ TableName: probe.table, Key: attributes(probe.key) }));
    case 'put':
      return dynamo.send(new PutItemCommand({ TableName: probe.table, Item: attributes(probe.key) }));
    case 'scan':
      return dynamo.send(new ScanCommand({ TableName: probe.table, Limit: 1 }));
    case 'query':
      return dynamo.send(
        new QueryCommand({
          TableName: probe.table,
          ...(probe.index === undefined ? {} : { IndexName: probe.index }),
          KeyConditionExpression: '#key = :value',
          ExpressionAttributeNames: { '#key': probe.attribute },
          ExpressionAttributeValues: { ':value': { S: 'nobody' } },
        }),
      );
    case 'secret':
      return new SecretsManagerClient({}).send(new GetSecretValueCommand({ SecretId: probe.secretId }));
    case 'start':
      return new SFNClient({}).send(
        new StartExecutionCommand({ stateMachineArn: probe.stateMachineArn, input: '{}' }),
      );
    case 'head':
      return new S3Client({ forcePathStyle: true }).send(
        new HeadObjectCommand({ Bucket: probe.bucket, Key: probe.objectKey }),
      );
  }
}

/** `allowed`, or the name of the error (from S3 with its status). */
export async function handler(probe: ProbeCall): Promise<string> {
  try {
    await attempt(probe);
    return 'allowed';
  } catch (error) {
    // S3 answers a HEAD without a body, so only the status is known.
    const status = error instanceof S3ServiceException ? ` ${error.$metadata.httpStatusCode}` : '';
    return `${error instanceof Error ? error.name : 'unknown'}${status}`;
  }
}
