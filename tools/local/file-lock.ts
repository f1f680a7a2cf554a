/** A lock between processes: a file made exclusively that names its owner, taken over when the owner is gone. */
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isRunning, startTimeOf } from './process-identity.ts';

const isErrorCode = (error: unknown, code: string): boolean =>
  error instanceof Error && 'code' in error && error.code === code;

const tryTake = (lockFile: string, owner: string): boolean => {
  try {
    writeFileSync(lockFile, owner, { flag: 'wx' });
    return true;
  } catch (error) {
    if (isErrorCode(error, 'EEXIST')) return false;
    throw error;
  }
};

const readOwner = (lockFile: string): string | undefined => {
  try {
    return readFileSync(lockFile, 'utf8');
  } catch (error) {
    if (isErrorCode(error, 'ENOENT')) return undefined;
    throw error;
  }
};

const isAbandoned = (owner: string): boolean => {
  const [pid, startedAt] = owner.split(' ', 2);
  // An empty file is a lock whose owner is about to write its name.
  return startedAt !== undefined && !isRunning({ pid: Number(pid), startedAt });
};

/** Renames first: of several waiters that saw the dead owner, only one moves its file away, and only that very file. */
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
  rmSync(aside, { force: true });
};

/** Runs `work` while nobody else holds `lockFile`; waits as long as its holder lives. */
export const withFileLock = async <T>(lockFile: string, work: () => Promise<T>): Promise<T> => {
  mkdirSync(dirname(lockFile), { recursive: true });
  const owner = `${process.pid} ${startTimeOf(process.pid) ?? ''} ${performance.now()}`;
  while (!tryTake(lockFile, owner)) {
    const holder = readOwner(lockFile);
    if (holder !== undefined && isAbandoned(holder)) removeAbandoned(lockFile, holder);
    else await sleep(50);
  }
  try {
    return await work();
  } finally {
    rmSync(lockFile, { force: true });
  }
};
