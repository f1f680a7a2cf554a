/** Bounded concurrency. */

/**
 * Works on the items in order, at most `width` at once, and takes no further one when `mayGoOn` says no.
 * @returns how many were taken: always the first ones
 * @throws what `work` throws; pass one that does not
 */
export async function inParallel<T>(
  items: readonly T[],
  width: number,
  mayGoOn: () => boolean,
  work: (item: T) => Promise<void>,
): Promise<number> {
  let taken = 0;
  const worker = async (): Promise<void> => {
    for (;;) {
      const item = items[taken];
      if (item === undefined || !mayGoOn()) return;
      taken += 1;
      await work(item);
    }
  };
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, worker));
  return taken;
}
