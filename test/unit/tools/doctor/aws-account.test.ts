/** `doctor aws` on the account: what a first deployment needs. */
import { describe, expect, it } from 'vitest';
import { STAGE_SETTINGS } from '../../../../lib/config/stage-settings.ts';
import { bootstrapRequirement } from '../../../../tools/doctor/aws/bootstrap-check.ts';
import { json } from '../../../../tools/rig/http/http-server.ts';
import {
  type Answers,
  caller,
  concurrency,
  jsonError,
  regionOf,
  xmlError,
} from '../../../helpers/aws/aws-standin.ts';
import {
  awsAnswers,
  findingOn,
  findings,
  REGION,
  statesOf,
  useDoctorLab,
} from '../../../helpers/cli/doctor-lab.ts';

useDoctorLab();

const withQuota = (quota: number, unreserved = quota): Answers => ({
  'lambda:GetAccountSettings': () => concurrency(quota, unreserved),
});

/** The reservation of the function that is asked for. */
const held = ({ target }: { readonly target: string }) => {
  const name = /quoteq-prod-([a-z-]+)/.exec(target)?.[1];
  const [, count] =
    Object.entries(STAGE_SETTINGS.prod.reservedConcurrency).find(([key]) => key === name) ?? [];
  return json(200, { ReservedConcurrentExecutions: count });
};

const version = (value: string): Answers => ({
  'ssm:GetParameter': () => json(200, { Parameter: { Value: value } }),
});

describe('an account that is ready', () => {
  it('has nothing wrong, and is told what to put into the secrets after the deployment', async () => {
    const found = await findings();

    expect(statesOf(found)).toEqual({
      credentials: 'ok',
      Region: 'ok',
      'Lambda concurrency': 'ok',
      bootstrap: 'ok',
      'stack quoteq-prod': 'ok',
      'stack quoteq-prod-observability': 'ok',
      leftovers: 'ok',
      'secret crm': 'skipped',
      'secret slack': 'skipped',
    });
    expect(found.at(-1)?.detail).toContain(
      'put-secret-value --secret-id quoteq-prod/slack --region eu-central-1',
    );
  });
});

describe('Lambda concurrency', () => {
  const reserved = Object.values(STAGE_SETTINGS.prod.reservedConcurrency).reduce(
    (sum, count) => sum + count,
    0,
  );
  const needed = reserved + 100;

  it('is enough from what the stage reserves and the 100 that Lambda keeps', async () => {
    expect(needed).toBe(144);
    expect(await findingOn('Lambda concurrency', withQuota(needed))).toMatchObject({ state: 'ok' });
    expect(await findingOn('Lambda concurrency', withQuota(needed - 1))).toMatchObject({
      state: 'failed',
      fix: 'aws service-quotas request-service-quota-increase --service-code lambda --quota-code L-B99A9384 --desired-value 1000 --region eu-central-1',
    });
  });

  it('asks for as much more as is missing when the quota is high and others have reserved it', async () => {
    const found = await findingOn('Lambda concurrency', withQuota(2_000, 120));

    expect(found?.fix).toContain('--desired-value 2024');
  });

  it('counts what the stage itself has reserved already', async () => {
    const found = await findingOn('Lambda concurrency', {
      ...withQuota(needed, 100),
      'lambda:GetFunctionConcurrency': held,
    });

    expect(found).toMatchObject({ state: 'ok' });
    expect(found?.detail).toContain(`${reserved} held by this stage`);
  });

  it('is enough with the 10 of a new account where a stage reserves none', async () => {
    expect(await findingOn('Lambda concurrency', withQuota(10), 'dev')).toMatchObject({ state: 'ok' });
  });
});

describe('the Region', () => {
  it('is told from the caller: AWS knows the caller elsewhere', async () => {
    awsAnswers({
      'sts:GetCallerIdentity': (request) =>
        regionOf(request) === REGION
          ? xmlError('InvalidClientTokenId', 'The security token included in the request is invalid', 403)
          : caller(),
    });

    const found = await findings();

    expect(statesOf(found)).toMatchObject({ credentials: 'ok', Region: 'failed' });
    expect(found[1]?.fix).toContain('aws account enable-region --region-name eu-central-1');
  });

  it('is not looked at when AWS knows the caller nowhere, and nothing else is', async () => {
    awsAnswers({
      'sts:GetCallerIdentity': () => xmlError('ExpiredToken', 'The security token has expired', 403),
    });

    const found = await findings();

    expect(found).toMatchObject([
      { subject: 'credentials', state: 'failed', detail: 'ExpiredToken: The security token has expired' },
      { subject: 'Region', state: 'skipped' },
      { subject: 'everything else', state: 'skipped' },
    ]);
    expect(found[0]?.fix).toContain('AWS_PROFILE');
  });
});

describe('the bootstrap', () => {
  it('must be as new as the templates of this release ask for', async () => {
    const needed = bootstrapRequirement().version;

    expect(await findingOn('bootstrap', version(String(needed)))).toMatchObject({ state: 'ok' });
    expect(await findingOn('bootstrap', version(String(needed - 1)))).toMatchObject({
      state: 'failed',
      fix: 'npx cdk bootstrap aws://123456789012/eu-central-1',
    });
  });

  it('is missing without its parameter', async () => {
    const none = { 'ssm:GetParameter': () => jsonError('ParameterNotFound', '') };

    expect(await findingOn('bootstrap', none)).toMatchObject({
      state: 'failed',
      fix: 'npx cdk bootstrap aws://123456789012/eu-central-1',
    });
  });

  it('is broken without its bucket', async () => {
    const found = await findingOn('bootstrap', { 's3:HeadBucket': () => ({ status: 404 }) });

    expect(found).toMatchObject({ state: 'failed' });
    expect(found?.fix).toContain('delete-stack --stack-name CDKToolkit');
  });
});
