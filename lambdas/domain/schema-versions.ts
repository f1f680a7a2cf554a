/** What readers do with the version of a stored item, before its schema looks at the rest. */
import { QueueError } from './errors.ts';
import { migrate, type StoredItem, versionOf } from './migrations/migration.ts';
import { type ShapeName, SHAPES } from './migrations/shapes.ts';

/**
 * The item, if this code knows its version; one without a version is left for its schema to refuse.
 * @throws {QueueError} `STORED_RECORD_INVALID` naming both versions when it is a newer one
 */
export function readable(shape: ShapeName, item: StoredItem): StoredItem {
  const { newest } = SHAPES[shape];
  const version = item['schemaVersion'];
  if (typeof version !== 'number' || version <= newest) return item;
  throw new QueueError('STORED_RECORD_INVALID', {
    detail: `schemaVersion: expected at most ${newest} (${shape}), got ${version}: later code wrote it; deploy that, or migrate the table down`,
  });
}

/**
 * A task item of an older version as one of the newest; anything else is returned as it is, for its schema to refuse.
 * @throws {QueueError} `STORED_RECORD_INVALID` when it is of a newer version
 */
export function upcastTask(item: StoredItem): StoredItem {
  const { newest, steps } = SHAPES.tasks;
  const version = readable('tasks', item)['schemaVersion'];
  const isOlder = Number.isInteger(version) && Number(version) >= 1 && versionOf(item) < newest;
  return isOlder ? migrate(steps, item, newest) : item;
}
