/** `LedgerPurger` on DynamoDB: a scan that its caller paces, and deletions of exactly the records that the scan read. */
import { DeleteCommand, type DynamoDBDocumentClient, ScanCommand } from '@aws-sdk/lib-dynamodb';
import type { ExpiredRecord, LedgerPurger } from '../../domain/recovery/ledger-purge.ts';
import { conditionFailure, pageAfter, type Item } from '../../../shared/adapters/dynamodb/document-client.ts';

const expiredOf = ({ owner, ...item }: Item): ExpiredRecord => ({
  id: String(item['id']),
  attemptId: String(item['attemptId']),
  expiresAtEpochSeconds: Number(item['expiresAtEpochSeconds']),
  ...(typeof owner === 'string' ? { owner } : {}),
});

/** Purges the ledger. */
export class DynamoDbLedgerPurger implements LedgerPurger {
  readonly #client: DynamoDBDocumentClient;
  readonly #tableName: string;

  constructor(client: DynamoDBDocumentClient, tableName: string) {
    this.#client = client;
    this.#tableName = tableName;
  }

  /** See {@link LedgerPurger.pageExpired}. */
  async pageExpired(beforeEpochSeconds: number, limit: number, after?: string) {
    const { Items = [], LastEvaluatedKey } = await pageAfter(after, () =>
      this.#client.send(
        new ScanCommand({
          TableName: this.#tableName,
          FilterExpression: 'expiresAtEpochSeconds < :before',
          ExpressionAttributeValues: { ':before': beforeEpochSeconds },
          ExpressionAttributeNames: { '#owner': 'owner' },
          ProjectionExpression: 'id, attemptId, #owner, expiresAtEpochSeconds',
          ...(after === undefined ? {} : { ExclusiveStartKey: { id: after } }),
          Limit: limit,
        }),
      ),
    );
    const expired = Items.map(expiredOf);
    return LastEvaluatedKey === undefined ? { expired } : { expired, next: String(LastEvaluatedKey['id']) };
  }

  /** See {@link LedgerPurger.purge}. If the record no longer exists, another purge or the TTL deleted it. */
  async purge(record: ExpiredRecord): Promise<'purged' | 'kept'> {
    const { id, owner, attemptId, expiresAtEpochSeconds } = record;
    const sameOwner = owner === undefined ? 'attribute_not_exists(#owner)' : '#owner = :owner';
    try {
      await this.#client.send(
        new DeleteCommand({
          TableName: this.#tableName,
          Key: { id },
          ConditionExpression: `expiresAtEpochSeconds = :expires AND attemptId = :attemptId AND ${sameOwner}`,
          ExpressionAttributeNames: { '#owner': 'owner' },
          ExpressionAttributeValues: {
            ':expires': expiresAtEpochSeconds,
            ':attemptId': attemptId,
            ...(owner === undefined ? {} : { ':owner': owner }),
          },
        }),
      );
      return 'purged';
    } catch (error) {
      if (conditionFailure(error) === undefined) throw error;
      return 'kept';
    }
  }
}
