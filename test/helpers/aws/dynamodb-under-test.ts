/** The DynamoDB of a contract suite: the test's own engine in the project `fast`, the local AWS in the project `local`. */
import { inject } from 'vitest';
import { DynamoDbEngine } from '../../../tools/engines/dynamodb-engines.ts';
import type { LocalOutputs } from '../../../tools/local/outputs.ts';
import { type DynamoDbServer, startDynamoDb, useDynamoDb } from '../../../tools/rig/aws/dynamodb-server.ts';

/** Absent if the project starts no local AWS, although the types of the other project say otherwise. */
const localOutputs = (): LocalOutputs | undefined => inject('outputs');

/** The engine under test. */
export const engineUnderTest = (): DynamoDbEngine =>
  localOutputs() === undefined ? DynamoDbEngine.Dynoxide : DynamoDbEngine.MiniStack;

/** Starts the engine, or empties it; `stop` ends a started engine. */
export function startDynamoDbUnderTest(): Promise<DynamoDbServer> {
  const outputs = localOutputs();
  return outputs === undefined ? startDynamoDb() : useDynamoDb(outputs.awsEndpointUrl);
}
