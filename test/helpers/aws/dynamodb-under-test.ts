/** The DynamoDB that a contract suite runs on: of the test's own in the fast project, of the local AWS in the local one. */
import { inject } from 'vitest';
import { DynamoDbEngine } from '../../../tools/engines/dynamodb-engines.ts';
import type { LocalOutputs } from '../../../tools/local/outputs.ts';
import { type DynamoDbServer, startDynamoDb, useDynamoDb } from '../../../tools/rig/aws/dynamodb-server.ts';

/** Absent where the project starts no local AWS, whatever the types of the other project say. */
const localOutputs = (): LocalOutputs | undefined => inject('outputs');

/** Which engine it is. */
export const engineUnderTest = (): DynamoDbEngine =>
  localOutputs() === undefined ? DynamoDbEngine.Dynoxide : DynamoDbEngine.MiniStack;

/** Starts it, or empties it; `stop` ends what was started. */
export function startDynamoDbUnderTest(): Promise<DynamoDbServer> {
  const outputs = localOutputs();
  return outputs === undefined ? startDynamoDb() : useDynamoDb(outputs.awsEndpointUrl);
}
