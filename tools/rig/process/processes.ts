/**
 * Child processes of the local environment.
 * 1. Each leads its own process group, and stopping it kills the group, so that no Lambda worker is left.
 * 2. An attached process ends with its owner even if the owner is killed: a watcher waits until the owner's end of a pipe
 *    closes.
 */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { mayBegin, noteUndo } from './interruption.ts';
import { MARK_ENV } from './marked-processes.ts';
import { killGroup, startTimeOf } from './process-identity.ts';
import type { ProcessRecord } from './process-identity.ts';

/** The process to start. */
export interface ServiceOptions {
  /** Name for error messages. */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** The complete environment; nothing is inherited. */
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** File to which stdout and stderr are appended. */
  readonly logFile: string;
  /** A temporary folder that is deleted with it. */
  readonly temporaryDir?: string | undefined;
  /**
   * Root of the environment to which it belongs. If set, the process keeps running after its owner has ended, and carries the
   * mark of that root.
   * @default it ends with its owner
   */
  readonly detachedOf?: string | undefined;
}

/** A started process, the leader of its group. */
export interface Service extends ProcessRecord {
  readonly name: string;
  readonly logFile: string;
  /** Resolves with the exit code, or the signal's name. */
  readonly exited: Promise<number | string>;
  /** Whether the leader has ended. */
  hasExited(): boolean;
  /** Kills the group, waits for the leader's end, deletes its temporary folder. A second call changes nothing. */
  stop(): Promise<void>;
}

/** A part of the local environment did not start, or ended too early. */
export class LocalEnvironmentError extends Error {
  override readonly name = 'LocalEnvironmentError';
}

const TAIL_BYTES = 4_000;

/** The last 4,000 bytes of a log from `fromByte` on; empty when the file is absent. */
export const tailOf = (logFile: string, fromByte = 0): string => {
  try {
    return readFileSync(logFile).subarray(fromByte).subarray(-TAIL_BYTES).toString('utf8').trim();
  } catch {
    return '';
  }
};

// Uses shell built-ins only, so that a kill of the watcher leaves no process. dash supports the form `-s KILL -- -pid` too.
const WATCHER = 'while read -r _; do :; done; kill -s KILL -- "-$1"; [ -z "$2" ] || rm -rf -- "$2"';

const watchOwner = (pid: number, temporaryDir: string | undefined): ChildProcess => {
  const watcher = spawn('/bin/sh', ['-c', WATCHER, 'sh', String(pid), temporaryDir ?? ''], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  watcher.unref();
  if (watcher.stdin !== null && 'unref' in watcher.stdin && typeof watcher.stdin.unref === 'function') {
    watcher.stdin.unref();
  }
  return watcher;
};

const spawnLogged = (options: ServiceOptions): ChildProcess => {
  mkdirSync(dirname(options.logFile), { recursive: true });
  const log = openSync(options.logFile, 'a');
  try {
    return spawn(options.command, options.args, {
      cwd: options.cwd,
      env: {
        ...options.env,
        ...(options.detachedOf === undefined ? {} : { [MARK_ENV]: options.detachedOf }),
      },
      stdio: ['ignore', log, log],
      detached: true,
    });
  } finally {
    closeSync(log);
  }
};

const exitOf = (child: ChildProcess): Promise<number | string> =>
  new Promise((resolve) => {
    child.once('exit', (code, signal) => resolve(code ?? signal ?? 'unknown'));
    child.once('error', (error) => resolve(error.message));
  });

/** Deletes a file or a folder with its content. It retries, because a worker that is just ending may still add files. */
export const removeDir = (dir: string | undefined): void => {
  if (dir !== undefined) rmSync(dir, { recursive: true, force: true, maxRetries: 3 });
};

/** Creates a folder in the system's temporary folder; it is deleted when this process is interrupted. */
export const makeTemporaryDir = (prefix: string): string => {
  mayBegin();
  const dir = mkdtempSync(join(tmpdir(), prefix));
  noteUndo(() => removeDir(dir));
  return dir;
};

/**
 * Starts a process with its own group.
 * @throws {LocalEnvironmentError} when it cannot be started
 */
export const startService = async (options: ServiceOptions): Promise<Service> => {
  mayBegin();
  const child = spawnLogged(options);
  const exited = exitOf(child);
  const { pid } = child;
  const { temporaryDir } = options;
  if (pid === undefined) {
    removeDir(temporaryDir);
    throw new LocalEnvironmentError(`${options.name}: cannot run ${options.command}: ${await exited}`);
  }
  const watcher = options.detachedOf === undefined ? watchOwner(pid, temporaryDir) : undefined;
  if (options.detachedOf !== undefined) child.unref();
  const hasExited = (): boolean => child.exitCode !== null || child.signalCode !== null;
  const stop = async (): Promise<void> => {
    // A detached process must keep this process alive until it has ended.
    child.ref();
    killGroup(pid);
    await exited;
    removeDir(temporaryDir);
  };
  const forget = noteUndo(stop);
  void exited.then(() => watcher?.kill('SIGKILL')).finally(forget);
  return {
    name: options.name,
    logFile: options.logFile,
    pid,
    startedAt: startTimeOf(pid) ?? 'ended',
    exited,
    hasExited,
    stop,
  };
};

/** Status of the answer to a GET of `url`; `undefined` when it does not connect, or does not answer within `limitMs`. */
export const statusOfGet = async (url: string, limitMs: number): Promise<number | undefined> => {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(limitMs), redirect: 'manual' });
    await response.body?.cancel();
    return response.status;
  } catch {
    return undefined;
  }
};

/** Whether a GET of `url` answers 2xx within a second; a failed connection counts as no. */
const answersOk = async (url: string): Promise<boolean> => {
  const status = await statusOfGet(url, 1_000);
  return status !== undefined && status >= 200 && status < 300;
};

/**
 * Waits until `isHealthy` returns true.
 * @throws {LocalEnvironmentError} with the end of the log when the process ends first or `limitSeconds` pass
 */
export const waitUntilHealthy = async (
  service: Service,
  isHealthy: () => Promise<boolean>,
  limitSeconds: number,
): Promise<void> => {
  const limitAtMs = Date.now() + limitSeconds * 1_000;
  while (!(await isHealthy())) {
    const problem = service.hasExited() ? `ended with ${await service.exited}` : undefined;
    const late = Date.now() > limitAtMs ? `is not healthy after ${limitSeconds} s` : undefined;
    const reason = problem ?? late;
    if (reason !== undefined) {
      throw new LocalEnvironmentError(
        `${service.name} ${reason}. End of its log:\n${tailOf(service.logFile)}`,
      );
    }
    await sleep(25);
  }
};

/**
 * Starts a process and waits until a GET of `healthUrl` answers 2xx.
 * @throws {LocalEnvironmentError} with the end of its log when it does not start; nothing of it is left
 */
export const startHealthyService = async (
  options: ServiceOptions,
  healthUrl: string,
  limitSeconds: number,
): Promise<Service> => {
  const service = await startService(options);
  try {
    await waitUntilHealthy(service, () => answersOk(healthUrl), limitSeconds);
    return service;
  } catch (error) {
    await service.stop();
    throw error;
  }
};

/**
 * Runs a program to its end; its output goes to the log.
 * @throws {LocalEnvironmentError} with the end of its output, when it does not exit with 0
 */
export const runToEnd = async (options: ServiceOptions): Promise<void> => {
  const fromByte = statSync(options.logFile, { throwIfNoEntry: false })?.size ?? 0;
  const service = await startService(options);
  const outcome = await service.exited;
  if (outcome === 0) return;
  throw new LocalEnvironmentError(
    `${options.name} ended with ${outcome}. End of its log:\n${tailOf(options.logFile, fromByte)}`,
  );
};
