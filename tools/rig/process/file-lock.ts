/**
 * A lock between processes. The lock is a folder whose time its holder renews; if the holder stops, another process takes the
 * lock over.
 */
import { lstatSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { lock, type LockOptions } from 'proper-lockfile';
import { noteUndo } from './interruption.ts';
import { LocalEnvironmentError } from './processes.ts';

/** If a holder has not renewed its lock for this long, it has ended. A holder renews it twice in that time. */
const STALE_MS = 10_000;
/** A waiter polls with this period as long as the lock is held. */
const LOOK_AGAIN = { forever: true, factor: 1, minTimeout: 100, maxTimeout: 100 } as const;

/** A lock is an empty folder. Anything else at its path is deleted, because it is not a lock. */
function removeWhatIsNoLock(lockFile: string): void {
  const found = lstatSync(lockFile, { throwIfNoEntry: false });
  if (found === undefined || (found.isDirectory() && readdirSync(lockFile).length === 0)) return;
  rmSync(lockFile, { recursive: true, force: true });
}

/**
 * Runs `work` while no other process holds `lockFile`; waits as long as a holder renews it.
 * @throws {LocalEnvironmentError} after the work, when the lock could not be renewed: another process may have run in the
 * meantime
 */
export async function withFileLock<T>(lockFile: string, work: () => Promise<T>): Promise<T> {
  mkdirSync(dirname(lockFile), { recursive: true });
  removeWhatIsNoLock(lockFile);
  let lost: Error | undefined;
  const options: LockOptions = {
    lockfilePath: lockFile,
    realpath: false,
    stale: STALE_MS,
    retries: LOOK_AGAIN,
    onCompromised: (error) => (lost = error),
  };
  const release = await lock(lockFile, options);
  const forget = noteUndo(() => rmSync(lockFile, { recursive: true, force: true }));
  try {
    return await work();
  } finally {
    forget();
    if (lost === undefined) await release();
    // oxlint-disable-next-line no-unsafe-finally -- the result of the work is not safe without its lock
    else throw new LocalEnvironmentError(`${lockFile}: the lock was lost: ${lost.message}`);
  }
}
