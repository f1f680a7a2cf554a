/** Folders of the local environment. All files are written below one ignored folder. */
import { delimiter, dirname, join, resolve } from 'node:path';

/** Root of the repository. */
export const REPOSITORY_ROOT = resolve(import.meta.dirname, '..');
/**
 * The ignored folder of the local environment, and the default root of an environment. @default `.local`, else
 * QUOTEQ_LOCAL_ROOT
 */
export const LOCAL_ROOT = resolve(process.env['QUOTEQ_LOCAL_ROOT'] ?? join(REPOSITORY_ROOT, '.local'));
/** Programs of the installed packages, including Node 24. */
const PACKAGE_BIN = join(REPOSITORY_ROOT, 'node_modules', '.bin');

/** A search path that finds Node 24 first, because the emulator's Lambda workers and the CDK app need it. */
export const pathWithNode24 = (): string =>
  [PACKAGE_BIN, dirname(process.execPath), process.env['PATH'] ?? ''].join(delimiter);
