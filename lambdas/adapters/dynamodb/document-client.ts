/** The DynamoDB client of every function: bounded waits, and the SDK's own retries kept few. */
import { ConditionalCheckFailedException, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';

/**
 * A document client. 3 requests × (1 s connect + 2 s answer) stay under the 10 s of the shortest function.
 * The SDK repeats a request whose answer was lost; conditional writes carry an attempt id for that.
 */
export const createDocumentClient = (): DynamoDBDocumentClient =>
  DynamoDBDocumentClient.from(
    new DynamoDBClient({
      maxAttempts: 3,
      requestHandler: { connectionTimeout: 1_000, requestTimeout: 2_000 },
    }),
    { marshallOptions: { removeUndefinedValues: true } },
  );

/** The error of a condition that did not hold, or `undefined` for anything else. */
export const conditionFailure = (error: unknown): ConditionalCheckFailedException | undefined =>
  error instanceof ConditionalCheckFailedException ? error : undefined;
