/** Damaged tasks in single reads and in listings. */
import type { StoredTask } from '../contracts/records.ts';
import { damageOf } from '../../shared/domain/damaged-items.ts';
import type { DamagedTask, ExecutionQueueRepo, ListedTask } from './ports.ts';

/** The result of reading a task by its id; neither field is present if the task does not exist. */
export interface TaskLook {
  readonly task?: StoredTask;
  readonly damaged?: DamagedTask;
}

/** Reads the task with an id, or says what is wrong with it. @throws any error of the store except `STORED_RECORD_INVALID` */
export async function lookAtTask(queue: Pick<ExecutionQueueRepo, 'get'>, taskId: string): Promise<TaskLook> {
  try {
    const task = await queue.get(taskId);
    return task === undefined ? {} : { task };
  } catch (thrown) {
    return { damaged: { taskId, detail: damageOf(thrown) } };
  }
}

/** The tasks among the entries of a listing, or among several reads. */
export const tasksOf = (looks: readonly (TaskLook | ListedTask)[]): readonly StoredTask[] =>
  looks.flatMap(({ task }) => task ?? []);

/** The damaged tasks. */
export const damagedOf = (looks: readonly (TaskLook | ListedTask)[]): readonly DamagedTask[] =>
  looks.flatMap(({ damaged }) => damaged ?? []);
