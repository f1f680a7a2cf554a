/** `TaskWalker` on DynamoDB: a scan of the Tasks table without the payloads. */
import { type DynamoDBDocumentClient, ScanCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod/mini';
import { executionTaskSchema } from '../../contracts/records.ts';
import type { AuditedTask, TaskWalker } from '../../domain/recovery/audit-repair.ts';
import { isDamage } from '../../../shared/domain/damaged-items.ts';
import { TASK_SHAPE } from '../../domain/migrations/task-shape.ts';
import { upcast } from '../../../shared/domain/stored-items.ts';
import { pageAfter, type Item } from '../../../shared/adapters/dynamodb/document-client.ts';

const { schemaVersion, taskId, quoteId, kind, version, history } = executionTaskSchema.shape;
/** Not strict, because the migration of an older item adds a `hold` that the projection does not name. */
const auditedSchema = z.object({ schemaVersion, taskId, quoteId, kind, version, history });
const FIELDS = Object.keys(auditedSchema.shape);

/** The item if it has this version; `undefined` if later code wrote it, or it is not a task. */
function known(item: Item): Item | undefined {
  try {
    return upcast(TASK_SHAPE, item);
  } catch (thrown) {
    if (isDamage(thrown)) return undefined;
    throw thrown;
  }
}

/**
 * A task makes one transition for each version. A history with a missing version, or with another last version than the task's,
 * is damaged.
 */
const isConsistent = (task: AuditedTask): boolean =>
  task.history.every(
    (transition, index) => transition.version === task.version - task.history.length + 1 + index,
  );

/** The task of an item, or its id if it cannot be read, so that a damaged item does not end the walk. */
function auditedOf(item: Item): AuditedTask | string {
  const parsed = auditedSchema.safeParse(known(item));
  return parsed.success && isConsistent(parsed.data) ? parsed.data : String(item['taskId']);
}

/** See the file head. */
export class DynamoDbTaskWalker implements TaskWalker {
  readonly #client: DynamoDBDocumentClient;
  readonly #tableName: string;

  constructor(client: DynamoDBDocumentClient, tableName: string) {
    this.#client = client;
    this.#tableName = tableName;
  }

  /** See {@link TaskWalker.pageTasks}. */
  async pageTasks(limit: number, after?: string) {
    const { Items = [], LastEvaluatedKey } = await pageAfter(after, () =>
      this.#client.send(
        new ScanCommand({
          TableName: this.#tableName,
          // Some of the names are reserved words.
          ProjectionExpression: FIELDS.map((name) => `#${name}`).join(', '),
          ExpressionAttributeNames: Object.fromEntries(FIELDS.map((name) => [`#${name}`, name])),
          ...(after === undefined ? {} : { ExclusiveStartKey: { taskId: after } }),
          Limit: limit,
        }),
      ),
    );
    const found = Items.map(auditedOf);
    const page = {
      tasks: found.filter((task) => typeof task !== 'string'),
      unreadable: found.filter((task) => typeof task === 'string'),
    };
    return LastEvaluatedKey === undefined ? page : { ...page, next: String(LastEvaluatedKey['taskId']) };
  }
}
