/** What readers do with the version of a stored item, before its schema looks at the rest. */
import type { Schema } from '../contracts/field-issues.ts';
import { QueueError } from './errors.ts';
import { LEDGER_SCHEMA_VERSION } from '../contracts/effects.ts';
import { migrate, type Migration, type StoredItem, versionOf } from './migration.ts';
import { storedRecord } from './stored-record.ts';

/** A stored shape. */
export interface Shape {
  /** That of its table. */
  readonly name: string;
  /** The version that is written; readers take it and the ones before. */
  readonly newest: number;
  /** From the oldest up, without a gap. */
  readonly steps: readonly Migration[];
  /** Its items are never changed: every reader takes every version, for ever. */
  readonly appendOnly: boolean;
}

/** The ledger's entries. */
export const LEDGER_SHAPE = {
  name: 'ledger',
  newest: LEDGER_SCHEMA_VERSION,
  steps: [],
  appendOnly: false,
} as const satisfies Shape;

/**
 * The item, if this code knows its version; one without a version is left for its schema to refuse.
 * @throws {QueueError} `STORED_RECORD_INVALID` naming both versions when it is a newer one
 */
export function readable({ name, newest }: Shape, item: StoredItem): StoredItem {
  const version = item['schemaVersion'];
  if (typeof version !== 'number' || version <= newest) return item;
  throw new QueueError('STORED_RECORD_INVALID', {
    detail: `schemaVersion: expected at most ${newest} (${name}), got ${version}: later code wrote it; deploy that, or migrate the table down`,
  });
}

/**
 * The item as its readers see it: of the newest version, or as it was written where the shape is append-only. What is not an item of an
 * older version is returned as it is, for its schema to refuse.
 * @throws {QueueError} `STORED_RECORD_INVALID` when it is of a newer version
 */
export function upcast(shape: Shape, item: StoredItem): StoredItem {
  const { newest, steps, appendOnly } = shape;
  const version = readable(shape, item)['schemaVersion'];
  const isOlder = Number.isInteger(version) && Number(version) >= 1 && versionOf(item) < newest;
  return isOlder && !appendOnly ? migrate(steps, item, newest) : item;
}

/**
 * What reads the items of a table: of every version that this code knows, in the shape of the schema.
 * @param called what people call such an item, at the head of the error
 * @returns a reader that throws {QueueError} `STORED_RECORD_INVALID` for an item of a newer version, naming both, and for
 *   one of another shape, naming each field and what was expected there
 */
export const storedItemReader =
  <T>(shape: Shape, schema: Schema<T>, called: string) =>
  (item: StoredItem): T =>
    storedRecord(called, schema, upcast(shape, item));
