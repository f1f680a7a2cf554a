/**
 * Installs a Python program, by default the local AWS emulator, once into its own virtual environment. The stamp contains the
 * hash of the requirements and is written last. Without a matching stamp the environment is deleted and created again, so an
 * interrupted installation repairs itself.
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { withFileLock } from '../process/file-lock.ts';
import { noteUndo } from '../process/interruption.ts';
import { LOCAL_ROOT } from '../../paths.ts';
import { LocalEnvironmentError, runToEnd } from '../process/processes.ts';

const run = promisify(execFile);

const REQUIREMENTS_FILE = join(import.meta.dirname, 'requirements.txt');
const MINIMUM_MINOR = 10;

/** Source and destination of the installation; by default those of the repository. */
export interface InstallOptions {
  /** Folder for the virtual environment and the log; @default the repository's `.local` */
  readonly root?: string;
  /** Name of the program, for people; @default the local AWS */
  readonly what?: string;
  /** Name of the virtual environment's folder in `root`; @default venv */
  readonly venv?: string;
  /** Pinned requirements with hashes; @default tools/rig/aws/requirements.txt */
  readonly requirementsFile?: string;
  /** Search path for Python; @default this process's PATH */
  readonly searchPath?: string;
  /** Receives the name of each slow step. */
  readonly onProgress?: (step: string) => void;
}

/** The result of the installation. */
export interface InstalledEmulator {
  /** Path of Python in the virtual environment. */
  readonly python: string;
  /** False if everything was installed before. */
  readonly installedNow: boolean;
}

interface Plan {
  readonly what: string;
  readonly venv: string;
  readonly python: string;
  readonly stampFile: string;
  readonly stamp: string;
  readonly requirementsFile: string;
  readonly logFile: string;
  readonly searchPath: string;
}

const planOf = (options: InstallOptions): Plan => {
  const root = options.root ?? LOCAL_ROOT;
  const name = options.venv ?? 'venv';
  const venv = join(root, name);
  const requirementsFile = options.requirementsFile ?? REQUIREMENTS_FILE;
  return {
    what: options.what ?? 'the local AWS',
    venv,
    python: join(venv, 'bin', 'python'),
    stampFile: join(venv, '.quoteq-requirements'),
    stamp: createHash('sha256').update(readFileSync(requirementsFile)).digest('hex'),
    requirementsFile,
    logFile: join(root, 'logs', `install-${name}.log`),
    searchPath: options.searchPath ?? process.env['PATH'] ?? '',
  };
};

// After an upgrade of Python, the environment's link to its interpreter may be broken.
const isInstalled = (plan: Plan): boolean =>
  existsSync(plan.python) &&
  existsSync(plan.stampFile) &&
  readFileSync(plan.stampFile, 'utf8') === plan.stamp;

const FIXES: Partial<Record<NodeJS.Platform, { readonly python: string; readonly venv: string }>> = {
  linux: {
    python: 'sudo apt-get install python3 python3-venv (or the like of your distribution)',
    venv: 'sudo apt-get install python3-venv (or the like of your distribution)',
  },
  darwin: { python: 'brew install python', venv: 'brew install python' },
};
const OTHER_FIX = { python: 'install Python from python.org', venv: 'install Python from python.org' };
const fixFor = (missing: 'python' | 'venv'): string => (FIXES[process.platform] ?? OTHER_FIX)[missing];

const candidatesOn = (searchPath: string): readonly string[] =>
  ['python3', 'python', 'python3.13', 'python3.12', 'python3.11', 'python3.10'].flatMap((name) =>
    searchPath
      .split(delimiter)
      .filter((folder) => folder !== '')
      .map((folder) => join(folder, name))
      .filter((file) => existsSync(file)),
  );

/** Major and minor version; `undefined` if the program does not answer like Python. */
const versionOf = async (python: string): Promise<readonly [number, number] | undefined> => {
  try {
    const { stdout } = await run(python, ['-c', 'import sys; print(*sys.version_info[:2])']);
    const [major, minor] = stdout.trim().split(' ').map(Number);
    return major === undefined || minor === undefined || Number.isNaN(major) ? undefined : [major, minor];
  } catch {
    return undefined;
  }
};

const isNewEnough = ([major, minor]: readonly [number, number]): boolean =>
  major > 3 || (major === 3 && minor >= MINIMUM_MINOR);

const findPython = async ({ searchPath, what }: Plan): Promise<string> => {
  const tooOld: string[] = [];
  for (const python of candidatesOn(searchPath)) {
    const version = await versionOf(python);
    if (version !== undefined && isNewEnough(version)) return python;
    if (version !== undefined) tooOld.push(`${python} is ${version.join('.')}`);
  }
  const found = tooOld.length > 0 ? `found only older ones (${tooOld.join(', ')})` : 'found none on the PATH';
  throw new LocalEnvironmentError(
    `Python: expected 3.${MINIMUM_MINOR} or newer for ${what}, ${found}. Fix: ${fixFor('python')}.`,
  );
};

const requireVenv = async (python: string, { what }: Plan): Promise<void> => {
  try {
    await run(python, ['-c', 'import venv, ensurepip']);
  } catch (error) {
    throw new LocalEnvironmentError(
      `${python}: expected the modules venv and ensurepip, needed for ${what}. Fix: ${fixFor('venv')}.`,
      { cause: error },
    );
  }
};

const inheritedEnv = (searchPath: string): Record<string, string> => {
  const entries = Object.entries(process.env).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value]],
  );
  // The user's own virtual environment or module path must not affect this one.
  const { PYTHONPATH: _modules, PYTHONHOME: _home, VIRTUAL_ENV: _venv, ...env } = Object.fromEntries(entries);
  return { ...env, PATH: searchPath, PIP_DISABLE_PIP_VERSION_CHECK: '1', PIP_NO_INPUT: '1' };
};

const install = async (plan: Plan, onProgress: (step: string) => void): Promise<void> => {
  const python = await findPython(plan);
  await requireVenv(python, plan);
  rmSync(plan.venv, { recursive: true, force: true });
  const forget = noteUndo(() => rmSync(plan.venv, { recursive: true, force: true }));
  const common = { env: inheritedEnv(plan.searchPath), cwd: join(plan.venv, '../..'), logFile: plan.logFile };
  onProgress(`Creating the virtual environment of ${plan.what}`);
  await runToEnd({ ...common, name: 'python -m venv', command: python, args: ['-m', 'venv', plan.venv] });
  onProgress(`Installing ${plan.what} (once)`);
  const pip = ['-m', 'pip', 'install', '--quiet', '--require-hashes', '-r', plan.requirementsFile];
  await runToEnd({ ...common, name: `pip install of ${plan.what}`, command: plan.python, args: pip });
  writeFileSync(plan.stampFile, plan.stamp);
  forget();
};

/**
 * Installs the emulator if it is not installed. Only the first call needs the network; later calls read two files. Concurrent
 * calls, also from several processes, wait for each other.
 * @throws {LocalEnvironmentError} with the fix when Python ≥ 3.10 or its venv is missing; with pip's own output when the
 * installation fails
 */
export const installEmulator = async (options: InstallOptions = {}): Promise<InstalledEmulator> => {
  const plan = planOf(options);
  if (isInstalled(plan)) return { python: plan.python, installedNow: false };
  return withFileLock(join(options.root ?? LOCAL_ROOT, 'install.lock'), async () => {
    if (isInstalled(plan)) return { python: plan.python, installedNow: false };
    await install(plan, options.onProgress ?? (() => undefined));
    return { python: plan.python, installedNow: true };
  });
};
