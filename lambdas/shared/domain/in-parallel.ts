/** Bounded concurrency. */
import pMap from 'p-map';

/**
 * Works on the items in order, at most `concurrency` at once, and starts no further item once `mayGoOn` returns false.
 * @returns number of started items: always the first ones
 * @throws any error of `work`; pass one that never throws
 */
export async function inParallel<T>(
  items: readonly T[],
  concurrency: number,
  mayGoOn: () => boolean,
  work: (item: T) => Promise<void>,
): Promise<number> {
  let begun = 0;
  let isOver = false;
  await pMap(
    items,
    async (item) => {
      isOver ||= !mayGoOn();
      if (isOver) return;
      begun += 1;
      await work(item);
    },
    { concurrency },
  );
  return begun;
}
