/** Counts the items of a table by schema version. */
import { pacedPages, type PaceOptions } from './paced-pages.ts';

/** Counts as 0: an item without a version, or with one that is not a number. */
const NO_VERSION = 0;

/** Number of items by version; 0 counts items without a version. */
export async function countVersions(options: PaceOptions): Promise<ReadonlyMap<number, number>> {
  const counts = new Map<number, number>();
  for await (const { items } of pacedPages(options, { projection: 'schemaVersion' })) {
    for (const { schemaVersion } of items) {
      const version = typeof schemaVersion === 'number' ? schemaVersion : NO_VERSION;
      counts.set(version, (counts.get(version) ?? 0) + 1);
    }
  }
  return counts;
}
