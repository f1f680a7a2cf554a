import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { withFileLock } from '../../../../tools/rig/process/file-lock.ts';
import { readState, statusOf, stopState, writeState } from '../../../../tools/local/local-state.ts';
import type { LocalService } from '../../../../tools/local/local-state.ts';
import { isRunning, startTimeOf, stopRecorded } from '../../../../tools/rig/process/process-identity.ts';
import { runToEnd, startService } from '../../../../tools/rig/process/processes.ts';
import type { Service } from '../../../../tools/rig/process/processes.ts';

let folder: string;
/** Enough time on a machine that is busy with other tests. */
const PATIENCE = { timeout: 60_000 };

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'quoteq-test-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const service = (args: readonly string[], detached = false): Promise<Service> =>
  startService({
    name: 'sleeper',
    command: '/bin/sh',
    args: ['-c', ...args],
    env: { PATH: process.env['PATH'] ?? '' },
    cwd: folder,
    logFile: join(folder, 'sleeper.log'),
    detachedOf: detached ? folder : undefined,
  });

describe('a recorded process', () => {
  it('is identified by its start time and pid', async () => {
    const sleeper = await service(['sleep 600']);
    const { pid, startedAt } = sleeper;

    expect(isRunning({ pid, startedAt })).toBe(true);
    expect(isRunning({ pid, startedAt: `${startedAt}0` })).toBe(false);
    await sleeper.stop();
    expect(isRunning({ pid, startedAt })).toBe(false);
  });

  it('is not killed if its pid belongs to another process', async () => {
    const sleeper = await service(['sleep 600']);

    const stopped = await stopRecorded({ pid: sleeper.pid, startedAt: 'long ago' });

    expect(stopped).toBe(false);
    expect(sleeper.hasExited()).toBe(false);
    await sleeper.stop();
  });

  it('dies with its group', async () => {
    const sleeper = await service(['sleep 600 & echo $!; wait']);
    const childPid = await vi.waitFor(() => {
      const pid = Number(readFileSync(sleeper.logFile, 'utf8'));
      expect(pid).toBeGreaterThan(0);
      return pid;
    }, PATIENCE);

    expect(await stopRecorded(sleeper)).toBe(true);

    await vi.waitFor(() => expect(startTimeOf(childPid)).toBeUndefined(), PATIENCE);
  });
});

describe('an attached service', () => {
  it('ends with its owner, even if the owner is killed, and its temporary folder is deleted', async () => {
    const temporaryDir = join(folder, 'temporary');
    mkdirSync(temporaryDir);
    const module = join(import.meta.dirname, '../../../../tools/rig/process/processes.ts');
    const options = {
      name: 's',
      command: 'sleep',
      args: ['600'],
      cwd: folder,
      logFile: join(folder, 's.log'),
      temporaryDir,
    };
    const code = `
      const { startService } = await import(${JSON.stringify(module)});
      const service = await startService({ ...${JSON.stringify(options)}, env: { PATH: process.env.PATH } });
      console.log(service.pid);
      setInterval(() => undefined, 1000);`;
    const owner = spawn(process.execPath, ['--input-type=module', '-e', code], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const pid = await new Promise<number>((resolve) => {
      owner.stdout.once('data', (data) => resolve(Number(String(data))));
    });
    expect(startTimeOf(pid)).toBeDefined();

    owner.kill('SIGKILL');

    await vi.waitFor(() => expect(startTimeOf(pid)).toBeUndefined(), { timeout: 10_000 });
    await vi.waitFor(() => expect(existsSync(temporaryDir)).toBe(false), { timeout: 10_000 });
  });
});

describe('a detached service', () => {
  it('is stopped by a process that waits for its end', async () => {
    const module = join(import.meta.dirname, '../../../../tools/rig/process/processes.ts');
    const options = {
      name: 's',
      command: 'sleep',
      args: ['600'],
      cwd: folder,
      logFile: join(folder, 's.log'),
    };
    const code = `
      const { startService } = await import(${JSON.stringify(module)});
      const service = await startService({ ...${JSON.stringify(options)}, env: { PATH: process.env.PATH }, detachedOf: '/nowhere' });
      await service.stop();
      console.log('stopped');`;
    const owner = spawn(process.execPath, ['--input-type=module', '-e', code], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const said = text(owner.stdout);

    expect(await new Promise((resolve) => owner.once('exit', resolve))).toBe(0);
    expect(await said).toBe('stopped\n');
  });
});

const run = (script: string): Promise<void> =>
  runToEnd({
    name: 'script',
    command: '/bin/sh',
    args: ['-c', script],
    env: {},
    cwd: folder,
    logFile: join(folder, 'script.log'),
  });

describe('startService', () => {
  it('deletes the temporary folder of a program that cannot be run', async () => {
    const temporaryDir = join(folder, 'temporary');
    mkdirSync(temporaryDir);
    const logFile = join(folder, 's.log');

    const start = startService({
      name: 's',
      command: join(folder, 'nothing'),
      args: [],
      env: {},
      cwd: folder,
      logFile,
      temporaryDir,
    });

    await expect(start).rejects.toThrow('cannot run');
    expect(existsSync(temporaryDir)).toBe(false);
  });
});

describe('runToEnd', () => {
  it('shows the output of the failed run, not of an earlier one', async () => {
    await run('echo earlier');

    const failure = await run('echo later; exit 4').catch((error: unknown) => String(error));

    expect(failure).toContain('script ended with 4');
    expect(failure).toContain('later');
    expect(failure).not.toContain('earlier');
  });
});

describe('withFileLock', () => {
  it('lets one at a time in', async () => {
    let inside = 0;
    let most = 0;
    const work = async (): Promise<void> => {
      inside += 1;
      most = Math.max(most, inside);
      await new Promise(setImmediate);
      inside -= 1;
    };

    await Promise.all([1, 2, 3].map(() => withFileLock(join(folder, 'lock'), work)));

    expect(most).toBe(1);
  });

  it('takes over the lock of a process that has ended', async () => {
    const sleeper = await service(['sleep 600']);
    writeFileSync(join(folder, 'lock'), `${sleeper.pid} ${sleeper.startedAt} 1`);
    await sleeper.stop();

    await expect(withFileLock(join(folder, 'lock'), async () => 'in')).resolves.toBe('in');
  });

  it('is released after a failure', async () => {
    const lock = join(folder, 'lock');
    const failing = withFileLock(lock, async () => {
      throw new Error('work failed');
    });
    await expect(failing).rejects.toThrow('work failed');

    await expect(withFileLock(lock, async () => 'in')).resolves.toBe('in');
  });
});

const entry = ({ pid, startedAt }: Service, name: LocalService['name']): LocalService => ({
  name,
  pid,
  startedAt,
  ports: [1],
});

describe('the state of a detached environment', () => {
  const secrets = { crmToken: 'c', slackBotToken: 'b', slackSigningSecret: 's' };

  it('is stopped if no process was started', () => {
    expect(statusOf(folder)).toEqual({ state: 'stopped', services: [] });
  });

  it('is partial if one of its processes has ended; a stop kills the others', async () => {
    const [alive, dead] = await Promise.all([service(['sleep 600'], true), service(['sleep 600'], true)]);
    writeState(folder, { version: 1, services: [entry(alive, 'aws'), entry(dead, 'slack')], secrets });
    await dead.stop();

    expect(statusOf(folder)).toMatchObject({
      state: 'partial',
      services: [{ alive: true }, { alive: false }],
    });
    expect(await stopState(folder)).toBe(1);
    await alive.exited;
    expect(readState(folder)).toBeUndefined();
  });

  it('is stopped if only other processes with the same pids run', async () => {
    const other = await service(['sleep 600']);
    const stale = { ...entry(other, 'aws'), startedAt: 'before the restart' };
    writeState(folder, { version: 1, services: [stale], secrets });

    expect(statusOf(folder).state).toBe('stopped');
    expect(await stopState(folder)).toBe(0);
    expect(other.hasExited()).toBe(false);
    await other.stop();
  });
});
