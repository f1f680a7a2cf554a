/** The version of the command. */
import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import manifest from '../../../../package.json' with { type: 'json' };

const quoteq = (option: string) =>
  spawnSync(process.execPath, ['tools/quoteq.ts', option], {
    cwd: resolve(import.meta.dirname, '../../../..'),
    encoding: 'utf8',
  });

describe('quoteq --version', () => {
  it.each(['--version', '-V'])('prints only the version in package.json: %s', (option) => {
    const { status, stdout, stderr } = quoteq(option);

    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: `${manifest.version}\n`, stderr: '' });
  });

  it('is listed by --help', () => {
    expect(quoteq('--help').stdout).toMatch(/-V, --version +print the version of this release/);
  });
});
