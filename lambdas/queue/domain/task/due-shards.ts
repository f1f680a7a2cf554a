/** Names of the shards of the index `byDeadline`. */
import type { ActionKind } from '../../../actions/kinds.ts';
import { DUE_SHARDS } from '../../../shared/contracts/environment.ts';
import type { StoredTask } from '../../contracts/records.ts';

const shardNumbers = Array.from({ length: DUE_SHARDS }, (_, shard) => shard);
/** Every shard of tasks that may need recovery. */
export const DUE_SHARD_NAMES: readonly string[] = shardNumbers.map((shard) => `due-${shard}`);
/** Every shard of the held tasks of a kind: apart from the others, so that nobody reads them while it is paused. */
export const heldShardNames = (kind: ActionKind): readonly string[] =>
  shardNumbers.map((shard) => `held-${kind}-${shard}`);

/** Shard of the index `byDeadline`; its number comes from the task's own hash, the same for the life of the task. */
export function dueShardOf({ taskId, kind, hold }: Pick<StoredTask, 'taskId' | 'kind' | 'hold'>): string {
  const shard = Number.parseInt(taskId.slice(-8), 16) % DUE_SHARDS;
  return hold === undefined ? `due-${shard}` : `held-${kind}-${shard}`;
}
