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

it('writes into the named folder, creates it if needed, and does not write into docs', async () => {
  const out = join(folderOfTest(), 'new');
  const before = readFileSync(PICTURE_FILE, 'utf8');

  await dashboard({ out });

  expect(readFileSync(join(out, 'dashboard.svg'), 'utf8')).toContain('</svg>');
  expect(readFileSync(PICTURE_FILE, 'utf8')).toBe(before);
});

it('lays out a recording like that of docs', async () => {
  const file = join(folderOfTest(), 'dashboard.json');

  await keepRecording(file, await readRecording());

  const committed = readFileSync(new URL('../../../../docs/data/dashboard.json', import.meta.url), 'utf8');
  expect(readFileSync(file, 'utf8')).toBe(committed);
});

it('refuses a folder if the files of docs are meant', async () => {
  await expect(dashboard({ out: folderOfTest(), committed: true })).rejects.toThrow(
    '--out: not allowed with --committed',
  );
});
