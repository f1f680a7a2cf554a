/** A fonts folder like the one in the bundle, with links to the installed packages. */
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { FONT_FILES } from '../../../../../lambdas/actions/pdf/contracts/font-files.ts';

const NODE_MODULES = path.resolve(import.meta.dirname, '../../../../../node_modules');

/** Makes the folder. The caller removes it with {@link removeFontsDir}. */
export function makeFontsDir(): string {
  const dir = mkdtempSync(path.join(tmpdir(), 'quote-fonts-'));
  for (const { packagePath, fileName } of Object.values(FONT_FILES)) {
    symlinkSync(path.join(NODE_MODULES, packagePath), path.join(dir, fileName));
  }
  return dir;
}

/** Removes what {@link makeFontsDir} made. */
export const removeFontsDir = (dir: string): void => rmSync(dir, { recursive: true, force: true });
