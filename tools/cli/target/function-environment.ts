/** Reads the configuration of a deployment from its functions, because their variables are what the functions use. */
import {
  GetFunctionConfigurationCommand,
  LambdaClient,
  type LambdaClientConfig,
} from '@aws-sdk/client-lambda';
import type { EnvName } from '../../../lambdas/shared/contracts/environment.ts';
import type { FunctionName } from '../../../lib/shared/functions.ts';

/** Name of a deployed function. KEEP IN STEP WITH lib/shared/names.ts */
export const deployedName = (stage: string, name: FunctionName): string => `quoteq-${stage}-${name}`;

/** A function's variable. @throws {Error} when the function lacks it */
export type ReadVariable = (name: EnvName) => string;

/** The variables of a function of a stage. @throws {Error} if the function does not exist */
export async function readFunctionEnvironment(
  options: LambdaClientConfig,
  stage: string,
  name: FunctionName,
): Promise<ReadVariable> {
  const client = new LambdaClient(options);
  const deployed = deployedName(stage, name);
  try {
    const answer = await client.send(new GetFunctionConfigurationCommand({ FunctionName: deployed }));
    return (variable) => {
      const value = answer.Environment?.Variables?.[variable];
      if (value === undefined || value === '')
        throw new Error(`${deployed}: expected the variable ${variable}`);
      return value;
    };
  } finally {
    client.destroy();
  }
}
