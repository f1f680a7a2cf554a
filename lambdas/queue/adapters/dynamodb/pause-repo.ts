/**
 * Pauses in the Controls table: one item per kind that was ever paused. Every write is conditional on absence, or on the version
 * that was read. A write of our own whose answer was lost is recognised by its attempt id.
 */
import { type DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import type { ActionKind } from '../../../actions/kinds.ts';
import { type Pause, pauseIdOf, type PauseRecord, pauseRecordSchema } from '../../contracts/controls.ts';
import { CONTROLS_TABLE } from '../../../shared/contracts/environment.ts';
import { holdsChange, isPaused } from '../../domain/pauses/pauses.ts';
import type { PauseRepo } from '../../domain/ports.ts';
import { CONTROL_SHAPE } from '../../domain/migrations/control-shape.ts';
import { storedItemReader } from '../../../shared/domain/stored-items.ts';
import { conditionFailure } from '../../../shared/adapters/dynamodb/document-client.ts';

const recordIn = storedItemReader(CONTROL_SHAPE, pauseRecordSchema, 'Pause');

const conditionOn = (previous: PauseRecord | undefined) =>
  previous === undefined
    ? { ConditionExpression: `attribute_not_exists(${CONTROLS_TABLE.partitionKey})` }
    : {
        ConditionExpression: 'version = :version',
        ExpressionAttributeValues: { ':version': previous.version },
      };

/** See the file head. */
export class DynamoDbPauseRepo implements PauseRepo {
  readonly #client: DynamoDBDocumentClient;
  readonly #tableName: string;

  constructor(client: DynamoDBDocumentClient, tableName: string) {
    this.#client = client;
    this.#tableName = tableName;
  }

  /** See {@link PauseRepo.pauseOf}. @throws {QueueError} `STORED_RECORD_INVALID` */
  async pauseOf(kind: ActionKind): Promise<Pause | undefined> {
    const record = await this.#get(kind, false);
    return isPaused(record) ? record : undefined;
  }

  /** See {@link PauseRepo.read}. @throws {QueueError} `STORED_RECORD_INVALID` */
  async read(kind: ActionKind): Promise<PauseRecord | undefined> {
    return this.#get(kind, true);
  }

  async #get(kind: ActionKind, isConsistent: boolean): Promise<PauseRecord | undefined> {
    const { Item } = await this.#client.send(
      new GetCommand({
        TableName: this.#tableName,
        Key: { controlId: pauseIdOf(kind) },
        ConsistentRead: isConsistent,
      }),
    );
    return Item === undefined ? undefined : recordIn(Item);
  }

  /** See {@link PauseRepo.write}. @throws {QueueError} `STORED_RECORD_INVALID` */
  async write(previous: PauseRecord | undefined, next: PauseRecord): Promise<boolean> {
    try {
      await this.#client.send(
        new PutCommand({ TableName: this.#tableName, Item: next, ...conditionOn(previous) }),
      );
      return true;
    } catch (error) {
      if (conditionFailure(error) === undefined) throw error;
      const stored = await this.read(next.kind);
      return stored !== undefined && holdsChange(stored, next);
    }
  }
}
