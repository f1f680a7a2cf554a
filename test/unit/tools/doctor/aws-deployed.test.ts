/** `doctor aws` on secrets and CRM of a deployed stage; test/local/doctor-aws.test.ts tests a correct stage. */
import { describe, expect, it } from 'vitest';
import { findingText } from '../../../../tools/doctor/finding.ts';
import { json } from '../../../../tools/rig/http/http-server.ts';
import { type Answers, jsonError, stackThat } from '../../../helpers/aws/aws-standin.ts';
import {
  awsAnswers,
  crmAnswers,
  crmUrl,
  findingOn,
  findings,
  statesOf,
  useDoctorLab,
} from '../../../helpers/cli/doctor-lab.ts';

useDoctorLab();

const CRM_SECRET = 'pat-hidden-token';

/** A deployed stage whose CRM secret has a value. */
const deployed = (secretOfCrm = JSON.stringify({ token: CRM_SECRET })): Answers => ({
  'cloudformation:DescribeStacks': () => stackThat({ status: 'CREATE_COMPLETE' }),
  'secretsmanager:GetSecretValue': ({ body }) =>
    body.toString().includes('/crm')
      ? json(200, { SecretString: secretOfCrm })
      : jsonError('ResourceNotFoundException', 'no value'),
  'lambda:GetFunctionConfiguration': () =>
    json(200, { Environment: { Variables: { CRM_BASE_URL: crmUrl() } } }),
});

describe('secrets of a deployed stage', () => {
  it('without a value are reported with the command that sets it', async () => {
    expect(await findingOn('secret slack', deployed())).toMatchObject({
      state: 'failed',
      detail: 'quoteq-prod/slack has no value',
      fix: `aws secretsmanager put-secret-value --secret-id quoteq-prod/slack --region eu-central-1 --secret-string '{"botToken":"xoxb-…","signingSecrets":["…"]}'`,
    });
  });

  it.each(['pat-hidden-token', '{"token":"pat-hidden-token with spaces"}', '{"tokens":"pat-hidden-token"}'])(
    'with an invalid shape are errors and never shown: %s',
    async (value) => {
      awsAnswers(deployed(value));

      const found = await findings();

      expect(found.find(({ subject }) => subject === 'secret crm')).toMatchObject({ state: 'failed' });
      expect(found.map(findingText).join('\n')).not.toContain('hidden');
    },
  );

  it('that are scheduled for deletion have to be restored', async () => {
    const found = await findingOn('secret crm', {
      ...deployed(),
      'secretsmanager:GetSecretValue': () =>
        jsonError(
          'InvalidRequestException',
          'You can’t perform this operation on the secret because it was marked for deletion.',
        ),
    });

    expect(found?.fix).toBe(
      'aws secretsmanager restore-secret --secret-id quoteq-prod/crm --region eu-central-1',
    );
  });
});

describe('the CRM of a deployed stage', () => {
  it('accepts the token and has the properties', async () => {
    awsAnswers(deployed());

    expect(statesOf(await findings())).toMatchObject({ 'CRM token': 'ok', 'CRM properties': 'ok' });
  });

  it('that refuses the token is reported with its secret, never with the token', async () => {
    crmAnswers(() => json(401, { message: `bad ${CRM_SECRET}` }));
    awsAnswers(deployed());

    const found = await findings();

    expect(statesOf(found)).toMatchObject({ 'CRM token': 'failed', 'CRM properties': 'skipped' });
    expect(found.map(findingText).join('\n')).not.toContain('hidden');
  });

  it.each([
    ['is missing', () => json(404, {})],
    ['is not unique', () => json(200, { hasUniqueValue: false })],
  ])('has its property named that %s', async (problem, answer) => {
    crmAnswers(answer);

    const found = await findingOn('CRM properties', deployed());

    expect(found?.detail).toContain(`quoteq_effect_key ${problem}`);
    expect(found?.fix).toContain('docs/crm-setup.md');
  });
});
