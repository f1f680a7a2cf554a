/** A lock between processes: an exclusively created file that names its owner. It is taken over if the owner has ended. */
import { lstatSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { noteUndo } from './interruption.ts';
import { isRunning, startTimeOf } from './process-identity.ts';

const isErrorCode = (error: unknown, code: string): boolean =>
  error instanceof Error && 'code' in error && error.code === code;

const isThere = (file: string): boolean => lstatSync(file, { throwIfNoEntry: false }) !== undefined;

const tryTake = (lockFile: string, owner: string): boolean => {
  try {
    writeFileSync(lockFile, owner, { flag: 'wx' });
    return true;
  } catch (error) {
    if (isErrorCode(error, 'EEXIST')) return false;
    throw error;
  }
};

/** Content of the lock file; empty if it cannot be read, `undefined` if it does not exist. */
const readOwner = (lockFile: string): string | undefined => {
  try {
    return readFileSync(lockFile, 'utf8');
  } catch (error) {
    return isErrorCode(error, 'ENOENT') && !isThere(lockFile) ? undefined : '';
  }
};

/** An owner writes its name right after it has created the file, so a file without a name after this time is damaged. */
const NAMELESS_MS = 5_000;

const isDamaged = (lockFile: string): boolean => {
  const madeAtMs = lstatSync(lockFile, { throwIfNoEntry: false })?.mtimeMs;
  return madeAtMs !== undefined && Date.now() - madeAtMs > NAMELESS_MS;
};

const isAbandoned = (lockFile: string, owner: string): boolean => {
  const { pid, startedAt } = /^(?<pid>\d+) (?<startedAt>\S.*) \S+$/.exec(owner)?.groups ?? {};
  if (startedAt === undefined) return isDamaged(lockFile);
  return !isRunning({ pid: Number(pid), startedAt });
};

/** Renames the file first, so that only one of several waiters removes it, and only the file of the ended owner. */
const removeAbandoned = (lockFile: string, deadOwner: string): void => {
  const aside = `${lockFile}.${process.pid}.${performance.now()}`;
  try {
    renameSync(lockFile, aside);
  } catch (error) {
    if (isErrorCode(error, 'ENOENT')) return;
    throw error;
  }
  const moved = readOwner(aside);
  if (moved !== undefined && moved !== deadOwner) tryTake(lockFile, moved);
  rmSync(aside, { recursive: true, force: true });
};

/** Runs `work` while holding `lockFile`; waits while another process holds it. */
export const withFileLock = async <T>(lockFile: string, work: () => Promise<T>): Promise<T> => {
  mkdirSync(dirname(lockFile), { recursive: true });
  const owner = `${process.pid} ${startTimeOf(process.pid) ?? ''} ${performance.now()}`;
  while (!tryTake(lockFile, owner)) {
    const holder = readOwner(lockFile);
    if (holder !== undefined && isAbandoned(lockFile, holder)) removeAbandoned(lockFile, holder);
    else await sleep(50);
  }
  const unlock = (): void => rmSync(lockFile, { force: true });
  const forget = noteUndo(unlock);
  try {
    return await work();
  } finally {
    forget();
    unlock();
  }
};
