/**
 * Cleans up after an interrupted process: processes, folders, locks. Each is registered when it is created. On an interruption everything
 * registered is undone in reverse order, and nothing new may begin.
 */

/** Undoes one thing. It is called at most once; if the thing no longer exists, it does nothing. */
type Undo = () => Promise<void> | void;

const noted = new Set<Undo>();
let interrupted = false;

/** Thrown by work that would begin after the interruption. It is not shown, because the process is about to end. */
class Interrupted extends Error {
  override readonly name = 'Interrupted';
}

/**
 * Registers how to undo something; the returned function removes the registration, for a thing that stays or no longer exists.
 */
export const noteUndo = (undo: Undo): (() => void) => {
  noted.add(undo);
  return () => void noted.delete(undo);
};

/** Removes all registrations: everything created so far stays. */
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
    // The others are still undone; this one stays, like after a kill.
  }
};

/**
 * Undoes everything registered, including registrations made in the meantime.
 * @param first undone before everything else
 */
export const undoAll = async (first: Undo): Promise<void> => {
  interrupted = true;
  await undone(first);
  for (let last = [...noted].at(-1); last !== undefined; last = [...noted].at(-1)) await undone(last);
};
