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

/** A cursor is a hint: one of another shape is forgotten, and what it has for a version kept for the write in its place. */
function cursorOf(item: Item | undefined): WalkCursor {
  const parsed = sweepCursorSchema.safeParse(item);
  if (parsed.success) return parsed.data;
  const replaces = item?.['version'];
  return { positions: {}, version: 0, ...(replaces === undefined ? {} : { replaces }) };
}

/** See the file head. */
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
   * See {@link WalkCursors.save}. A write of our own whose answer was lost is reported as a conflict: the cursor is where
   * it should be all the same.
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
          // An item without a version is no cursor; it is replaced like one that is not there.
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
