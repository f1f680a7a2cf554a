/** Reads the deployed configuration from the functions' own variables, because those are what the functions use. */
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import * as z from 'zod/mini';
import { sendAwsRequestTo } from '../rig/aws/aws-request.ts';
import { Env } from '../../lambdas/shared/contracts/environment.ts';
import type { FunctionName } from '../../lib/shared/functions.ts';
import { type SlackSecret, slackSecretSchema } from '../../lambdas/shared/contracts/provider-secrets.ts';
import { readFunctionEnvironment, type ReadVariable } from '../cli/target/function-environment.ts';
import type { Target } from '../cli/target/target.ts';

/** A deployment and the AWS endpoint it uses. */
export interface DoctorTarget extends Target {
  /** Stage name: `local`, `dev` or `prod`. */
  readonly stage: string;
  /** Address of the local AWS; absent on AWS. */
  readonly awsEndpointUrl?: string;
}

/** Slack settings of the deployed functions. */
export interface SlackDeployment {
  /** URL of Slack's Web API, with a slash at the end. */
  readonly slackApiUrl: string;
  readonly channelId: string;
  readonly secretArn: string;
  readonly operatorsParameter: string;
}

const clientOptions = ({ region, credentials, awsEndpointUrl }: DoctorTarget) => ({
  region,
  credentials,
  ...(awsEndpointUrl === undefined ? {} : { endpoint: awsEndpointUrl }),
});

/** @throws {Error} when a function does not exist, or lacks a variable */
export async function readDeployment(target: DoctorTarget): Promise<SlackDeployment> {
  const read = (name: FunctionName): Promise<ReadVariable> =>
    readFunctionEnvironment(clientOptions(target), target.stage, name);
  const card = await read('update-card');
  const click = await read('slack-interactions');
  return {
    slackApiUrl: card(Env.SlackApiUrl),
    channelId: card(Env.SlackChannelId),
    secretArn: card(Env.SlackSecretArn),
    operatorsParameter: click(Env.OperatorsParameter),
  };
}

/** The parser's error quotes its input, so it is dropped. */
function parsedOrNothing(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

/** @throws {Error} when the secret has no value, or not the documented shape; no message contains its value */
export async function readCredentials(target: DoctorTarget, secretArn: string): Promise<SlackSecret> {
  const client = new SecretsManagerClient(clientOptions(target));
  try {
    const { SecretString = '' } = await client.send(new GetSecretValueCommand({ SecretId: secretArn }));
    const parsed = slackSecretSchema.safeParse(parsedOrNothing(SecretString));
    if (parsed.success) return parsed.data;
    const fields = parsed.error.issues.map((issue) => issue.path.join('.') || '(the whole)').join(', ');
    throw new Error(`the secret's value is not as documented: ${fields}`);
  } finally {
    client.destroy();
  }
}

const parameterSchema = z.object({ Parameter: z.object({ Value: z.string() }) });
const REQUEST_TIMEOUT_MS = 10_000;

/** Value of an SSM parameter. @throws {Error} when it cannot be read */
export async function readParameter(target: DoctorTarget, name: string): Promise<string> {
  const url = new URL(target.awsEndpointUrl ?? `https://ssm.${target.region}.amazonaws.com`);
  const response = await sendAwsRequestTo(
    { url, region: target.region, credentials: await target.credentials() },
    {
      service: 'ssm',
      operation: 'AmazonSSM.GetParameter',
      body: { Name: name },
      timeoutMs: REQUEST_TIMEOUT_MS,
    },
  );
  if (!response.ok) throw new Error(`SSM answered ${response.status}`);
  return parameterSchema.parse(await response.json()).Parameter.Value;
}
