import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const APP = join(import.meta.dirname, '../../lib/app.ts');

it('exits with one line and code 1 for a wrong setting', () => {
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
