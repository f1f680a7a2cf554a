/** Stored items: their versions, the migrations between them, and what readers do before a schema looks at the rest. Pure. */
import { LEDGER_SCHEMA_VERSION } from '../contracts/effects.ts';
import { fieldIssuesText, type Schema } from '../contracts/field-issues.ts';
import { QueueError } from './errors.ts';

/** An item without the keys of its indexes; its `schemaVersion` says which shape it has. */
export type StoredItem = Readonly<Record<string, unknown>>;

/**
 * One step between two neighbouring versions of a shape. `up(down(item))` is `item`: what the lower version cannot say is
 * put where the lower reader takes it and `up` finds it again. `up` takes whatever the lower version's code has written.
 */
export interface Migration {
  /** The lower version; the upper one is `from + 1`. */
  readonly from: number;
  readonly up: (item: StoredItem) => StoredItem;
  /** @throws {QueueError} `STORED_RECORD_INVALID` when it is not an item of the upper version */
  readonly down: (item: StoredItem) => StoredItem;
}

/** The version an item was written with. @throws {QueueError} `STORED_RECORD_INVALID` when it carries none */
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
 * The item in version `to`; an item that has it already comes back as it is.
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
 * The record as its schema knows it.
 * @param called what people call it, at the head of the error
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
