/** `WalkCursors` in the Controls table: one item per walk. */
import { type DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import {
  SWEEP_CURSOR_SCHEMA_VERSION,
  type SweepCursor,
  sweepCursorIdOf,
  sweepCursorSchema,
  type SweepWalk,
} from '../../contracts/sweep-cursors.ts';
import type { WalkCursor, WalkCursors } from '../../domain/recovery/paced-walk.ts';
import { conditionFailure, type Item } from '../../../shared/adapters/dynamodb/document-client.ts';

/**
 * A cursor is only a hint. A cursor of another shape is ignored; the value of its version is kept, so that the next write can
 * replace it.
 */
function cursorOf(item: Item | undefined): WalkCursor {
  const parsed = sweepCursorSchema.safeParse(item);
  if (parsed.success) return parsed.data;
  const replaces = item?.['version'];
  return { positions: {}, version: 0, ...(replaces === undefined ? {} : { replaces }) };
}

/** Stores cursors. */
export class DynamoDbWalkCursors implements WalkCursors {
  readonly #client: DynamoDBDocumentClient;
  readonly #tableName: string;

  constructor(client: DynamoDBDocumentClient, tableName: string) {
    this.#client = client;
    this.#tableName = tableName;
  }

  /** See {@link WalkCursors.load}. */
  async load(walk: SweepWalk): Promise<WalkCursor> {
    const { Item } = await this.#client.send(
      new GetCommand({ TableName: this.#tableName, Key: { controlId: sweepCursorIdOf(walk) } }),
    );
    return cursorOf(Item);
  }

  /**
   * See {@link WalkCursors.save}. If the answer to our own write was lost, the repeated write is reported as a conflict,
   * although the cursor is already right.
   */
  async save(
    walk: SweepWalk,
    before: WalkCursor,
    positions: SweepCursor['positions'],
    nowMs: number,
  ): Promise<'saved' | 'conflict'> {
    const cursor: SweepCursor = {
      schemaVersion: SWEEP_CURSOR_SCHEMA_VERSION,
      controlId: sweepCursorIdOf(walk),
      positions,
      version: before.version + 1,
      updatedAtMs: nowMs,
    };
    try {
      await this.#client.send(
        new PutCommand({
          TableName: this.#tableName,
          Item: cursor,
          // An item without a version is not a cursor; it is replaced like an absent one.
          ConditionExpression: 'attribute_not_exists(version) OR version = :before',
          ExpressionAttributeValues: { ':before': 'replaces' in before ? before.replaces : before.version },
        }),
      );
      return 'saved';
    } catch (error) {
      if (conditionFailure(error) === undefined) throw error;
      return 'conflict';
    }
  }
}
