/** Stored items: their versions, the migrations between versions, and the steps of a reader before the schema. Pure. */
import { LEDGER_SCHEMA_VERSION } from '../contracts/effects.ts';
import { fieldIssuesText, type Schema } from '../contracts/field-issues.ts';
import { QueueError } from './errors.ts';

/** An item without its index keys; `schemaVersion` tells its shape. */
export type StoredItem = Readonly<Record<string, unknown>>;

/**
 * One step between two neighbouring versions of a shape. `up(down(item))` is `item`: a value without a field in the lower version
 * is stored where the lower reader accepts it and `up` finds it. `up` accepts everything that the lower version's code has
 * written.
 */
export interface Migration {
  /** The lower version; the upper one is `from + 1`. */
  readonly from: number;
  readonly up: (item: StoredItem) => StoredItem;
  /** @throws {QueueError} `STORED_RECORD_INVALID` when it is not an item of the upper version */
  readonly down: (item: StoredItem) => StoredItem;
}

/** The version in which an item was written. @throws {QueueError} `STORED_RECORD_INVALID` when it has none */
export function versionOf(item: StoredItem): number {
  const version = item['schemaVersion'];
  if (typeof version === 'number' && Number.isInteger(version) && version >= 1) return version;
  throw new QueueError('STORED_RECORD_INVALID', {
    detail: 'schemaVersion: expected a whole number from 1',
  });
}

const stepFrom = (steps: readonly Migration[], from: number): Migration => {
  const step = steps.find((candidate) => candidate.from === from);
  if (step !== undefined) return step;
  throw new QueueError('STORED_RECORD_INVALID', {
    detail: `schemaVersion: no migration between ${from} and ${from + 1}`,
  });
};

/**
 * The item in version `to`; an item of that version is returned unchanged.
 * @throws {QueueError} `STORED_RECORD_INVALID` when a step is missing, or refuses the item
 */
export function migrate(steps: readonly Migration[], item: StoredItem, to: number): StoredItem {
  let migrated = item;
  for (let version = versionOf(item); version < to; version += 1)
    migrated = stepFrom(steps, version).up(migrated);
  for (let version = versionOf(item); version > to; version -= 1)
    migrated = stepFrom(steps, version - 1).down(migrated);
  return migrated;
}

/**
 * The record, parsed by its schema.
 * @param called name of such a record, for the error
 * @throws {QueueError} `STORED_RECORD_INVALID` naming each field and what was expected there, never what is stored
 */
export function storedRecord<T>(called: string, schema: Schema<T>, record: unknown): T {
  const parsed = schema.safeParse(record);
  if (parsed.success) return parsed.data;
  throw new QueueError('STORED_RECORD_INVALID', {
    detail: `${called}: ${fieldIssuesText(parsed.error)}`,
    cause: parsed.error,
  });
}

/** A stored shape. */
export interface Shape {
  /** That of its table. */
  readonly name: string;
  /** The version that is written; readers accept it and all earlier ones. */
  readonly newest: number;
  /** From the oldest up, without a gap. */
  readonly steps: readonly Migration[];
  /** Whether its items are never changed: then every reader accepts every version. */
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
 * The item, if this code knows its version. An item without a version is returned, and its schema refuses it.
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
 * Creates the reader of a table's items: it accepts every version that this code knows and returns the shape of the schema.
 * @param called name of such an item, for the error
 * @returns a reader that throws {QueueError} `STORED_RECORD_INVALID` for an item of a newer version, naming both, and for one of
 * another shape, naming each field and what was expected there
 */
export const storedItemReader =
  <T>(shape: Shape, schema: Schema<T>, called: string) =>
  (item: StoredItem): T =>
    storedRecord(called, schema, upcast(shape, item));
