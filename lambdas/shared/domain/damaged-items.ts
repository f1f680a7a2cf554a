/**
 * Stored items that are damaged: they have a shape that this code cannot read, or later code wrote them. One of them hides
 * none of the others. It is named by its key, with the fields that are wrong and what was expected there; never with what
 * is stored.
 */
import { isErrorOf, type QueueError } from './errors.ts';

/** A stored item that cannot be read. */
export interface DamagedItem {
  /** Its key, whatever is wrong with the rest. */
  readonly id: string;
  /** Fields, and what was expected of each. */
  readonly detail: string;
}

/** Items that were read, and those that cannot be; both in the order of the store. */
export interface ReadItems<T> {
  readonly found: readonly T[];
  readonly damaged: readonly DamagedItem[];
}

/** Whether a stored record could not be read. */
export const isDamage = (thrown: unknown): thrown is QueueError => isErrorOf(thrown, 'damage');

/** What is wrong with a record. @throws what was thrown, when it says nothing about a record */
export function damageOf(thrown: unknown): string {
  if (isDamage(thrown)) return thrown.detail;
  throw thrown;
}

/**
 * Reads each item by itself.
 * @param keyOf what names an item that `read` refuses
 * @throws what `read` throws, but for `STORED_RECORD_INVALID`
 */
export function readEach<I, T>(
  items: readonly I[],
  read: (item: I) => T,
  keyOf: (item: I) => string,
): ReadItems<T> {
  const found: T[] = [];
  const damaged: DamagedItem[] = [];
  for (const item of items) {
    try {
      found.push(read(item));
    } catch (thrown) {
      damaged.push({ id: keyOf(item), detail: damageOf(thrown) });
    }
  }
  return { found, damaged };
}
