import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { CliError } from '../../../../tools/cli/cli-error.ts';
import { explaining, resolveStage } from '../../../../tools/cli/target/stage-target.ts';

const empty = mkdtempSync(join(tmpdir(), 'quoteq-stage-'));
afterAll(() => rmSync(empty, { recursive: true, force: true }));

beforeEach(() => {
  for (const name of ['QUOTEQ_STAGE', 'QUOTEQ_API_URL', 'AWS_REGION']) vi.stubEnv(name, undefined);
});
afterEach(() => {
  vi.unstubAllEnvs();
});

describe('resolveStage', () => {
  it('prefers the stage of the option to that of the environment', () => {
    vi.stubEnv('QUOTEQ_STAGE', 'prod');
    vi.stubEnv('AWS_REGION', 'eu-central-1');

    expect(resolveStage({})).toEqual({ stage: 'prod', client: { region: 'eu-central-1' } });
    expect(resolveStage({ stage: 'dev', region: 'eu-west-1' })).toEqual({
      stage: 'dev',
      client: { region: 'eu-west-1' },
    });
  });

  it('does not use the local environment if an API on AWS is named', () => {
    vi.stubEnv('QUOTEQ_API_URL', 'https://api');

    expect(() => resolveStage({}, empty)).toThrow('--stage: expected the stage of the deployment');
  });

  it.each([
    [{ stage: 'prod' }, '--region: expected a Region'],
    [
      { stage: 'staging', region: 'eu-central-1' },
      '--stage: expected the stage of the deployment, local, dev or prod; found staging',
    ],
    [{}, 'Nothing to read'],
    [{ stage: 'local' }, 'Nothing to read'],
  ])('refuses %j and tells the expected value', (options, expected) => {
    expect(() => resolveStage(options, empty)).toThrow(expected);
  });
});

describe('explaining', () => {
  it('reports SDK errors in one line and rethrows other errors', async () => {
    const denied = Object.assign(new Error('not yours'), { name: 'AccessDenied', $metadata: {} });
    const bug = new TypeError('a bug');
    const known = new CliError('known');

    await expect(explaining('The queues could not be reached', () => Promise.reject(denied))).rejects.toThrow(
      'The queues could not be reached: AccessDenied: not yours',
    );
    await expect(explaining('x', () => Promise.reject(bug))).rejects.toBe(bug);
    await expect(explaining('x', () => Promise.reject(known))).rejects.toBe(known);
  });
});
