/**
 * Cards on DynamoDB. Invariants upheld here:
 * 1. Only the owner of the lock writes to a card, and each write is conditional on it.
 * 2. `versionShown` never goes down, so an older version never overwrites a newer one.
 * 3. A latency is written once.
 */
import { type DynamoDBDocumentClient, PutCommand, QueryCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import {
  CARD_SCHEMA_VERSION,
  type CardRecord,
  cardRecordSchema,
  type LatencyRecord,
  cardIdOf,
} from '../../../queue/contracts/shown-cards.ts';
import { CARDS_TABLE } from '../../../shared/contracts/environment.ts';
import { type ReadItems, readEach } from '../../../shared/domain/damaged-items.ts';
import { LeaseLost } from '../../../shared/domain/errors.ts';
import { LEDGER_POLICY } from '../../../shared/domain/ledger-policy.ts';
import { cardIn, DynamoDbShownCardReader, latencyIn } from '../../../queue/exports/stores.ts';
import type { CardChange, CardLock, CardLockResult, CardRepo } from '../../domain/ports.ts';
import { updateOf } from './card-change.ts';
import {
  conditionFailure,
  type Item,
  rejectedItem,
} from '../../../shared/adapters/dynamodb/document-client.ts';

const newCard = ({ taskId, channel }: CardLock): CardRecord => ({
  schemaVersion: CARD_SCHEMA_VERSION,
  cardId: cardIdOf(taskId),
  taskId,
  channel,
  postings: 0,
  versionShown: 0,
  versionDone: 0,
});

const lockedBy = (lock: CardLock, before: CardRecord): CardRecord => ({
  ...before,
  owner: lock.owner,
  lockExpiresAtMs: lock.expiresAtMs,
});

const FREE = '(attribute_not_exists(#owner) OR lockExpiresAtMs < :nowLessSkew)';
/** The task was read before the lock, so a newer version may be shown by now. */
const NOT_NEWER = '(attribute_not_exists(versionShown) OR versionShown <= :version)';
/** A card that later code wrote is not changed. */
const KNOWN = '(attribute_not_exists(schemaVersion) OR schemaVersion <= :schemaVersion)';
const NOT_DONE = '(attribute_not_exists(versionDone) OR versionDone < :version)';

/** See the file head. */
export class DynamoDbCardRepo implements CardRepo {
  readonly #client: DynamoDBDocumentClient;
  readonly #tableName: string;
  readonly #shown: DynamoDbShownCardReader;

  constructor(client: DynamoDBDocumentClient, tableName: string) {
    this.#client = client;
    this.#tableName = tableName;
    this.#shown = new DynamoDbShownCardReader(client, tableName);
  }

  /** Strongly consistent read. @throws {QueueError} `STORED_RECORD_INVALID` */
  async get(taskId: string): Promise<CardRecord | undefined> {
    return this.#shown.get(taskId);
  }

  /**
   * Locks the card for one update, unless its version is done, a newer one is shown, or another update holds the lock.
   * @throws {QueueError} `STORED_RECORD_INVALID`; the card is not locked then
   */
  async lock(lock: CardLock): Promise<CardLockResult> {
    const fresh = newCard(lock);
    const initial = Object.entries(fresh).filter(([name]) => name !== 'cardId');
    try {
      const { Attributes } = await this.#client.send(
        new UpdateCommand({
          TableName: this.#tableName,
          Key: { cardId: fresh.cardId },
          UpdateExpression: `SET #owner = :owner, lockExpiresAtMs = :expiresAtMs, ${initial
            .map(([name]) => `${name} = if_not_exists(${name}, :${name})`)
            .join(', ')}`,
          ConditionExpression: `${KNOWN} AND ${FREE} AND ${lock.rewrite ? NOT_NEWER : `${NOT_NEWER} AND ${NOT_DONE}`}`,
          ExpressionAttributeNames: { '#owner': 'owner' },
          ExpressionAttributeValues: {
            ...Object.fromEntries(initial.map(([name, value]) => [`:${name}`, value])),
            ':owner': lock.owner,
            ':expiresAtMs': lock.expiresAtMs,
            ':nowLessSkew': lock.nowMs - LEDGER_POLICY.clockSkewMs,
            ':version': lock.version,
          },
          ReturnValues: 'ALL_OLD',
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
        }),
      );
      const before = await this.#readLocked(lock, { ...fresh, ...Attributes });
      return { kind: 'locked', card: lockedBy(lock, before), takenOver: before.owner !== undefined };
    } catch (error) {
      return this.#refused(error, lock);
    }
  }

  /** The card that was locked. If it cannot be read it is unlocked again, so that the next update gets the same error. */
  async #readLocked({ taskId, owner }: CardLock, item: Item): Promise<CardRecord> {
    try {
      return cardIn(item);
    } catch (error) {
      await this.#client.send(
        new UpdateCommand({
          TableName: this.#tableName,
          Key: { cardId: cardIdOf(taskId) },
          UpdateExpression: 'REMOVE #owner, lockExpiresAtMs',
          ConditionExpression: '#owner = :owner',
          ExpressionAttributeNames: { '#owner': 'owner' },
          ExpressionAttributeValues: { ':owner': owner },
        }),
      );
      throw error;
    }
  }

  /** If the answer to our own lock was lost, the stored lock is ours. Whether it took over an earlier lock is unknown then. */
  async #refused(error: unknown, lock: CardLock): Promise<CardLockResult> {
    const failure = conditionFailure(error);
    if (failure === undefined) throw error;
    const item = rejectedItem(failure);
    const card = item === undefined ? await this.get(lock.taskId) : cardIn(item);
    if (card?.owner === lock.owner) return { kind: 'locked', card, takenOver: true };
    return !lock.rewrite && card !== undefined && card.versionDone >= lock.version
      ? { kind: 'done' }
      : { kind: 'busy' };
  }

  /**
   * Writes to a card that is locked. A repeated request whose first answer was lost passes the condition again, unless it
   * released the lock: then it is reported as lost, and the next update finds the card done.
   * @throws {LeaseLost} when another update holds the lock, or a newer version is shown
   */
  async write(card: CardRecord, change: CardChange): Promise<CardRecord> {
    const { UpdateExpression, names, values } = updateOf(change);
    const next = cardRecordSchema.parse(
      Object.fromEntries(Object.entries({ ...card, ...change }).filter(([, value]) => value !== undefined)),
    );
    try {
      await this.#client.send(
        new UpdateCommand({
          TableName: this.#tableName,
          Key: { cardId: card.cardId },
          UpdateExpression,
          ConditionExpression:
            change.versionShown === undefined
              ? '#lock = :lock'
              : '#lock = :lock AND #versionShown <= :versionShown',
          ExpressionAttributeNames: { ...names, '#lock': 'owner' },
          ExpressionAttributeValues: { ...values, ':lock': card.owner },
        }),
      );
      return next;
    } catch (error) {
      if (conditionFailure(error) === undefined) throw error;
      throw new LeaseLost({ detail: `The card of ${card.taskId} is being updated by another`, cause: error });
    }
  }

  /** Stores the status latency of a transition, unless it is already stored; returns whether it was not. */
  async putLatency(record: LatencyRecord): Promise<boolean> {
    try {
      await this.#client.send(
        new PutCommand({
          TableName: this.#tableName,
          Item: record,
          ConditionExpression: 'attribute_not_exists(cardId)',
        }),
      );
      return true;
    } catch (error) {
      if (conditionFailure(error) === undefined) throw error;
      return false;
    }
  }

  /** The newest latencies of a UTC day (`2026-11-21`), at most `limit`, 1 to 1,000; eventually consistent. */
  async listLatencies(day: string, limit: number): Promise<ReadItems<LatencyRecord>> {
    const { byShownDay } = CARDS_TABLE;
    const { Items = [] } = await this.#client.send(
      new QueryCommand({
        TableName: this.#tableName,
        IndexName: byShownDay.name,
        KeyConditionExpression: 'shownDay = :day',
        ExpressionAttributeValues: { ':day': day },
        ScanIndexForward: false,
        Limit: limit,
      }),
    );
    return readEach(Items, latencyIn, (item) => String(item['cardId']));
  }
}
