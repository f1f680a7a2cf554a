/**
 * Identities of a task, its effect and its worker, and its shard of the index `byDeadline`. All are derived, so that every
 * machine and Region computes the same values.
 */
import type { ActionKind } from '../../../actions/kinds.ts';
import { DUE_SHARDS } from '../../../shared/contracts/environment.ts';
import { hashOf } from '../../../shared/domain/hashing.ts';
import type { StoredTask } from '../../contracts/records.ts';
import type { RunActionInput } from '../../contracts/state-machine-io.ts';

/**
 * Identity of a task: derived, so that the same request names the same task on every machine and in every Region.
 * 160 bits of SHA-256 in 45 characters; with a generation it stays under the 80 of an execution name.
 */
export const deriveTaskId = (quoteId: string, idempotencyKey: string): string =>
  `task-${hashOf(['quoteq/task', quoteId, idempotencyKey]).slice(0, 40)}`;

/** Hash of the request; the same key with another hash is refused. */
export const taskHashOf = (quoteId: string, kind: ActionKind, payload: unknown): string =>
  hashOf({ quoteId, kind, payload });

/** Identity of the task's effect at its provider. It depends on no attempt, generation or Region. */
export const effectKeyOf = (kind: ActionKind, taskId: string): string => `${kind}:${taskId}`;

/** Name of the execution that drives a generation; at most 80 characters (Step Functions' limit). */
export const executionNameOf = (taskId: string, generation: number): string => `${taskId}-${generation}`;

/**
 * Worker id of an execution: its own name. An execution that was started by hand has another name and so is another worker; its
 * crash ends no attempt of the task's own execution.
 */
export const workerIdOf = ({ taskId, generation, execution }: RunActionInput): string =>
  execution ?? executionNameOf(taskId, generation);

const shardNumbers = Array.from({ length: DUE_SHARDS }, (_, shard) => shard);
/** Every shard of tasks that may need recovery. */
export const DUE_SHARD_NAMES: readonly string[] = shardNumbers.map((shard) => `due-${shard}`);
/** Every shard of the held tasks of a kind. They are separate, so that the sweep does not read them while the kind is paused. */
export const heldShardNames = (kind: ActionKind): readonly string[] =>
  shardNumbers.map((shard) => `held-${kind}-${shard}`);

/** Shard of the index `byDeadline`; its number comes from the task's own hash, the same for the life of the task. */
export function dueShardOf({ taskId, kind, hold }: Pick<StoredTask, 'taskId' | 'kind' | 'hold'>): string {
  const shard = Number.parseInt(taskId.slice(-8), 16) % DUE_SHARDS;
  return hold === undefined ? `due-${shard}` : `held-${kind}-${shard}`;
}
