/** The DynamoDB client of every function. */
import { ConditionalCheckFailedException, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { CLIENT_OPTIONS } from '../../platform/client-options.ts';

/** A document client that gives up in time. */
export const createDocumentClient = (): DynamoDBDocumentClient =>
  DynamoDBDocumentClient.from(new DynamoDBClient(CLIENT_OPTIONS), {
    marshallOptions: { removeUndefinedValues: true },
  });

/** The error of a condition that did not hold, or `undefined` for anything else. */
export const conditionFailure = (error: unknown): ConditionalCheckFailedException | undefined =>
  error instanceof ConditionalCheckFailedException ? error : undefined;
