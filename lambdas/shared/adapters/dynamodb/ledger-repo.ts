/**
 * `IdempotencyRepo` on DynamoDB: the effect ledger. Invariants upheld here:
 * 1. Every put, update and delete is conditional on the owner token.
 * 2. A key is taken over only if it was freed, or if its in-progress time plus the clock skew is over. Then the new owner probes
 *    first.
 * 3. An older claim never takes over from a newer one (`fence`).
 */
import {
  DeleteCommand,
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import {
  type IdempotencyRecord,
  idempotencyRecordSchema,
  LEDGER_SCHEMA_VERSION,
  LedgerStatus,
} from '../../contracts/effects.ts';
import { LeaseLost } from '../../domain/errors.ts';
import { LEDGER_POLICY } from '../../domain/ledger-policy.ts';
import type { IdempotencyRepo, LedgerFence, Reservation, ReserveResult } from '../../domain/ledger-port.ts';
import { LEDGER_SHAPE, storedItemReader } from '../../domain/stored-items.ts';
import { conditionFailure, rejectedItem } from './document-client.ts';

/** Free, timed out, or expired after 30 days. The TTL deletes late, so the expiry is in the condition. */
const CLAIMABLE = [
  'attribute_not_exists(id)',
  '(#fence <= :fence AND ((#status = :inProgress AND inProgressExpiresAtMs < :nowLessSkew) OR expiresAtEpochSeconds < :nowSeconds))',
].join(' OR ');

const recordIn = storedItemReader(LEDGER_SHAPE, idempotencyRecordSchema, 'Ledger item');

const recordOf = (request: Reservation): IdempotencyRecord => ({
  schemaVersion: LEDGER_SCHEMA_VERSION,
  id: request.id,
  effectKey: request.effectKey,
  taskHash: request.taskHash,
  status: LedgerStatus.InProgress,
  owner: request.owner,
  fence: request.fence,
  attemptId: request.attemptId,
  inProgressExpiresAtMs: request.inProgressExpiresAtMs,
  expiresAtEpochSeconds: request.expiresAtEpochSeconds,
});

/** Why a reservation was refused, from the stored record. */
function refusalOf(request: Reservation, stored: IdempotencyRecord): ReserveResult {
  if (stored.attemptId === request.attemptId && stored.owner === request.owner) {
    // Our own write, whose answer was lost. It is unknown what it replaced, so the provider is probed.
    return { kind: 'reserved', probeFirst: true };
  }
  if (stored.status === LedgerStatus.InProgress && stored.fence > request.fence) {
    throw new LeaseLost({ detail: 'A later claim of the task has reserved the effect' });
  }
  return { kind: 'exists', record: stored };
}

/** See the file head. */
export class DynamoDbLedgerRepo implements IdempotencyRepo {
  readonly #client: DynamoDBDocumentClient;
  readonly #tableName: string;

  constructor(client: DynamoDBDocumentClient, tableName: string) {
    this.#client = client;
    this.#tableName = tableName;
  }

  /** See {@link IdempotencyRepo.reserve}. */
  async reserve(request: Reservation): Promise<ReserveResult> {
    try {
      const { Attributes } = await this.#client.send(
        new PutCommand({
          TableName: this.#tableName,
          Item: recordOf(request),
          ConditionExpression: CLAIMABLE,
          ExpressionAttributeNames: { '#status': 'status', '#fence': 'fence' },
          ExpressionAttributeValues: {
            ':inProgress': LedgerStatus.InProgress,
            ':nowLessSkew': request.nowMs - LEDGER_POLICY.clockSkewMs,
            ':nowSeconds': Math.floor(request.nowMs / 1_000),
            ':fence': request.fence,
          },
          ReturnValues: 'ALL_OLD',
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
        }),
      );
      return { kind: 'reserved', probeFirst: Attributes !== undefined };
    } catch (error) {
      return refusalOf(request, await this.#refusing(error, request.id));
    }
  }

  async #refusing(error: unknown, id: string): Promise<IdempotencyRecord> {
    const failure = conditionFailure(error);
    if (failure === undefined) throw error;
    const item = rejectedItem(failure);
    const record = item === undefined ? await this.check(id) : recordIn(item);
    if (record === undefined) throw new LeaseLost({ detail: 'The ledger record vanished', cause: error });
    return record;
  }

  /** See {@link IdempotencyRepo.check}. */
  async check(id: string): Promise<IdempotencyRecord | undefined> {
    const { Item } = await this.#client.send(
      new GetCommand({ TableName: this.#tableName, Key: { id }, ConsistentRead: true }),
    );
    return Item === undefined ? undefined : recordIn(Item);
  }

  /** See {@link IdempotencyRepo.complete}. */
  async complete(fence: LedgerFence, resultJson: string, resultFingerprint: string): Promise<void> {
    const written = await this.#fenced(
      fence,
      new UpdateCommand({
        TableName: this.#tableName,
        Key: { id: fence.id },
        UpdateExpression:
          'SET #status = :completed, resultJson = :result, resultFingerprint = :fingerprint, attemptId = :attemptId',
        ConditionExpression: '#status = :inProgress AND #owner = :owner',
        ExpressionAttributeNames: { '#status': 'status', '#owner': 'owner' },
        ExpressionAttributeValues: {
          ':completed': LedgerStatus.Completed,
          ':inProgress': LedgerStatus.InProgress,
          ':result': resultJson,
          ':fingerprint': resultFingerprint,
          ':owner': fence.owner,
          ':attemptId': fence.attemptId,
        },
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      }),
    );
    if (written === 'refused') throw new LeaseLost({ detail: 'Another owner holds the ledger record' });
  }

  /** See {@link IdempotencyRepo.free}. */
  async free(fence: LedgerFence, outcome: 'not_applied' | 'unknown', sentAtMs = 0): Promise<void> {
    const written = await this.#fenced(
      fence,
      outcome === 'not_applied' ? this.#deletion(fence) : this.#probeFirst(fence, sentAtMs),
    );
    if (written === 'refused') throw new LeaseLost({ detail: 'Another owner holds the ledger record' });
  }

  #deletion(fence: LedgerFence): DeleteCommand {
    return new DeleteCommand({
      TableName: this.#tableName,
      Key: { id: fence.id },
      // If the record is gone, the first try of this request has deleted it, because no other writer may.
      ConditionExpression: 'attribute_not_exists(id) OR (#status = :inProgress AND #owner = :owner)',
      ExpressionAttributeNames: { '#status': 'status', '#owner': 'owner' },
      ExpressionAttributeValues: { ':inProgress': LedgerStatus.InProgress, ':owner': fence.owner },
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    });
  }

  #probeFirst(fence: LedgerFence, sentAtMs: number): UpdateCommand {
    return new UpdateCommand({
      TableName: this.#tableName,
      Key: { id: fence.id },
      UpdateExpression: 'SET inProgressExpiresAtMs = :freed, attemptId = :attemptId REMOVE #owner',
      ConditionExpression: '#status = :inProgress AND #owner = :owner',
      ExpressionAttributeNames: { '#status': 'status', '#owner': 'owner' },
      ExpressionAttributeValues: {
        ':freed': sentAtMs,
        ':inProgress': LedgerStatus.InProgress,
        ':owner': fence.owner,
        ':attemptId': fence.attemptId,
      },
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    });
  }

  async #fenced(fence: LedgerFence, command: UpdateCommand | DeleteCommand): Promise<'written' | 'refused'> {
    try {
      await (command instanceof UpdateCommand ? this.#client.send(command) : this.#client.send(command));
      return 'written';
    } catch (error) {
      const failure = conditionFailure(error);
      if (failure === undefined) throw error;
      return rejectedItem(failure)?.['attemptId'] === fence.attemptId ? 'written' : 'refused';
    }
  }
}
