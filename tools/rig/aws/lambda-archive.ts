/** Builds archives of functions that tests and benchmarks deploy in addition to the queue's own. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LOCAL_ROOT } from '../../paths.ts';

/** A Lambda archive of a folder. Node has no zip writer, so this uses the Python of the local AWS, which is running by then. */
export function lambdaArchiveOf(dir: string): Uint8Array {
  const outDir = mkdtempSync(join(tmpdir(), 'quoteq-archive-'));
  try {
    const file = join(outDir, 'function.zip');
    const python = join(LOCAL_ROOT, 'venv', 'bin', 'python');
    execFileSync(python, ['-m', 'zipfile', '-c', file, ...readdirSync(dir)], { cwd: dir });
    return readFileSync(file);
  } finally {
    rmSync(outDir, { recursive: true, force: true });
  }
}

/**
 * A Lambda archive of one module.
 * @param writeModule writes the module to the path it is given
 */
export function lambdaArchive(writeModule: (file: string) => void): Uint8Array {
  const dir = mkdtempSync(join(tmpdir(), 'quoteq-module-'));
  try {
    writeModule(join(dir, 'index.mjs'));
    return lambdaArchiveOf(dir);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}
