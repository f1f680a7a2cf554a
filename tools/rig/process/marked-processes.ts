/**
 * Finds the processes of a detached environment by a mark in their environment variables, even if no file names them any more.
 * Only Linux shows the environment of other processes; on other systems only files name them.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { type ProcessRecord, startTimeOf } from './process-identity.ts';

/** Variable with the root of the environment to which a process belongs. */
export const MARK_ENV = 'QUOTEQ_LOCAL_SERVICE_OF';

/** A process that was found. */
export interface MarkedProcess extends ProcessRecord {
  /** Its temporary folder, if it has one. */
  readonly tmpDir?: string;
}

/** Content of a file below /proc; empty for a process that has ended or belongs to another user. */
const readProc = (pid: number, name: string): string => {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'utf8');
  } catch {
    return '';
  }
};

const variablesOf = (pid: number): ReadonlyMap<string, string> =>
  new Map(
    readProc(pid, 'environ')
      .split('\0')
      .map((entry): [string, string] => {
        const [name = '', ...value] = entry.split('=');
        return [name, value.join('=')];
      }),
  );

/** After the command in parentheses: state, parent, process group. */
const groupOf = (pid: number): number => {
  const stat = readProc(pid, 'stat');
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[2]);
};

const markedAs = (root: string, pid: number): readonly MarkedProcess[] => {
  const variables = variablesOf(pid);
  if (variables.get(MARK_ENV) !== root || groupOf(pid) !== pid) return [];
  const startedAt = startTimeOf(pid);
  const tmpDir = variables.get('TMPDIR');
  return startedAt === undefined ? [] : [{ pid, startedAt, ...(tmpDir === undefined ? {} : { tmpDir }) }];
};

/** The leaders of the process groups that belong to `root`. */
export const markedProcesses = (root: string): readonly MarkedProcess[] => {
  if (process.platform !== 'linux') return [];
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.flatMap((pid) => markedAs(root, Number(pid)));
};
