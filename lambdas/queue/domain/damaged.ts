/** Tasks that are damaged, in looks and listings. */
import type { StoredTask } from '../contracts/records.ts';
import { damageOf } from '../../shared/domain/damaged-items.ts';
import type { DamagedTask, ExecutionQueueRepo, ListedTask } from './ports.ts';

/** A task that was asked for by its id; neither field is present if there is no such task. */
export interface TaskLook {
  readonly task?: StoredTask;
  readonly damaged?: DamagedTask;
}

/** The task of an id, or what is wrong with it. @throws whatever the store throws, but for `STORED_RECORD_INVALID` */
export async function lookAtTask(queue: Pick<ExecutionQueueRepo, 'get'>, taskId: string): Promise<TaskLook> {
  try {
    const task = await queue.get(taskId);
    return task === undefined ? {} : { task };
  } catch (thrown) {
    return { damaged: { taskId, detail: damageOf(thrown) } };
  }
}

/** The tasks among the entries of a listing, or among several looks. */
export const tasksOf = (looks: readonly (TaskLook | ListedTask)[]): readonly StoredTask[] =>
  looks.flatMap(({ task }) => task ?? []);

/** Those that cannot be read. */
export const damagedOf = (looks: readonly (TaskLook | ListedTask)[]): readonly DamagedTask[] =>
  looks.flatMap(({ damaged }) => damaged ?? []);
