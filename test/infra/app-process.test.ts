import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const APP = join(import.meta.dirname, '../../lib/app.ts');

it('ends on a setting that is wrong with one line about it, and exit code 1', () => {
  const CDK_CONTEXT_JSON = JSON.stringify({ stage: 'staging' });

  const { status, stdout, stderr } = spawnSync(process.execPath, [APP], {
    env: { CDK_CONTEXT_JSON },
    encoding: 'utf8',
  });

  expect({ status, stdout, stderr }).toEqual({
    status: 1,
    stdout: '',
    stderr: '-c stage: expected one of local, dev, prod, got "staging"\n',
  });
});
