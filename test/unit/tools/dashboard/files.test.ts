import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import {
  PICTURE_FILE,
  dashboard,
  keepRecording,
  readRecording,
} from '../../../../tools/dashboard/dashboard.ts';

function folderOfTest(): string {
  const folder = mkdtempSync(join(tmpdir(), 'quoteq-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  onTestFinished(() => {
    vi.restoreAllMocks();
  });
  return folder;
}

it('writes into the folder that is named, made if need be, and not into docs', async () => {
  const out = join(folderOfTest(), 'new');
  const before = readFileSync(PICTURE_FILE, 'utf8');

  await dashboard({ out });

  expect(readFileSync(join(out, 'dashboard.svg'), 'utf8')).toContain('</svg>');
  expect(readFileSync(PICTURE_FILE, 'utf8')).toBe(before);
});

it('lays a recording out as the one of docs', async () => {
  const file = join(folderOfTest(), 'dashboard.json');

  await keepRecording(file, await readRecording());

  const committed = readFileSync(new URL('../../../../docs/data/dashboard.json', import.meta.url), 'utf8');
  expect(readFileSync(file, 'utf8')).toBe(committed);
});

it('takes no folder where the files of docs are meant', async () => {
  await expect(dashboard({ out: folderOfTest(), committed: true })).rejects.toThrow(
    '--out: not allowed with --committed',
  );
});
