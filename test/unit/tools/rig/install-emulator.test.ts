/** With shell scripts in place of Python: its calls, their order and its failures. */
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { installEmulator } from '../../../../tools/rig/aws/install-emulator.ts';
import type { InstalledEmulator } from '../../../../tools/rig/aws/install-emulator.ts';

let folder: string;
let bin: string;
let calls: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'quoteq-test-'));
  bin = join(folder, 'bin');
  calls = join(folder, 'calls.log');
  mkdirSync(bin);
  writeFileSync(join(folder, 'requirements.txt'), 'one==1.0\n');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

interface FakePython {
  readonly version?: string;
  readonly venvExitCode?: number;
  readonly pipExitCode?: number;
}

/** Answers the installation's calls like Python; `-m venv` copies the fake, so that it also gets the calls of pip. */
const writePython = (name: string, fake: FakePython = {}): void => {
  const file = join(bin, name);
  const script = `#!/bin/sh
echo "$*" >> '${calls}'
case "$*" in
  *version_info*) echo '${fake.version ?? '3 11'}';;
  *"import venv"*) exit ${fake.venvExitCode ?? 0};;
  "-m venv "*) /bin/mkdir -p "$3/bin" && /bin/cp "$0" "$3/bin/python";;
  "-m pip "*) echo 'pip says so'; exit ${fake.pipExitCode ?? 0};;
esac
`;
  writeFileSync(file, script);
  chmodSync(file, 0o755);
};
const install = (): Promise<InstalledEmulator> =>
  installEmulator({
    root: join(folder, 'local'),
    requirementsFile: join(folder, 'requirements.txt'),
    searchPath: bin,
  });
const callsOf = (part: string): readonly string[] =>
  readFileSync(calls, 'utf8')
    .split('\n')
    .filter((line) => line.includes(part));

describe('installEmulator', () => {
  it('installs with required hashes, and does not call Python the second time', async () => {
    writePython('python3');

    const first = await install();
    rmSync(bin, { recursive: true });
    const second = await install();

    expect(callsOf('-m pip')).toEqual([expect.stringContaining('--require-hashes')]);
    expect([first.installedNow, second.installedNow]).toEqual([true, false]);
    expect(existsSync(second.python)).toBe(true);
  });

  it('installs again when the requirements have changed', async () => {
    writePython('python3');
    await install();

    writeFileSync(join(folder, 'requirements.txt'), 'one==2.0\n');

    expect((await install()).installedNow).toBe(true);
  });

  it('repairs an interrupted installation', async () => {
    writePython('python3', { pipExitCode: 1 });
    await expect(install()).rejects.toThrow('pip says so');
    writeFileSync(join(folder, 'local', 'venv', 'leftover'), '');

    writePython('python3');
    await install();

    expect(existsSync(join(folder, 'local', 'venv', 'leftover'))).toBe(false);
    expect((await install()).installedNow).toBe(false);
  });

  it('installs once for several concurrent calls', async () => {
    writePython('python3');

    const all = await Promise.all([install(), install(), install()]);

    expect(all.filter(({ installedNow }) => installedNow)).toHaveLength(1);
    expect(callsOf('-m pip')).toHaveLength(1);
  });

  it('skips a Python that is too old', async () => {
    writePython('python3', { version: '3 9' });
    writePython('python', { version: '3 12' });

    await expect(install()).resolves.toMatchObject({ installedNow: true });
  });

  it('names the found versions if all are too old', async () => {
    writePython('python3', { version: '3 9' });
    writePython('python', { version: '2 7' });

    await expect(install()).rejects.toThrow(/expected 3\.10 or newer.*python3 is 3\.9.*python is 2\.7.*Fix:/);
  });

  it('names the fix if there is no Python', async () => {
    await expect(install()).rejects.toThrow(/found none on the PATH. Fix: /);
  });

  it('names the fix if venv is missing', async () => {
    writePython('python3', { venvExitCode: 1 });

    await expect(install()).rejects.toThrow(/expected the modules venv and ensurepip.*Fix: /);
  });
});

describe('requirements.txt', () => {
  const text = readFileSync(join(import.meta.dirname, '../../../../tools/rig/aws/requirements.txt'), 'utf8');

  it('pins every package exactly and with hashes', () => {
    const packages = text
      .replaceAll('\\\n', '')
      .split('\n')
      .filter((line) => /^\w/.test(line));

    expect(packages.length).toBeGreaterThan(0);
    for (const line of packages) expect(line).toMatch(/^[\w.-]+==\S+ .*--hash=sha256:[0-9a-f]{64}/);
  });

  it('names no index', () => {
    expect(text).not.toMatch(/https?:|--index|--find-links/);
  });
});
