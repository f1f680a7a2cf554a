/** Bounded concurrency. */
import pMap from 'p-map';

/**
 * Works on the items in order, at most `concurrency` at once, and begins no further one when `mayGoOn` says no.
 * @returns how many were begun: always the first ones
 * @throws what `work` throws; pass one that does not
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
