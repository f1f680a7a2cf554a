/** What Slack shows of tasks, read from the Cards table; the operators' side writes it. */
import { type DynamoDBDocumentClient, GetCommand } from '@aws-sdk/lib-dynamodb';
import { storedItemReader } from '../../../shared/domain/stored-items.ts';
import {
  cardIdOf,
  type CardRecord,
  cardRecordSchema,
  latencyRecordSchema,
} from '../../contracts/shown-cards.ts';
import { CARD_SHAPE } from '../../domain/migrations/card-shape.ts';

/** Reads a card's item. @throws {QueueError} `STORED_RECORD_INVALID` */
export const cardIn = storedItemReader(CARD_SHAPE, cardRecordSchema, 'Card item');
/** Reads a latency's item. @throws {QueueError} `STORED_RECORD_INVALID` */
export const latencyIn = storedItemReader(CARD_SHAPE, latencyRecordSchema, 'Latency item');

/** See the file head. */
export class DynamoDbShownCardReader {
  readonly #client: DynamoDBDocumentClient;
  readonly #tableName: string;

  constructor(client: DynamoDBDocumentClient, tableName: string) {
    this.#client = client;
    this.#tableName = tableName;
  }

  /** Strongly consistent read. @throws {QueueError} `STORED_RECORD_INVALID` */
  async get(taskId: string): Promise<CardRecord | undefined> {
    const { Item } = await this.#client.send(
      new GetCommand({ TableName: this.#tableName, Key: { cardId: cardIdOf(taskId) }, ConsistentRead: true }),
    );
    return Item === undefined ? undefined : cardIn(Item);
  }
}
