/** Recorded items of every schema version; see test/fixtures/README.md. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { StoredItem } from '../../lambdas/shared/domain/stored-items.ts';
import type { ShapeName } from '../../lambdas/queue/domain/migrations/shapes.ts';

const FOLDER = join(import.meta.dirname, '../fixtures');

/** Recorded schema versions. */
export const RECORDED_VERSIONS: readonly number[] = readdirSync(FOLDER)
  .filter((name) => /^v\d+$/.test(name))
  .map((name) => Number(name.slice(1)))
  .toSorted((a, b) => a - b);

/** The items of a table in a version; empty if the version has no such table. */
export function recordedItems(shape: ShapeName, version: number): readonly StoredItem[] {
  const file = join(FOLDER, `v${version}`, `${shape}.json`);
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : [];
}
