/** `ExecutionQueueRepo` on DynamoDB: single tasks as in `task-store.ts`, the tasks of a quote, and the index of due tasks. */
import { BatchGetCommand, NumberValue, QueryCommand } from '@aws-sdk/lib-dynamodb';
import type { ActionKind } from '../../../actions/kinds.ts';
import { TASKS_TABLE } from '../../../shared/contracts/environment.ts';
import type { StoredTask } from '../../contracts/records.ts';
import { damageOf } from '../../../shared/domain/damaged-items.ts';
import { inTurns } from '../../../shared/domain/in-turns.ts';
import type {
  DamagedTask,
  DuePage,
  DuePosition,
  DueQuery,
  ExecutionQueueRepo,
  ListedTask,
  ListOptions,
  TaskPage,
} from '../../domain/ports.ts';
import { decodeCursor, encodeCursor } from './cursor.ts';
import { pageAfter, type Item } from '../../../shared/adapters/dynamodb/document-client.ts';
import { DUE_SHARD_NAMES, heldShardNames } from '../../domain/task/identity.ts';
import { fromItem } from './task-item.ts';
import { DynamoDbTaskStore } from './task-store.ts';

const positionOf = (key: Record<string, unknown>): DuePosition => ({
  dueAtMs: Number(key['dueAtMs']),
  taskId: String(key['taskId']),
});

/** The due time of a damaged task may be a number that JavaScript cannot represent. */
const keyOf = (dueShard: string, { taskId, dueAtMs }: DuePosition) => ({
  dueShard,
  taskId,
  dueAtMs: NumberValue.from(String(dueAtMs)),
});

type Listed =
  | { readonly task: StoredTask; readonly damaged?: never }
  | { readonly damaged: DamagedTask; readonly task?: never };

/** The task of an item, or what is wrong with it, so that a damaged task does not end a listing. */
function listed(item: Item): Listed {
  try {
    return { task: fromItem(item) };
  } catch (thrown) {
    return { damaged: { taskId: String(item['taskId']), detail: damageOf(thrown) } };
  }
}

/** See the file head. */
export class DynamoDbTaskRepo extends DynamoDbTaskStore implements ExecutionQueueRepo {
  /**
   * See {@link ExecutionQueueRepo.listByQuote}. The index gives the keys; the tasks themselves are read consistently, so
   * a filter by state sees the present one.
   */
  async listByQuote(quoteId: string, options: ListOptions): Promise<TaskPage> {
    const { state, limit, cursor } = options;
    const { Items = [], LastEvaluatedKey } = await this.client.send(
      new QueryCommand({
        TableName: this.tableName,
        IndexName: TASKS_TABLE.byQuote.name,
        KeyConditionExpression: 'quoteId = :quoteId',
        ExpressionAttributeValues: { ':quoteId': quoteId },
        ProjectionExpression: 'taskId, quoteId, createdAtMs',
        ...(cursor === undefined ? {} : { ExclusiveStartKey: decodeCursor(cursor, quoteId) }),
        Limit: limit,
      }),
    );
    const found = await this.#getAll(Items.map((item) => String(item['taskId'])));
    const entries: readonly ListedTask[] = Items.flatMap((key) => {
      const item = found.get(String(key['taskId']));
      return item === undefined ? [] : { cursor: encodeCursor(key), ...listed(item) };
    }).filter(({ task }) => state === undefined || task === undefined || task.state === state);
    return LastEvaluatedKey === undefined ? { entries } : { entries, cursor: encodeCursor(LastEvaluatedKey) };
  }

  /** Strongly consistent reads of at most 100 items, by their ids. */
  async #getAll(taskIds: readonly string[]): Promise<ReadonlyMap<string, Item>> {
    const found = new Map<string, Item>();
    let missing = [...taskIds];
    while (missing.length > 0) {
      const request = {
        [this.tableName]: { Keys: missing.map((taskId) => ({ taskId })), ConsistentRead: true },
      };
      const { Responses, UnprocessedKeys } = await this.client.send(
        new BatchGetCommand({ RequestItems: request }),
      );
      for (const item of Responses?.[this.tableName] ?? []) found.set(String(item['taskId']), item);
      // An answer ends at 16 MB; what it left out is asked for again.
      missing = (UnprocessedKeys?.[this.tableName]?.Keys ?? []).map((key) => String(key['taskId']));
    }
    return found;
  }

  /** See {@link ExecutionQueueRepo.listDue}. The shards take turns: a full one starves no other, and one alone may fill the limit. */
  async listDue(nowMs: number, limit: number): Promise<readonly string[]> {
    return this.#listShards(DUE_SHARD_NAMES, nowMs, limit);
  }

  /** See {@link ExecutionQueueRepo.listHeld}. */
  async listHeld(kind: ActionKind, nowMs: number, limit: number): Promise<readonly string[]> {
    return this.#listShards(heldShardNames(kind), nowMs, limit);
  }

  async #listShards(shards: readonly string[], nowMs: number, limit: number): Promise<readonly string[]> {
    const pages = await Promise.all(shards.map((shard) => this.pageDue({ shard, untilMs: nowMs, limit })));
    return inTurns(pages.map(({ candidates }) => candidates.map(({ taskId }) => taskId))).slice(0, limit);
  }

  /** See {@link ExecutionQueueRepo.pageDue}. */
  async pageDue({ shard, untilMs, limit, after }: DueQuery): Promise<DuePage> {
    const { Items = [], LastEvaluatedKey } = await pageAfter(after, () =>
      this.client.send(
        new QueryCommand({
          TableName: this.tableName,
          IndexName: TASKS_TABLE.byDeadline.name,
          KeyConditionExpression: 'dueShard = :shard AND dueAtMs <= :until',
          ExpressionAttributeValues: { ':shard': shard, ':until': untilMs },
          ProjectionExpression: 'taskId, dueAtMs',
          ...(after === undefined ? {} : { ExclusiveStartKey: keyOf(shard, after) }),
          Limit: limit,
        }),
      ),
    );
    const candidates = Items.map(positionOf);
    return LastEvaluatedKey === undefined
      ? { candidates }
      : { candidates, next: positionOf(LastEvaluatedKey) };
  }
}
