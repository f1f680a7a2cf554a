/** What readers do with the version of a stored item, before its schema looks at the rest. */
import type { Schema } from '../contracts/field-issues.ts';
import { QueueError } from './errors.ts';
import { migrate, type StoredItem, versionOf } from './migration.ts';
import { type ShapeName, SHAPES } from '../../queue/domain/migrations/shapes.ts';
import { storedRecord } from './stored-record.ts';

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

/** Readers of a shape that is appended to take every version as it was written; those of the others see the newest. */
function upcast(shape: ShapeName, item: StoredItem): StoredItem {
  const { newest, steps, appendOnly } = SHAPES[shape];
  const version = readable(shape, item)['schemaVersion'];
  const isOlder = Number.isInteger(version) && Number(version) >= 1 && versionOf(item) < newest;
  return isOlder && !appendOnly ? migrate(steps, item, newest) : item;
}

/**
 * A task item of an older version as one of the newest; anything else is returned as it is, for its schema to refuse.
 * @throws {QueueError} `STORED_RECORD_INVALID` when it is of a newer version
 */
export const upcastTask = (item: StoredItem): StoredItem => upcast('tasks', item);

/**
 * What reads the items of a table: of every version that this code knows, in the shape of the schema.
 * @param called what people call such an item, at the head of the error
 * @returns a reader that throws {QueueError} `STORED_RECORD_INVALID` for an item of a newer version, naming both, and for
 *   one of another shape, naming each field and what was expected there
 */
export const storedItemReader =
  <T>(shape: ShapeName, schema: Schema<T>, called: string) =>
  (item: StoredItem): T =>
    storedRecord(called, schema, upcast(shape, item));
