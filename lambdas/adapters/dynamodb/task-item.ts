/** A task as an item: the record plus the keys of the sparse index. */
import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { type ExecutionTask, executionTaskSchema } from '../../contracts/records.ts';
import { dueShardOf } from '../../domain/due-shards.ts';
import { upcastTask } from '../../domain/schema-versions.ts';
import { QueueError } from '../../domain/errors.ts';

/** An item as the document client returns it. */
export type Item = Record<string, unknown>;

/** Only tasks that can still move carry `dueShard`, so the index holds what may need recovery and nothing else. */
export const toItem = (task: ExecutionTask): Item =>
  task.dueAtMs === undefined ? { ...task } : { ...task, dueShard: dueShardOf(task) };

/** @throws {QueueError} `STORED_RECORD_INVALID` naming the fields that are not as expected */
export function fromItem(item: Item): ExecutionTask {
  const { dueShard: _index, ...record } = item;
  const parsed = executionTaskSchema.safeParse(upcastTask(record));
  if (parsed.success) return parsed.data;
  const fields = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ');
  throw new QueueError('STORED_RECORD_INVALID', { detail: `Task item: ${fields}`, cause: parsed.error });
}

/** The item that stopped a conditional write, if the service returned it. */
export const rejectedItem = (error: {
  readonly Item?: Record<string, AttributeValue> | undefined;
}): Item | undefined => (error.Item === undefined ? undefined : unmarshall(error.Item));
