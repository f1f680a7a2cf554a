/**
 * Migrates the items of the Tasks table to another schema version while the queue runs. Invariants upheld here:
 * 1. Every write is conditional on (version, owner, schemaVersion) of the item that was migrated. If the item has changed in
 *    the meantime, the current item is read and migrated again.
 * 2. A killed pass continues where it stopped, and repeating a part of it changes nothing.
 * 3. It ends when one whole pass, from the first item to the last, found nothing to do.
 */
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import {
  conditionFailure,
  type Item,
  rejectedItem,
} from '../../lambdas/shared/adapters/dynamodb/document-client.ts';
import { migratedTaskItem } from '../../lambdas/queue/adapters/dynamodb/task-item.ts';
import { QueueError } from '../../lambdas/shared/domain/errors.ts';
import { versionOf } from '../../lambdas/shared/domain/stored-items.ts';
import { pacedPages, type PaceOptions } from './paced-pages.ts';
import type { PlaceKeeper } from './place-file.ts';

/** Whether versions increase or decrease. */
export type Direction = 'up' | 'down';

/** The migration and its options. */
export interface MigrationOptions extends PaceOptions {
  readonly direction: Direction;
  /** Target version; items beyond it in this direction are not changed. */
  readonly to: number;
  /** Whether to only report the changes, without a write. */
  readonly dryRun: boolean;
  /** Stores the position of the pass, for the next run if this one is killed. */
  readonly place: PlaceKeeper;
  /** Called for each changed item, in a dry run for each item that would change. */
  readonly onChange: (before: Item, after: Item) => void;
  /** Called after each page with the number of items that the pass has read. */
  readonly onPage: (read: number) => void;
}

/** The result of a run. */
export interface MigrationCounts {
  /** Number of items that the last pass read. */
  readonly read: number;
  readonly changed: number;
  /** Of the changed items, those that had changed between the read and the write. */
  readonly moved: number;
  /** Items that could not be migrated, each with the reason. */
  readonly refused: readonly { readonly taskId: string; readonly reason: string }[];
  /** Number of items that the last pass found in another version. Other code may have written them in it again since then. */
  readonly left: number;
  readonly passes: number;
}

/** Maximum reads of one item that other code keeps changing; then it is left to the next pass. */
const LOOKS = 5;
/** If this many passes still find items to change, other code must be writing the other version. */
const MAX_PASSES = 5;

/** Concurrent writes. With about 10 ms each, they handle a thousand items a second. */
const AT_ONCE = 10;

type Result = 'unchanged' | 'changed' | 'moved' | 'left';

interface PassSums {
  read: number;
  changed: number;
  moved: number;
  left: number;
  readonly refused: { taskId: string; reason: string }[];
}

const needsChange = ({ direction, to }: MigrationOptions, item: Item): boolean =>
  direction === 'up' ? versionOf(item) < to : versionOf(item) > to;

/** Replaces `before` by `after`. If the stored item is no longer `before`, returns the stored item, if any. */
async function replaceItem(
  { client, tableName }: MigrationOptions,
  before: Item,
  after: Item,
): Promise<'written' | Item | undefined> {
  const { version, owner, schemaVersion } = before;
  const fence = owner === undefined ? 'attribute_not_exists(#owner)' : '#owner = :owner';
  try {
    await client.send(
      new PutCommand({
        TableName: tableName,
        Item: after,
        ConditionExpression: `version = :version AND schemaVersion = :schemaVersion AND ${fence}`,
        ExpressionAttributeNames: { '#owner': 'owner' },
        ExpressionAttributeValues: {
          ':version': version,
          ':schemaVersion': schemaVersion,
          ...(owner === undefined ? {} : { ':owner': owner }),
        },
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      }),
    );
    return 'written';
  } catch (error) {
    const failure = conditionFailure(error);
    if (failure === undefined) throw error;
    return rejectedItem(failure);
  }
}

async function migrateItem(options: MigrationOptions, found: Item): Promise<Result> {
  let item: Item | undefined = found;
  for (let look = 1; look <= LOOKS; look += 1) {
    // Tasks are never deleted by the queue. A task that an operator deleted needs no migration.
    if (item === undefined || !needsChange(options, item)) return 'unchanged';
    const after = migratedTaskItem(item, options.to);
    const written: Awaited<ReturnType<typeof replaceItem>> = options.dryRun
      ? 'written'
      : await replaceItem(options, item, after);
    if (written === 'written') {
      options.onChange(item, after);
      return look === 1 ? 'changed' : 'moved';
    }
    item = written;
  }
  return 'left';
}

async function migrateOne(options: MigrationOptions, item: Item, sums: PassSums): Promise<void> {
  sums.read += 1;
  try {
    const result = await migrateItem(options, item);
    if (result === 'left') sums.left += 1;
    if (result === 'moved') sums.moved += 1;
    if (result === 'changed' || result === 'moved') sums.changed += 1;
  } catch (error) {
    if (!(error instanceof QueueError)) throw error;
    sums.refused.push({ taskId: String(item['taskId']), reason: error.detail });
  }
}

/** One pass, from `from` to the end of the table. */
async function walk(options: MigrationOptions, from: Item | undefined): Promise<PassSums> {
  const sums: PassSums = { read: 0, changed: 0, moved: 0, left: 0, refused: [] };
  for await (const { items, next } of pacedPages(options, { from })) {
    for (let start = 0; start < items.length; start += AT_ONCE) {
      await Promise.all(items.slice(start, start + AT_ONCE).map((item) => migrateOne(options, item, sums)));
    }
    if (!options.dryRun) options.place.keep(next);
    options.onPage(sums.read);
  }
  return sums;
}

/**
 * Migrates the table; the file head has the invariants. A second run finds nothing to do.
 * @throws any error of DynamoDB; the place is kept, so that the next run continues there
 */
export async function migrateTable(options: MigrationOptions): Promise<MigrationCounts> {
  const { dryRun, place } = options;
  let from = dryRun ? undefined : place.last();
  let changed = 0;
  let moved = 0;
  for (let passes = 1; ; passes += 1) {
    const sums = await walk(options, from);
    changed += sums.changed;
    moved += sums.moved;
    const found = sums.changed + sums.left;
    const isDone = from === undefined && found === 0;
    if (dryRun || isDone || passes === MAX_PASSES) {
      return { ...sums, changed, moved, left: dryRun ? 0 : found, passes };
    }
    from = undefined;
  }
}
