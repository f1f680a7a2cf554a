/** A task as an item: the record plus the keys of the sparse index. */
import * as z from 'zod/mini';
import { type ExecutionTask, executionTaskSchema, type StoredTask } from '../../contracts/records.ts';
import { dueShardOf } from '../../domain/task/identity.ts';
import { migrate, readable, storedItemReader, storedRecord } from '../../../shared/domain/stored-items.ts';
import { TASK_SHAPE } from '../../domain/migrations/task-shape.ts';
import type { Item } from '../../../shared/adapters/dynamodb/document-client.ts';

const CALLED = 'Task item';
const taskIn = storedItemReader(TASK_SHAPE, executionTaskSchema, CALLED);

/** Only tasks that have not ended have `dueShard`, so the index contains only tasks that may need recovery. */
export const toItem = (task: ExecutionTask): Item =>
  task.dueAtMs === undefined ? { ...task } : { ...task, dueShard: dueShardOf(task) };

/** The fields from which the index keys are made, in every version of the schema. */
const indexedSchema = z.looseObject({
  taskId: executionTaskSchema.shape.taskId,
  kind: executionTaskSchema.shape.kind,
  dueAtMs: executionTaskSchema.shape.dueAtMs,
  hold: executionTaskSchema.shape.hold,
});

/**
 * The item in another version of the schema, with its index keys.
 * @throws {QueueError} `STORED_RECORD_INVALID` when it is not an item of the version it says
 */
export function migratedTaskItem(item: Item, to: number): Item {
  const { dueShard: _index, ...record } = item;
  const migrated = migrate(TASK_SHAPE.steps, readable(TASK_SHAPE, record), to);
  const schema = to === TASK_SHAPE.newest ? executionTaskSchema : indexedSchema;
  const indexed = storedRecord(CALLED, schema, migrated);
  return { ...migrated, ...(indexed.dueAtMs !== undefined && { dueShard: dueShardOf(indexed) }) };
}

/** @throws {QueueError} `STORED_RECORD_INVALID` naming the fields and what was expected of each */
export function fromItem(item: Item): StoredTask {
  const { dueShard: _index, ...record } = item;
  return taskIn(record);
}
