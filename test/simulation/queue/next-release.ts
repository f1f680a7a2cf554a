/**
 * A newer release beside this one: while it runs, tasks are stored with error codes and fields that this release does not know. Every
 * reader has to keep them, and the tasks still end.
 */
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import type { PlanEntry } from '../kernel/faults.ts';
import type { Item } from '../aws/expressions.ts';
import { TABLES } from './containers.ts';

/** A field of tasks that only the newer release writes; it must never be lost. */
export const NEXT_FIELD = 'ofNextRelease';
/** A code that this release does not have. */
const NEXT_CODE = 'NEXT_RELEASE_CODE';

const isItem = (value: unknown): value is Item => typeof value === 'object' && value !== null;

/** Replaces the error codes of the newest transition and of the task by a code of the newer release. */
function withForeignCode(task: Item, history: readonly unknown[]): Item {
  const [newest, error] = [history.at(-1), task['error']];
  if (!isItem(newest) || newest['errorCode'] === undefined) return task;
  return {
    ...task,
    ...(isItem(error) ? { error: { ...error, code: NEXT_CODE } } : {}),
    history: [...history.slice(0, -1), { ...newest, errorCode: NEXT_CODE }],
  };
}

/** The newer release's version of a write to the Tasks table; other commands are unchanged. */
export function asNextRelease(command: unknown): unknown {
  if (!(command instanceof PutCommand) || command.input.TableName !== TABLES.TASKS_TABLE) return command;
  const { Item: task = {} } = command.input;
  const history: readonly unknown[] = Array.isArray(task['history']) ? task['history'] : [];
  const isNew = task['version'] === 1;
  const stored = withForeignCode(isNew ? { ...task, [NEXT_FIELD]: 'kept' } : task, history);
  return new PutCommand({ ...command.input, Item: stored });
}

/** Whether the newer release runs at this time of the world, in ms since it began. */
export const runsNextRelease = (entries: readonly PlanEntry[], atMs: number): boolean =>
  entries.some(
    (entry) => entry.kind === 'next-release' && atMs >= entry.fromMs && atMs < entry.fromMs + entry.forMs,
  );
