/** A task as an item: the record plus the keys of the sparse index. */
import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { ActionKind } from '../../contracts/action-kinds.ts';
import { DUE_SHARDS } from '../../contracts/environment.ts';
import { type ExecutionTask, executionTaskSchema } from '../../contracts/records.ts';
import { upcastTask } from '../../domain/schema-versions.ts';
import { QueueError } from '../../domain/errors.ts';

/** An item as the document client returns it. */
export type Item = Record<string, unknown>;

const shardNumbers = Array.from({ length: DUE_SHARDS }, (_, shard) => shard);
/** Every shard of tasks that may need recovery. */
export const DUE_SHARD_NAMES: readonly string[] = shardNumbers.map((shard) => `due-${shard}`);
/** Every shard of the held tasks of a kind: apart from the others, so that nobody reads them while it is paused. */
export const heldShardNames = (kind: ActionKind): readonly string[] =>
  shardNumbers.map((shard) => `held-${kind}-${shard}`);

/** Shard of the index `byDeadline`; its number comes from the task's own hash, the same for the life of the task. */
export function dueShardOf({ taskId, kind, hold }: Pick<ExecutionTask, 'taskId' | 'kind' | 'hold'>): string {
  const shard = Number.parseInt(taskId.slice(-8), 16) % DUE_SHARDS;
  return hold === undefined ? `due-${shard}` : `held-${kind}-${shard}`;
}

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
