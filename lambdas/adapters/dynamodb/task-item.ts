/** A task as an item: the record plus the keys of the sparse index. */
import { unmarshall } from '@aws-sdk/util-dynamodb';
import * as z from 'zod/mini';
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { type ExecutionTask, executionTaskSchema } from '../../contracts/records.ts';
import { dueShardOf } from '../../domain/due-shards.ts';
import { QueueError } from '../../domain/errors.ts';
import { migrate } from '../../domain/migrations/migration.ts';
import { SHAPES } from '../../domain/migrations/shapes.ts';
import { readable, upcastTask } from '../../domain/schema-versions.ts';

/** An item as the document client returns it. */
export type Item = Record<string, unknown>;

function invalidItem(error: z.core.$ZodError): QueueError {
  const fields = error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ');
  return new QueueError('STORED_RECORD_INVALID', { detail: `Task item: ${fields}`, cause: error });
}

/** Only tasks that can still move carry `dueShard`, so the index holds what may need recovery and nothing else. */
export const toItem = (task: ExecutionTask): Item =>
  task.dueAtMs === undefined ? { ...task } : { ...task, dueShard: dueShardOf(task) };

/** What the index keys are made of, in every version of the schema. */
const indexedSchema = z.looseObject({
  taskId: executionTaskSchema.shape.taskId,
  kind: executionTaskSchema.shape.kind,
  dueAtMs: executionTaskSchema.shape.dueAtMs,
  hold: executionTaskSchema.shape.hold,
});

/**
 * The item in another version of the schema, its index keys with it.
 * @throws {QueueError} `STORED_RECORD_INVALID` when it is not an item of the version it says
 */
export function migratedTaskItem(item: Item, to: number): Item {
  const { dueShard: _index, ...record } = item;
  const migrated = migrate(SHAPES.tasks.steps, readable('tasks', record), to);
  const parsed = (to === SHAPES.tasks.newest ? executionTaskSchema : indexedSchema).safeParse(migrated);
  if (!parsed.success) throw invalidItem(parsed.error);
  const { dueAtMs } = parsed.data;
  return { ...migrated, ...(dueAtMs !== undefined && { dueShard: dueShardOf(parsed.data) }) };
}

/** @throws {QueueError} `STORED_RECORD_INVALID` naming the fields that are not as expected */
export function fromItem(item: Item): ExecutionTask {
  const { dueShard: _index, ...record } = item;
  const parsed = executionTaskSchema.safeParse(upcastTask(record));
  if (parsed.success) return parsed.data;
  throw invalidItem(parsed.error);
}

/** The item that stopped a conditional write, if the service returned it. */
export const rejectedItem = (error: {
  readonly Item?: Record<string, AttributeValue> | undefined;
}): Item | undefined => (error.Item === undefined ? undefined : unmarshall(error.Item));
