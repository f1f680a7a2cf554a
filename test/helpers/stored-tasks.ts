/** Thousands of stored tasks, copied from the recorded ones. */
import {
  BatchWriteCommand,
  type BatchWriteCommandInput,
  type DynamoDBDocumentClient,
  ScanCommand,
} from '@aws-sdk/lib-dynamodb';
import type { StoredItem } from '../../lambdas/shared/domain/stored-items.ts';
import { dueShardOf } from '../../lambdas/queue/domain/task/identity.ts';
import { ActionKind } from '../../lambdas/actions/kinds.ts';
import { executionTaskSchema } from '../../lambdas/queue/contracts/records.ts';
import { TABLE_NAMES } from '../../tools/rig/aws/dynamodb-server.ts';
import { recordedItems } from './fixtures.ts';

const taskIdOf = (index: number): string => `task-${index.toString(16).padStart(40, '0')}`;

const { hold: holdSchema } = executionTaskSchema.shape;

/** The recorded item with another id and its index shard. */
function copyOf(item: StoredItem, index: number): StoredItem {
  const taskId = taskIdOf(index);
  if (item['dueShard'] === undefined) return { ...item, taskId };
  const kind =
    Object.values(ActionKind).find((candidate) => candidate === item['kind']) ?? ActionKind.CrmSync;
  return { ...item, taskId, dueShard: dueShardOf({ taskId, kind, hold: holdSchema.parse(item['hold']) }) };
}

/** `count` items of a recorded version, of every state, with different ids. */
export function manyTasks(count: number, version: number): readonly StoredItem[] {
  const recorded = recordedItems('tasks', version);
  return Array.from({ length: count }, (_, index) => copyOf(recorded[index % recorded.length] ?? {}, index));
}

/** Maximum number of items of one BatchWriteItem. */
const BATCH = 25;

type WriteRequests = NonNullable<BatchWriteCommandInput['RequestItems']>[string];

async function writeAll(client: DynamoDBDocumentClient, requests: WriteRequests): Promise<void> {
  for (let start = 0; start < requests.length; start += BATCH) {
    const RequestItems = { [TABLE_NAMES.tasks]: requests.slice(start, start + BATCH) };
    await client.send(new BatchWriteCommand({ RequestItems }));
  }
}

/** Puts items into the Tasks table, replacing existing ones. */
export const storeTasks = (client: DynamoDBDocumentClient, items: readonly StoredItem[]): Promise<void> =>
  writeAll(
    client,
    items.map((Item) => ({ PutRequest: { Item } })),
  );

/** Deletes items from the Tasks table. */
export const removeTasks = (client: DynamoDBDocumentClient, items: readonly StoredItem[]): Promise<void> =>
  writeAll(
    client,
    items.map(({ taskId }) => ({ DeleteRequest: { Key: { taskId } } })),
  );

/** Every item of the Tasks table, by id. */
export async function storedTasks(client: DynamoDBDocumentClient): Promise<ReadonlyMap<string, StoredItem>> {
  const found = new Map<string, StoredItem>();
  let key: Record<string, unknown> | undefined;
  do {
    const page = await client.send(
      new ScanCommand({ TableName: TABLE_NAMES.tasks, ConsistentRead: true, ExclusiveStartKey: key }),
    );
    for (const item of page.Items ?? []) found.set(String(item['taskId']), item);
    key = page.LastEvaluatedKey;
  } while (key !== undefined);
  return found;
}

/** Items by schema version. */
export const versionsOf = (items: ReadonlyMap<string, StoredItem>): Readonly<Record<string, number>> =>
  [...items.values()].reduce<Record<string, number>>((counts, { schemaVersion }) => {
    const version = `v${String(schemaVersion)}`;
    return { ...counts, [version]: (counts[version] ?? 0) + 1 };
  }, {});
