/** Redirects the AWS calls of deployed functions to a recorder, and restores them. */
import {
  GetFunctionConfigurationCommand,
  LambdaClient,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda';
import { type AwsAddress, type Recorder, ROOT_KEYS } from './recorder.ts';

/** The variable from which every AWS client reads its endpoint. */
const ENDPOINT = 'AWS_ENDPOINT_URL';

/**
 * Sets the AWS endpoint of each function to its proxy.
 * @param functions name in the records → name or ARN
 * @returns a function that restores the endpoints
 */
export async function rerouteFunctions(
  recorder: Recorder,
  address: AwsAddress,
  functions: Readonly<Record<string, string>>,
): Promise<() => Promise<void>> {
  const { awsEndpointUrl: endpoint, region } = address;
  const lambda = new LambdaClient({ endpoint, region, credentials: ROOT_KEYS });
  const point = async (FunctionName: string, url: string): Promise<void> => {
    const { Environment } = await lambda.send(new GetFunctionConfigurationCommand({ FunctionName }));
    const Variables = { ...Environment?.Variables, [ENDPOINT]: url };
    await lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName, Environment: { Variables } }));
  };
  for (const [caller, name] of Object.entries(functions))
    await point(name, await recorder.endpointFor(caller));
  return async () => {
    for (const name of Object.values(functions)) await point(name, endpoint);
    lambda.destroy();
  };
}
