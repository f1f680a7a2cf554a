import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { mockClient } from 'aws-sdk-client-mock';
import { afterEach, describe, expect, it } from 'vitest';
import { providerToken, slackSecret } from '../../../../lambdas/shared/adapters/secrets.ts';
import { readCredentials } from '../../../../tools/doctor/deployment.ts';
import { ProviderSecretsEditor } from '../../../../tools/secrets/provider-secrets.ts';

const mock = mockClient(SecretsManagerClient);
afterEach(() => mock.reset());

const stored = (content: unknown): void => {
  mock.on(GetSecretValueCommand).resolves({ SecretString: JSON.stringify(content) });
};
/** Secrets are cached by name, so each test reads its own secret. */
let reads = 0;
const arn = (): string => `arn:aws:secretsmanager:eu-central-1:111122223333:secret:${(reads += 1)}`;

const SLACK = { botToken: 'xoxb-1', signingSecrets: ['new', 'old'] };
const DOCTOR = {
  stage: 'dev',
  apiUrl: 'https://a.example',
  region: 'eu-central-1',
  credentials: () => Promise.resolve({ accessKeyId: 'a', secretAccessKey: 'b' }),
};
const READERS = [
  ['a function', () => slackSecret(arn())],
  ['the doctor', () => readCredentials(DOCTOR, arn())],
  [
    'the rotation command',
    () => new ProviderSecretsEditor({ stage: 'dev', client: { region: 'eu-central-1' } }).show(),
  ],
] as const;

describe('slackSecret', () => {
  it('reads one signing secret, or two during a rotation, and ignores other fields', async () => {
    stored({ ...SLACK, note: 'rotated on Friday' });

    expect(await slackSecret(arn())).toEqual(SLACK);
  });

  it.each([
    ['three signing secrets', { ...SLACK, signingSecrets: ['a', 'b', 'c'] }, 'signingSecrets'],
    ['no signing secret', { ...SLACK, signingSecrets: [] }, 'signingSecrets'],
    ['a blank signing secret', { ...SLACK, signingSecrets: ['new', ' '] }, 'signingSecrets.1'],
    [
      'a signing secret with the end of its line',
      { ...SLACK, signingSecrets: ['new\n'] },
      'signingSecrets.0',
    ],
    ['no bot token', { signingSecrets: ['new'] }, 'botToken'],
  ])('refuses %s as a misconfiguration, with the field but no value', async (_title, content, field) => {
    stored(content);

    await expect(slackSecret(arn())).rejects.toMatchObject({
      code: 'PROVIDER_MISCONFIGURED',
      detail: `The secret is not as documented: ${field}`,
    });
  });

  it('uses a repaired secret at once', async () => {
    const name = arn();
    const broken = JSON.stringify({ ...SLACK, signingSecrets: ['a', 'b', 'c'] });
    mock
      .on(GetSecretValueCommand)
      .resolvesOnce({ SecretString: broken })
      .resolves({ SecretString: JSON.stringify(SLACK) });

    expect(await slackSecret(name)).toEqual(SLACK);
  });

  it.each(READERS)('is invalid to %s with three signing secrets', async (_who, read) => {
    mock
      .on(GetSecretValueCommand)
      .resolves({ SecretString: JSON.stringify({ ...SLACK, signingSecrets: ['a', 'b', 'c'] }) })
      .on(GetSecretValueCommand, { SecretId: 'quoteq-dev/crm' })
      .resolves({ SecretString: JSON.stringify({ token: 'crm-1' }) });

    await expect(read()).rejects.toThrow(/not as documented.*signingSecrets/);
  });
});

describe('providerToken', () => {
  it('refuses an empty token', async () => {
    stored({ token: '' });

    await expect(providerToken(arn())).rejects.toMatchObject({ code: 'PROVIDER_MISCONFIGURED' });
  });
});
