/** Sets up what is missing in the template: secret values, and the TTL, which the emulator ignores in templates. */
import { DynamoDBClient, UpdateTimeToLiveCommand } from '@aws-sdk/client-dynamodb';
import { PutSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { LEDGER_TABLE } from '../../lambdas/shared/contracts/environment.ts';
import { LOCAL_REGION } from './cdk.ts';
import type { AwsKeys } from './cdk.ts';
import type { StackOutputs } from './outputs.ts';

/** Credentials of the two providers. */
export interface ProviderSecretValues {
  readonly crmToken: string;
  readonly slackBotToken: string;
  readonly slackSigningSecret: string;
}

/** Address and resources of the stack. */
export interface StackAddress {
  readonly awsEndpointUrl: string;
  readonly keys: AwsKeys;
}

const putSecrets = async (
  address: StackAddress,
  outputs: StackOutputs,
  values: ProviderSecretValues,
): Promise<void> => {
  const { awsEndpointUrl: endpoint, keys: credentials } = address;
  const client = new SecretsManagerClient({ region: LOCAL_REGION, endpoint, credentials });
  const slack = { botToken: values.slackBotToken, signingSecrets: [values.slackSigningSecret] };
  const put = (SecretId: string, value: object): Promise<unknown> =>
    client.send(new PutSecretValueCommand({ SecretId, SecretString: JSON.stringify(value) }));
  await put(outputs.CrmSecretArn, { token: values.crmToken });
  await put(outputs.SlackSecretArn, slack);
  client.destroy();
};

const enableTtl = async (address: StackAddress, outputs: StackOutputs): Promise<void> => {
  const { awsEndpointUrl: endpoint, keys: credentials } = address;
  const client = new DynamoDBClient({ region: LOCAL_REGION, endpoint, credentials });
  await client.send(
    new UpdateTimeToLiveCommand({
      TableName: outputs.LedgerTableName,
      TimeToLiveSpecification: { AttributeName: LEDGER_TABLE.ttl, Enabled: true },
    }),
  );
  client.destroy();
};

/** Stores the secret values and enables the ledger's TTL. */
export const setUpStack = async (
  address: StackAddress,
  outputs: StackOutputs,
  values: ProviderSecretValues,
): Promise<void> => {
  await Promise.all([putSecrets(address, outputs, values), enableTtl(address, outputs)]);
};
