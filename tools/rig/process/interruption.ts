/**
 * What this process would leave behind if it were interrupted: processes, folders, locks. Each is noted as it is made. When the
 * process is interrupted, everything noted is undone, the latest first, and nothing new may begin.
 */

/** Removes one thing again; called at most once, and without effect when the thing is gone already. */
type Undo = () => Promise<void> | void;

const noted = new Set<Undo>();
let interrupted = false;

/** Thrown by whatever would begin after the interruption; nobody is shown it, since the process is about to end. */
class Interrupted extends Error {
  override readonly name = 'Interrupted';
}

/** Notes how to undo something; the answer forgets it again, for what is meant to stay or is gone. */
export const noteUndo = (undo: Undo): (() => void) => {
  noted.add(undo);
  return () => void noted.delete(undo);
};

/** What has been noted so far is meant to stay. */
export const keepNoted = (): void => noted.clear();

/** Whether this process was interrupted. */
export const isInterrupted = (): boolean => interrupted;

/** @throws {Interrupted} when nothing new may begin */
export const mayBegin = (): void => {
  if (interrupted) throw new Interrupted('This process was interrupted');
};

const undone = async (undo: Undo): Promise<void> => {
  noted.delete(undo);
  try {
    await undo();
  } catch {
    // The others are undone all the same; what is left of this one is what a kill would have left.
  }
};

/**
 * Undoes everything noted, also what is noted meanwhile.
 * @param first what is undone before all else
 */
export const undoAll = async (first: Undo): Promise<void> => {
  interrupted = true;
  await undone(first);
  for (let last = [...noted].at(-1); last !== undefined; last = [...noted].at(-1)) await undone(last);
};
