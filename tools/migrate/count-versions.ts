/** How many items of each schema version a table holds. */
import { pacedPages, type PaceOptions } from './paced-pages.ts';

/** Of an item that carries no version, or none that is a number. */
const NO_VERSION = 0;

/** Items by version, 0 for those without one. */
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
