/**
 * Child processes of the local environment.
 * 1. Each leads a process group of its own, and stopping it stops the group: no Lambda worker stays behind.
 * 2. An attached one dies with its owner even when the owner is killed: a watcher waits for the owner's end of a pipe.
 * 3. A process known from a file only is touched only while its start time is still the recorded one.
 */
import { execFileSync, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** What to start. */
export interface ServiceOptions {
  /** For people, in error messages. */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** The whole environment; nothing is inherited. */
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** Receives stdout and stderr, appended. */
  readonly logFile: string;
  /** Keeps running after the owner has ended; @default false */
  readonly detached?: boolean | undefined;
}

/** Identity of a process, as it is written to files. */
export interface ProcessRecord {
  readonly pid: number;
  /** Start time as the system gives it; tells a reused pid from the process that was started. */
  readonly startedAt: string;
}

/** A started process, leader of its group. */
export interface Service extends ProcessRecord {
  readonly name: string;
  readonly logFile: string;
  /** Settles with the exit code, or the signal's name. */
  readonly exited: Promise<number | string>;
  /** Whether the leader has ended. */
  hasExited(): boolean;
  /** Kills the group and waits for the leader's end. A second call changes nothing. */
  stop(): Promise<void>;
}

/** A part of the local environment did not start or ended too early. */
export class LocalEnvironmentError extends Error {
  override readonly name = 'LocalEnvironmentError';
}

const TAIL_BYTES = 4_000;

/** The last 4,000 bytes of a log from `fromByte` on; empty when there is no file. */
export const tailOf = (logFile: string, fromByte = 0): string => {
  try {
    return readFileSync(logFile).subarray(fromByte).subarray(-TAIL_BYTES).toString('utf8').trim();
  } catch {
    return '';
  }
};

const linuxStartTime = (pid: number): string | undefined => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // After the command in parentheses, which may hold anything: state is field 3, start time field 22.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? undefined : fields[19];
  } catch {
    return undefined;
  }
};

const portableStartTime = (pid: number): string | undefined => {
  try {
    const answer = execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return answer.toString('utf8').trim() || undefined;
  } catch {
    return undefined;
  }
};

/** Start time of a live process; `undefined` when there is none with this pid, or only its zombie. */
export const startTimeOf = (pid: number): string | undefined =>
  process.platform === 'linux' ? linuxStartTime(pid) : portableStartTime(pid);

/** Whether the very process that was recorded is still alive. */
export const isRunning = (record: ProcessRecord): boolean => startTimeOf(record.pid) === record.startedAt;

const killGroup = (pid: number): void => {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
};

/**
 * Kills the group of a recorded process, unless its pid now belongs to another one; returns whether it was running.
 * Everything these processes hold is in memory or temporary, so there is nothing to shut down gently.
 */
export const stopRecorded = async (record: ProcessRecord): Promise<boolean> => {
  if (!isRunning(record)) return false;
  killGroup(record.pid);
  while (isRunning(record)) await sleep(5);
  return true;
};

// Built-ins only, so that killing the watcher leaves nothing behind; `-s KILL -- -pid` is the form dash knows too.
const WATCHER = 'while read -r _; do :; done; kill -s KILL -- "-$1"';

const watchOwner = (pid: number): ChildProcess => {
  const watcher = spawn('/bin/sh', ['-c', WATCHER, 'sh', String(pid)], {
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
      env: { ...options.env },
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

/**
 * Starts a process with a group of its own.
 * @throws {LocalEnvironmentError} when it cannot be started at all
 */
export const startService = async (options: ServiceOptions): Promise<Service> => {
  const child = spawnLogged(options);
  const exited = exitOf(child);
  const { pid } = child;
  if (pid === undefined) {
    throw new LocalEnvironmentError(`${options.name}: cannot run ${options.command}: ${await exited}`);
  }
  const watcher = options.detached === true ? undefined : watchOwner(pid);
  if (options.detached === true) child.unref();
  const hasExited = (): boolean => child.exitCode !== null || child.signalCode !== null;
  void exited.then(() => watcher?.kill('SIGKILL'));
  return {
    name: options.name,
    logFile: options.logFile,
    pid,
    startedAt: startTimeOf(pid) ?? 'ended',
    exited,
    hasExited,
    stop: async () => {
      killGroup(pid);
      await exited;
    },
  };
};

/**
 * Waits until `isHealthy` answers true.
 * @throws {LocalEnvironmentError} with the tail of the log when the process ends first or `limitSeconds` pass
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

/** Whether a GET of `url` answers 2xx within a second; every failure to connect is a no. */
export const answersOk = async (url: string): Promise<boolean> => {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(1_000) });
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false;
  }
};

/**
 * Runs a program to its end; its output goes to the log.
 * @throws {LocalEnvironmentError} with the tail of what it wrote, when it does not exit with 0
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
