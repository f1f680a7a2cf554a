/**
 * Which process is meant. A process known from a file only is touched only while its start time is still the recorded
 * one: pids are used again.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** Identity of a process, as it is written to files. */
export interface ProcessRecord {
  readonly pid: number;
  /** Start time as the system gives it; tells a reused pid from the process that was started. */
  readonly startedAt: string;
}

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

/** Kills a process group by SIGKILL; a group that is gone is no error. */
export const killGroup = (pid: number): void => {
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
