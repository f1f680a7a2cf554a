/** `ExecutionAuditRepo` on DynamoDB: put-if-absent per (taskId, version), never updated or deleted. */
import {
  type DynamoDBDocumentClient,
  PutCommand,
  QueryCommand,
  type QueryCommandInput,
} from '@aws-sdk/lib-dynamodb';
import { type AuditRecord, auditRecordSchema } from '../../contracts/records.ts';
import { readEach } from '../../../shared/domain/damaged-items.ts';
import { QueueError } from '../../../shared/domain/errors.ts';
import { AUDIT_SHAPE } from '../../domain/migrations/audit-shape.ts';
import { storedItemReader } from '../../../shared/domain/stored-items.ts';
import type { ExecutionAuditRepo, StoredTrail } from '../../domain/ports.ts';
import {
  conditionFailure,
  type Item,
  rejectedItem,
} from '../../../shared/adapters/dynamodb/document-client.ts';

const recordIn = storedItemReader(AUDIT_SHAPE, auditRecordSchema, 'Audit item');

const versionText = (item: Item): string => String(item['version']);

/**
 * Checks that the stored record is this one. It differs if the version was used twice, for example after a restore of the
 * tasks.
 */
function assertSame(record: AuditRecord, stored: Item | undefined): void {
  if (stored === undefined || stored['attemptId'] === record.attemptId) return;
  throw new QueueError('STORED_RECORD_INVALID', {
    detail: `Another transition is recorded as version ${record.version} of ${record.taskId}`,
  });
}

/**
 * If the SDK repeats a put because the first answer was lost, the record already exists. It counts as our own, so that its
 * metrics are counted at least once.
 */
const wasSentAgain = ({ $metadata }: { readonly $metadata: { readonly attempts?: number } }): boolean =>
  ($metadata.attempts ?? 1) > 1;

/** See the file head. */
export class DynamoDbAuditRepo implements ExecutionAuditRepo {
  readonly #client: DynamoDBDocumentClient;
  readonly #tableName: string;

  constructor(client: DynamoDBDocumentClient, tableName: string) {
    this.#client = client;
    this.#tableName = tableName;
  }

  /** See {@link ExecutionAuditRepo.append}. */
  async append(record: AuditRecord): Promise<'appended' | 'already_there'> {
    try {
      await this.#client.send(
        new PutCommand({
          TableName: this.#tableName,
          Item: record,
          ConditionExpression: 'attribute_not_exists(taskId)',
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
        }),
      );
      return 'appended';
    } catch (error) {
      const failure = conditionFailure(error);
      if (failure === undefined) throw error;
      assertSame(record, rejectedItem(failure));
      return wasSentAgain(failure) ? 'appended' : 'already_there';
    }
  }

  /** See {@link ExecutionAuditRepo.readTrail}. */
  async readTrail(taskId: string): Promise<StoredTrail> {
    const { found, damaged } = readEach(await this.#items(taskId), recordIn, versionText);
    return { records: found, damaged: damaged.map(({ id, detail }) => ({ version: Number(id), detail })) };
  }

  /** The trail of a task, in order of version. @throws {QueueError} `STORED_RECORD_INVALID` for one damaged record */
  async list(taskId: string): Promise<readonly AuditRecord[]> {
    return (await this.#items(taskId)).map(recordIn);
  }

  async #items(taskId: string): Promise<readonly Item[]> {
    return this.#query({
      KeyConditionExpression: 'taskId = :taskId',
      ExpressionAttributeValues: { ':taskId': taskId },
      ConsistentRead: true,
    });
  }

  /** See {@link ExecutionAuditRepo.versionsUpTo}. */
  async versionsUpTo(taskId: string, version: number): Promise<readonly number[]> {
    const items = await this.#query({
      KeyConditionExpression: 'taskId = :taskId AND version <= :version',
      ExpressionAttributeValues: { ':taskId': taskId, ':version': version },
      ProjectionExpression: 'version',
    });
    return items.map((item) => Number(item['version']));
  }

  async #query(query: Omit<QueryCommandInput, 'TableName'>): Promise<readonly Item[]> {
    const items: Item[] = [];
    let startKey: Item | undefined;
    do {
      const page = await this.#client.send(
        new QueryCommand({
          ...query,
          TableName: this.#tableName,
          ...(startKey === undefined ? {} : { ExclusiveStartKey: startKey }),
        }),
      );
      items.push(...(page.Items ?? []));
      startKey = page.LastEvaluatedKey;
    } while (startKey !== undefined);
    return items;
  }
}
