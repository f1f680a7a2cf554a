/**
 * Single tasks on DynamoDB. Invariants upheld here:
 * 1. One conditional write per transition: on absence, or on (version, owner).
 * 2. Our own write whose answer was lost is recognised by its attempt id, even if the task has moved on since.
 */
import { type DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { conditionFailure, rejectedItem } from '../../../shared/adapters/dynamodb/document-client.ts';
import { TASKS_TABLE } from '../../../shared/contracts/environment.ts';
import type { ExecutionTask, StoredTask } from '../../contracts/records.ts';
import type { TaskStore, WriteResult } from '../../domain/ports.ts';
import { fromItem, toItem } from './task-item.ts';

interface Condition {
  readonly expression: string;
  readonly values?: Record<string, unknown>;
}

const unchanged = (previous: ExecutionTask): Condition =>
  previous.owner === undefined
    ? {
        expression: 'version = :version AND attribute_not_exists(#owner)',
        values: { ':version': previous.version },
      }
    : {
        expression: 'version = :version AND #owner = :owner',
        values: { ':version': previous.version, ':owner': previous.owner },
      };

/** Whether `stored` contains the write that leads to `next`. */
const holdsWrite = (stored: StoredTask, next: ExecutionTask): boolean =>
  stored.history.some((done) => done.version === next.version && done.attemptId === next.attemptId);

/** Stores single tasks. */
export class DynamoDbTaskStore implements TaskStore {
  protected readonly client: DynamoDBDocumentClient;
  protected readonly tableName: string;

  constructor(client: DynamoDBDocumentClient, tableName: string) {
    this.client = client;
    this.tableName = tableName;
  }

  /** See {@link TaskStore.putIfAbsent}. */
  async putIfAbsent(task: ExecutionTask): Promise<WriteResult> {
    return this.#write(task, { expression: `attribute_not_exists(${TASKS_TABLE.partitionKey})` });
  }

  /** See {@link TaskStore.replace}. */
  async replace(previous: ExecutionTask, next: ExecutionTask): Promise<WriteResult> {
    return this.#write(next, unchanged(previous));
  }

  async #write(next: ExecutionTask, condition: Condition): Promise<WriteResult> {
    try {
      await this.client.send(
        new PutCommand({
          TableName: this.tableName,
          Item: toItem(next),
          ConditionExpression: condition.expression,
          ...(condition.values === undefined
            ? {}
            : {
                ExpressionAttributeValues: condition.values,
                ExpressionAttributeNames: { '#owner': 'owner' },
              }),
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
        }),
      );
      return { kind: 'stored', task: next };
    } catch (error) {
      const failure = conditionFailure(error);
      if (failure === undefined) throw error;
      return this.#recognise(next, rejectedItem(failure));
    }
  }

  async #recognise(next: ExecutionTask, rejected: Record<string, unknown> | undefined): Promise<WriteResult> {
    const current = rejected === undefined ? await this.get(next.taskId) : fromItem(rejected);
    return current !== undefined && holdsWrite(current, next)
      ? { kind: 'stored', task: next }
      : { kind: 'conflict', current };
  }

  /** See {@link TaskStore.get}. */
  async get(taskId: string): Promise<StoredTask | undefined> {
    const { Item } = await this.client.send(
      new GetCommand({ TableName: this.tableName, Key: { taskId }, ConsistentRead: true }),
    );
    return Item === undefined ? undefined : fromItem(Item);
  }
}
