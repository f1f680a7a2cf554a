import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { expect, it } from 'vitest';
import { stoppedText } from '../../../../tools/cli/commands/local-commands.ts';

it('tells in its help and after the stop that the data is deleted', () => {
  const cwd = resolve(import.meta.dirname, '../../../..');
  const args = ['tools/quoteq.ts', 'local', 'down', '--help'];
  const { stdout } = spawnSync(process.execPath, args, { cwd, encoding: 'utf8' });

  expect(stdout).toContain('stop it and delete its data');
  expect(stoppedText(3)).toBe(
    'Stopped 3 processes; their data is deleted: quotes, cards, deals and documents',
  );
  expect(stoppedText(0)).toBe('Nothing was running');
});
