/** `doctor aws` on the account: the needs of a first deployment. */
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

/** The reservation of the requested function. */
const held = ({ target }: { readonly target: string }) => {
  const name = /quoteq-prod-([a-z-]+)/.exec(target)?.[1];
  const [, count] =
    Object.entries(STAGE_SETTINGS.prod.reservedConcurrency).find(([key]) => key === name) ?? [];
  return json(200, { ReservedConcurrentExecutions: count });
};

const version = (value: string): Answers => ({
  'ssm:GetParameter': () => json(200, { Parameter: { Value: value } }),
});

describe('a ready account', () => {
  it('has no errors, and gets the values for the secrets after the deployment', async () => {
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

  it("is enough from the stage's reservation plus the 100 of Lambda", async () => {
    expect(needed).toBe(144);
    expect(await findingOn('Lambda concurrency', withQuota(needed))).toMatchObject({ state: 'ok' });
    expect(await findingOn('Lambda concurrency', withQuota(needed - 1))).toMatchObject({
      state: 'failed',
      fix: 'aws service-quotas request-service-quota-increase --service-code lambda --quota-code L-B99A9384 --desired-value 1000 --region eu-central-1',
    });
  });

  it('requires the missing amount if the quota is high and others have reserved it', async () => {
    const found = await findingOn('Lambda concurrency', withQuota(2_000, 120));

    expect(found?.fix).toContain('--desired-value 2024');
  });

  it("counts the stage's existing reservation", async () => {
    const found = await findingOn('Lambda concurrency', {
      ...withQuota(needed, 100),
      'lambda:GetFunctionConcurrency': held,
    });

    expect(found).toMatchObject({ state: 'ok' });
    expect(found?.detail).toContain(`${reserved} held by this stage`);
  });

  it('is enough with the 10 of a new account if a stage reserves none', async () => {
    expect(await findingOn('Lambda concurrency', withQuota(10), 'dev')).toMatchObject({ state: 'ok' });
  });
});

describe('the Region', () => {
  it('is wrong if AWS knows the caller only in another Region', async () => {
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

  it('is not checked, like all else, if AWS does not know the caller in any Region', async () => {
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
  it("must have the version that this release's templates require", async () => {
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
