/** Pauses in the Controls table: one item per paused kind. */
import { type DynamoDBDocumentClient, GetCommand } from '@aws-sdk/lib-dynamodb';
import type { ActionKind } from '../../contracts/action-kinds.ts';
import { type Pause, pauseIdOf, pauseSchema } from '../../contracts/controls.ts';
import { QueueError } from '../../domain/errors.ts';
import type { PauseSource } from '../../domain/ports.ts';
import type { Item } from './task-item.ts';

function parsePause(item: Item): Pause {
  const parsed = pauseSchema.safeParse(item);
  if (parsed.success) return parsed.data;
  const fields = parsed.error.issues.map((issue) => issue.path.join('.')).join(', ');
  throw new QueueError('STORED_RECORD_INVALID', { detail: `Pause: ${fields}`, cause: parsed.error });
}

/** See the file head. */
export class DynamoDbPauseRepo implements PauseSource {
  readonly #client: DynamoDBDocumentClient;
  readonly #tableName: string;

  constructor(client: DynamoDBDocumentClient, tableName: string) {
    this.#client = client;
    this.#tableName = tableName;
  }

  /** See {@link PauseSource.pauseOf}. @throws {QueueError} `STORED_RECORD_INVALID` */
  async pauseOf(kind: ActionKind): Promise<Pause | undefined> {
    const { Item } = await this.#client.send(
      new GetCommand({ TableName: this.#tableName, Key: { controlId: pauseIdOf(kind) } }),
    );
    return Item === undefined ? undefined : parsePause(Item);
  }
}
