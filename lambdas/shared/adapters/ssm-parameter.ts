/** Reads an SSM parameter with Powertools' cache. */
import { GetParameterError } from '@aws-lambda-powertools/parameters/errors';
import { SSMProvider } from '@aws-lambda-powertools/parameters/ssm';
import { ParameterNotFound, SSMClient } from '@aws-sdk/client-ssm';
import { clientOptions } from '../platform/client-options.ts';

/** Two tries of at most 1.3 s fit into Slack's three seconds. */
const awsSdkV3Client = new SSMClient(clientOptions({ connectMs: 300, answerMs: 1_000 }));
const parameters = new SSMProvider({ awsSdkV3Client });

/**
 * The value of a parameter, at most `maxAgeSeconds` old; `undefined` when the parameter does not exist.
 * @throws {GetParameterError} when SSM refuses or does not answer; nothing is cached then
 */
export async function ssmParameter(name: string, maxAgeSeconds: number): Promise<string | undefined> {
  try {
    return await parameters.get(name, { maxAge: maxAgeSeconds });
  } catch (thrown) {
    if (thrown instanceof GetParameterError && thrown.cause instanceof ParameterNotFound) return undefined;
    throw thrown;
  }
}
