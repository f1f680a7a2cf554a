/** Archives for functions that tests and benchmarks deploy beside the queue's own. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LOCAL_ROOT } from './paths.ts';

/**
 * A Lambda archive of one module. Node has no zip of its own; the Python of the local AWS, which runs by then, has.
 * @param writeModule writes the module to the path it is given
 */
export function lambdaArchive(writeModule: (file: string) => void): Uint8Array {
  const dir = mkdtempSync(join(tmpdir(), 'quoteq-archive-'));
  try {
    writeModule(join(dir, 'index.mjs'));
    const python = join(LOCAL_ROOT, 'venv', 'bin', 'python');
    execFileSync(python, ['-m', 'zipfile', '-c', 'function.zip', 'index.mjs'], { cwd: dir });
    return readFileSync(join(dir, 'function.zip'));
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}
