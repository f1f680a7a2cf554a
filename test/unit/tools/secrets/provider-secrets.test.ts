import {
  GetSecretValueCommand,
  PutSecretValueCommand,
  ResourceNotFoundException,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { mockClient } from 'aws-sdk-client-mock';
import { afterEach, describe, expect, it } from 'vitest';
import { ProviderSecretsEditor, readField } from '../../../../tools/secrets/provider-secrets.ts';

const mock = mockClient(SecretsManagerClient);
const editor = new ProviderSecretsEditor({ stage: 'dev', client: { region: 'eu-central-1' } });

function stored(signingSecrets: readonly string[] = ['first'], botToken = 'xoxb-1'): void {
  mock
    .on(GetSecretValueCommand, { SecretId: 'quoteq-dev/crm' })
    .resolves({ SecretString: JSON.stringify({ token: 'crm-1' }) });
  mock
    .on(GetSecretValueCommand, { SecretId: 'quoteq-dev/slack' })
    .resolves({ SecretString: JSON.stringify({ botToken, signingSecrets }) });
}

const written = () =>
  mock.commandCalls(PutSecretValueCommand).map(({ args }) => {
    const { SecretId, SecretString = '' } = args[0].input;
    return [SecretId, JSON.parse(SecretString)];
  });

afterEach(() => mock.reset());

describe('put', () => {
  it('replaces a token and keeps the other fields of its secret', async () => {
    stored(['first', 'older']);

    await editor.put('crm.token', 'crm-2');
    await editor.put('slack.botToken', 'xoxb-2');

    expect(written()).toEqual([
      ['quoteq-dev/crm', { token: 'crm-2' }],
      ['quoteq-dev/slack', { botToken: 'xoxb-2', signingSecrets: ['first', 'older'] }],
    ]);
  });

  it('puts a signing secret before the present one, which stays valid', async () => {
    stored();

    await editor.put('slack.signingSecret', 'second');

    expect(written()).toEqual([
      ['quoteq-dev/slack', { botToken: 'xoxb-1', signingSecrets: ['second', 'first'] }],
    ]);
  });

  it.each([
    ['slack.signingSecret', 'third', ['second', 'first'], 'Two signing secrets are in use'],
    ['slack.signingSecret', 'first', ['first'], 'expected a value that is not in use'],
    ['crm.token', '', ['first'], 'expected text without spaces'],
    ['slack.botToken', 'a b', ['first'], 'expected text without spaces'],
  ] as const)('writes nothing for %s “%s” with the present secret %j', async (field, value, present, why) => {
    stored(present);

    await expect(editor.put(field, value)).rejects.toThrow(why);
    expect(written()).toEqual([]);
  });
});

describe('dropOldSigningSecret', () => {
  it('keeps the newer one', async () => {
    stored(['second', 'first']);

    await editor.dropOldSigningSecret();

    expect(written()).toEqual([['quoteq-dev/slack', { botToken: 'xoxb-1', signingSecrets: ['second'] }]]);
  });

  it('keeps the only one', async () => {
    stored();

    await expect(editor.dropOldSigningSecret()).rejects.toThrow('Only one signing secret is in use');
    expect(written()).toEqual([]);
  });
});

describe('show', () => {
  it('shows fingerprints, never values', async () => {
    stored(['second', 'first']);

    const lines = await editor.show();

    expect(lines.map(({ field }) => field)).toEqual([
      'crm.token',
      'slack.botToken',
      'slack.signingSecret',
      'slack.signingSecret',
    ]);
    expect(lines[0]?.fingerprint).toMatch(/^[0-9a-f]{8}$/);
    expect(JSON.stringify(lines)).not.toMatch(/crm-1|xoxb-1|first|second/);
  });

  it('names an invalid secret without its value', async () => {
    stored();
    mock
      .on(GetSecretValueCommand, { SecretId: 'quoteq-dev/crm' })
      .resolves({ SecretString: '{"tokn":"crm-1"}' });

    const refusal = await editor.show().catch(String);

    expect(refusal).toContain('quoteq-dev/crm is not as documented');
    expect(refusal).not.toContain('crm-1');
  });

  it('tells that a secret has no value yet', async () => {
    mock
      .on(GetSecretValueCommand)
      .rejects(new ResourceNotFoundException({ message: 'no value', $metadata: {} }));

    await expect(editor.show()).rejects.toThrow('has no value yet');
  });
});

describe('readField', () => {
  it('names the fields that can be rotated', () => {
    expect(() => readField('crm')).toThrow(
      'secret: expected one of crm.token, slack.botToken, slack.signingSecret; found crm',
    );
  });
});
