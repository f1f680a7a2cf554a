/** `quoteq doctor aws` on a correct deployment, on one with single errors, and before a deployment. */
import {
  CreateSecretCommand,
  DeleteSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { afterEach, describe, expect, it } from 'vitest';
import { examineAws } from '../../tools/doctor/aws/aws.ts';
import { siteOf } from '../../tools/doctor/aws/site.ts';
import { type Finding, findingText } from '../../tools/doctor/finding.ts';
import { clearFaults, outputs, rootClient, scriptFault } from './support/queue.ts';

const secrets = new SecretsManagerClient(rootClient);
const CRM_SECRET = 'quoteq-local/crm';

async function findings(stage = 'local'): Promise<readonly Finding[]> {
  const client = {
    region: outputs.region,
    endpoint: outputs.awsEndpointUrl,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  };
  const found: Finding[] = [];
  for await (const finding of examineAws(siteOf({ stage, client }))) found.push(finding);
  return found;
}
const statesOf = (found: readonly Finding[]) =>
  Object.fromEntries(found.map(({ subject, state }) => [subject, state]));

afterEach(clearFaults);

describe('doctor aws', () => {
  it('finds no error in the local deployment', async () => {
    expect(statesOf(await findings())).toEqual({
      credentials: 'ok',
      Region: 'ok',
      'Lambda concurrency': 'ok',
      bootstrap: 'ok',
      'stack quoteq-local': 'ok',
      'secret crm': 'ok',
      'secret slack': 'ok',
      'Slack bot token': 'ok',
      'Slack scopes': 'skipped',
      'Slack channel': 'ok',
      'Slack messages': 'ok',
      'Slack operators': 'ok',
      'Slack request URL /slack/interactions': 'ok',
      'Slack request URL /slack/commands': 'ok',
      'Slack app manifest': 'skipped',
      'CRM token': 'ok',
      'CRM properties': 'ok',
    });
  });

  it('names a CRM that refuses its token, and still checks Slack', async () => {
    await scriptFault({
      target: 'crm',
      path: '/crm/v3/properties/deals/quoteq_effect_key',
      fault: { kind: 'status', status: 401 },
    });

    expect(statesOf(await findings())).toMatchObject({
      'Slack channel': 'ok',
      'CRM token': 'failed',
      'CRM properties': 'skipped',
    });
  });

  it('names the wrong part of a secret, checks the rest, and does not show the value', async () => {
    const { SecretString } = await secrets.send(new GetSecretValueCommand({ SecretId: CRM_SECRET }));
    const wrong = JSON.stringify({ token: 'hidden token' });
    await secrets.send(new PutSecretValueCommand({ SecretId: CRM_SECRET, SecretString: wrong }));

    const found = await findings();
    await secrets.send(new PutSecretValueCommand({ SecretId: CRM_SECRET, SecretString }));

    expect(found.find(({ subject }) => subject === 'secret crm')).toMatchObject({
      state: 'failed',
      detail: 'its value is not as documented: token',
    });
    expect(statesOf(found)).toMatchObject({ 'secret slack': 'ok', 'Slack channel': 'ok', CRM: 'skipped' });
    expect(found.map(findingText).join('\n')).not.toContain('hidden');
  });

  it('names leftovers of an earlier deployment, before the next one fails because of them', async () => {
    const Name = 'quoteq-prod/slack';
    await secrets.send(new CreateSecretCommand({ Name, SecretString: 'kept' }));

    const found = await findings('prod');
    await secrets.send(new DeleteSecretCommand({ SecretId: Name, ForceDeleteWithoutRecovery: true }));

    expect(found.find(({ subject }) => subject === 'leftovers')).toMatchObject({
      state: 'failed',
      detail: `exist without their stack: ${Name}`,
    });
    expect(statesOf(await findings('prod'))).toMatchObject({ leftovers: 'ok', 'secret crm': 'skipped' });
  });
});
