/** The place of drills: a local environment, with clients that use its root credentials. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { SFNClient } from '@aws-sdk/client-sfn';
import { SQSClient } from '@aws-sdk/client-sqs';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { Target } from '../cli/target/target.ts';
import type { LocalEnvironment } from '../local/environment.ts';
import type { LocalOutputs } from '../local/outputs.ts';
import type { ProviderSecretValues } from '../local/stack-setup.ts';

/** A local environment for drills. */
export interface DrillSite {
  readonly outputs: LocalOutputs;
  readonly secrets: ProviderSecretValues;
  /** The API, with root credentials. */
  readonly target: Target;
  readonly documents: DynamoDBDocumentClient;
  readonly sfn: SFNClient;
  readonly lambda: LambdaClient;
  readonly sqs: SQSClient;
  /** Part of every quote id of this run, so that two runs never share a quote. */
  readonly mark: string;
  /** Reports progress. */
  readonly say: (text: string) => void;
}

/** The emulator's root identity. */
const ROOT_KEYS = { accessKeyId: 'test', secretAccessKey: 'test' };

/** A site in a running environment. @param nowMs start of the run, in ms since the epoch; the quote ids contain it */
export function siteIn(
  environment: Pick<LocalEnvironment, 'outputs' | 'secrets'>,
  nowMs: number,
  say: (text: string) => void,
): DrillSite {
  const { outputs, secrets } = environment;
  const client = { endpoint: outputs.awsEndpointUrl, region: outputs.region, credentials: ROOT_KEYS };
  return {
    outputs,
    secrets,
    target: {
      apiUrl: outputs.apiUrl,
      region: outputs.region,
      credentials: () => Promise.resolve(ROOT_KEYS),
    },
    documents: DynamoDBDocumentClient.from(new DynamoDBClient(client), {
      marshallOptions: { removeUndefinedValues: true },
    }),
    sfn: new SFNClient(client),
    lambda: new LambdaClient(client),
    sqs: new SQSClient(client),
    mark: nowMs.toString(36),
    say,
  };
}
