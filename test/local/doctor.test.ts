/** `quoteq doctor slack` on a correct deployment, and on one with single errors. */
import {
  GetSecretValueCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { afterEach, describe, expect, it } from 'vitest';
import type { DoctorTarget } from '../../tools/doctor/deployment.ts';
import type { Finding } from '../../tools/doctor/finding.ts';
import { examine } from '../../tools/doctor/slack.ts';
import { clearFaults, outputs, rootClient, scriptFault, target } from './support/queue.ts';

const doctorTarget: DoctorTarget = { ...target, stage: 'local', awsEndpointUrl: outputs.awsEndpointUrl };
const secrets = new SecretsManagerClient(rootClient);
const secretArn = outputs.stackOutputs['SlackSecretArn'] ?? '';

async function findings(of: DoctorTarget = doctorTarget): Promise<readonly Finding[]> {
  const found: Finding[] = [];
  for await (const finding of examine(of)) found.push(finding);
  return found;
}

afterEach(clearFaults);

describe('the doctor', () => {
  it('finds no error in the local deployment and leaves no message', async () => {
    const found = await findings();

    const states = Object.fromEntries(found.map(({ subject, state }) => [subject, state]));
    expect(states).toEqual({
      deployment: 'ok',
      secret: 'ok',
      'bot token': 'ok',
      scopes: 'skipped',
      channel: 'ok',
      messages: 'ok',
      operators: 'ok',
      'request URL /slack/interactions': 'ok',
      'request URL /slack/commands': 'ok',
      'app manifest': 'skipped',
    });
    const history = await fetch(
      new URL(`conversations.history?channel=${outputs.slackChannelId}`, outputs.slackApiUrl),
    );
    expect(await history.text()).not.toContain('doctor');
  });

  it('names a stage without a deployment', async () => {
    const [first, ...others] = await findings({ ...doctorTarget, stage: 'prod' });

    expect(first).toMatchObject({ subject: 'deployment', state: 'failed' });
    expect(first?.fix).toContain('--stage');
    expect(others).toEqual([]);
  });

  it.each([
    ['bot token', 'auth.test', 'invalid_auth', 'step'],
    ['channel', 'conversations.history', 'not_in_channel', '/invite @quoteq'],
    ['messages', 'chat.postMessage', 'is_archived', 'unarchive'],
  ])('tells how to fix the %s if %s answers %s', async (subject, method, error, fix) => {
    const body = JSON.stringify({ ok: false, error });
    await scriptFault({
      target: 'slack',
      path: `/api/${method}`,
      fault: { kind: 'status', status: 200, body },
    });

    const found = (await findings()).find((finding) => finding.subject === subject);

    expect(found).toMatchObject({ state: 'failed', detail: `${method} answered ${error}` });
    expect(found?.fix).toContain(fix);
  });

  it('names the missing part of the secret without its value', async () => {
    const { SecretString } = await secrets.send(new GetSecretValueCommand({ SecretId: secretArn }));
    const incomplete = JSON.stringify({ botToken: 'xoxb-hidden', signingSecrets: [] });
    await secrets.send(new PutSecretValueCommand({ SecretId: secretArn, SecretString: incomplete }));

    const [, secret] = await findings();
    await secrets.send(new PutSecretValueCommand({ SecretId: secretArn, SecretString }));

    expect(secret).toMatchObject({
      subject: 'secret',
      state: 'failed',
      detail: "the secret's value is not as documented: signingSecrets",
    });
    expect(JSON.stringify(secret)).not.toContain('hidden');
  });
});
