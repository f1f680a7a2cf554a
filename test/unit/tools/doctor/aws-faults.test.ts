/** `doctor aws` with failing reads, and its command. */
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { doctorAws } from '../../../../tools/doctor/aws/aws.ts';
import { findingText } from '../../../../tools/doctor/finding.ts';
import { json, startServer } from '../../../../tools/rig/http/http-server.ts';
import { concurrency, jsonError, READY } from '../../../helpers/aws/aws-standin.ts';
import { useCommandOutput } from '../../../helpers/cli/command-output.ts';
import {
  awsAnswers,
  awsUrl,
  findings,
  REGION,
  statesOf,
  useDoctorLab,
} from '../../../helpers/cli/doctor-lab.ts';

useDoctorLab();

describe('a fault while reading', () => {
  const EMPTY = 'an empty answer';
  const html = {
    status: 200,
    headers: { 'content-type': 'text/html' },
    body: '<html>hidden login page</html>',
  };
  const denied = jsonError('AccessDeniedException', 'User: ada is not authorized\nCanonical String: hidden');
  const faults: readonly (readonly [name: string, reply: typeof html | ReturnType<typeof jsonError>])[] = [
    ['AccessDenied', { ...denied, status: 403 }],
    ['an answer that is no answer of AWS', html],
    [EMPTY, { status: 200, headers: {}, body: '' }],
  ];
  let healthy: Readonly<Record<string, string>> = {};
  beforeAll(async () => {
    healthy = statesOf(await findings());
  });
  const operations = Object.keys(READY).filter(
    // The first is tested above; a HEAD has no body; the last one belongs to a deployed stage.
    (name) => !['sts:GetCallerIdentity', 's3:HeadBucket', 'secretsmanager:GetSecretValue'].includes(name),
  );

  it.each(
    operations
      .flatMap((operation) => faults.map(([fault, reply]) => [operation, fault, reply] as const))
      // An empty answer of these means that a function reserves nothing, and that there is no queue.
      .filter(
        ([operation, fault]) =>
          !['lambda:GetFunctionConcurrency', 'sqs:ListQueues'].includes(operation) || fault !== EMPTY,
      ),
  )('of %s by %s is one line and hides no other finding', async (operation, _fault, reply) => {
    awsAnswers({ [operation]: () => reply });

    const found = await findings();

    const changed = found.filter(({ subject, state }) => healthy[subject] !== state);
    expect(found.length).toBe(Object.keys(healthy).length);
    expect(changed.map(({ subject }) => subject)).not.toEqual([]);
    expect(changed.every(({ state, detail }) => state !== 'ok' && !detail.includes('\n'))).toBe(true);
    expect(found.map(findingText).join('\n')).not.toMatch(/hidden|\n\s+at /);
  });

  it('by a refused connection is one line too', async () => {
    const closed = await startServer(() => Promise.resolve(json(200, {})));
    await closed.stop();

    const [first, ...others] = await findings('prod', closed.url);

    expect(first).toMatchObject({ state: 'failed', detail: 'no connection in eu-central-1 (ECONNREFUSED)' });
    expect(others.map(({ state }) => state)).toEqual(['skipped', 'skipped']);
  });
});

describe('the command', () => {
  const printed = useCommandOutput();
  const run = async (asJson: boolean): Promise<string> => {
    vi.stubEnv('AWS_ENDPOINT_URL', awsUrl());
    await doctorAws({ stage: 'prod', region: REGION, json: asJson });
    return printed().join('');
  };

  it('ends with 0 without errors', async () => {
    const text = await run(false);

    expect(text).toContain('Lambda concurrency: stage prod reserves 44');
    expect(process.exitCode).toBeUndefined();
  });

  it('ends with 1 after an error, with the fix below it', async () => {
    awsAnswers({ 'lambda:GetAccountSettings': () => concurrency(10, 10) });

    const text = await run(false);

    expect(text).toContain('\n         fix: aws service-quotas request-service-quota-increase');
    expect(process.exitCode).toBe(1);
  });

  it('prints its colours as terminal codes', async () => {
    vi.stubEnv('NO_COLOR', undefined);
    vi.stubEnv('FORCE_COLOR', '1');

    const sequences = new Set((await run(false)).match(/\p{Cc}\[[^m]*m/gu));

    expect(sequences).toEqual(new Set(['\u001B[32m', '\u001B[33m', '\u001B[39m']));
  });

  it('prints only the findings as JSON', async () => {
    const parsed: unknown = JSON.parse(await run(true));

    expect(parsed).toContainEqual({
      subject: 'Region',
      state: 'ok',
      detail: 'eu-central-1 answers',
    });
  });
});
