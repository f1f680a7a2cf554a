/**
 * Damaged items: items with a shape that this code cannot read, or that later code wrote. A damaged item hides no other item. It
 * is reported with its key, the wrong fields and what was expected; never with the stored values.
 */
import { isErrorOf, type QueueError } from './errors.ts';

/** A stored item that cannot be read. */
export interface DamagedItem {
  /** Its key, whatever is wrong with the rest. */
  readonly id: string;
  /** Fields, and what was expected of each. */
  readonly detail: string;
}

/** The readable and the damaged items, both in the order of the store. */
export interface ReadItems<T> {
  readonly found: readonly T[];
  readonly damaged: readonly DamagedItem[];
}

/** Whether a stored record could not be read. */
export const isDamage = (thrown: unknown): thrown is QueueError => isErrorOf(thrown, 'damage');

/** What is wrong with a record. @throws the given error, if it is not about a record */
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
