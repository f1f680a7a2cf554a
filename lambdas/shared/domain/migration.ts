/** What a migration of a stored shape is, and how several are gone through. Pure: items in, items out. */
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
