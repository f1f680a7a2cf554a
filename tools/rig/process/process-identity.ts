/**
 * Identifies a process. A process that is known only from a file is touched only if its start time equals the recorded one,
 * because pids are reused.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** Identity of a process, as it is written to files. */
export interface ProcessRecord {
  readonly pid: number;
  /** Start time as the system reports it; it differs between a process and a later one with the same pid. */
  readonly startedAt: string;
}

const linuxStartTime = (pid: number): string | undefined => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The command in parentheses may contain anything, so fields are read after it: state is field 3, start time field 22.
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

/** Start time of a live process; `undefined` when no process has this pid, or only a zombie. */
export const startTimeOf = (pid: number): string | undefined =>
  process.platform === 'linux' ? linuxStartTime(pid) : portableStartTime(pid);

/** Whether exactly the recorded process is still alive. */
export const isRunning = (record: ProcessRecord): boolean => startTimeOf(record.pid) === record.startedAt;

/** Kills a process group with SIGKILL; if it no longer exists, nothing happens. */
export const killGroup = (pid: number): void => {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
};

/**
 * Kills the group of a recorded process, unless its pid now belongs to another process; returns whether it was running. The
 * processes hold only temporary data, so they need no graceful shutdown.
 */
export const stopRecorded = async (record: ProcessRecord): Promise<boolean> => {
  if (!isRunning(record)) return false;
  killGroup(record.pid);
  while (isRunning(record)) await sleep(5);
  return true;
};
