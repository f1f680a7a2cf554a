import { fc, test } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { encodeCursor, decodeCursor } from '../../../../../lambdas/queue/adapters/dynamodb/cursor.ts';
import type { ExecutionState } from '../../../../../lambdas/queue/contracts/lifecycle-states.ts';
import type { ExecutionTask } from '../../../../../lambdas/queue/contracts/records.ts';
import type { ExecutionQueueRepo, ListedTask } from '../../../../../lambdas/queue/domain/ports.ts';
import { listTasks } from '../../../../../lambdas/queue/handlers/api/list-tasks.ts';
import { queuedTask, runningTask } from '../../../../helpers/builders.ts';
import { START_MS } from '../../../../../tools/rig/fake-clock.ts';

const QUOTE_ID = 'Q-1001';
const tasksOf = (states: readonly ExecutionState[]): readonly ExecutionTask[] =>
  states.map((state, index) => {
    const task = queuedTask('crm.sync', `key-${index}`, START_MS + index);
    return state === 'running' ? runningTask(task) : task;
  });

const cursorOf = ({ taskId, quoteId, createdAtMs }: ExecutionTask): string =>
  encodeCursor({ taskId, quoteId, createdAtMs });

/**
 * A store that examines at most `mostPerRead` tasks per read, as DynamoDB does after 1 MB.
 * @param isDamaged whether the store can tell only the id of a task
 */
function storeOf(
  tasks: readonly ExecutionTask[],
  mostPerRead: number,
  isDamaged: (task: ExecutionTask) => boolean = () => false,
) {
  const reads: number[] = [];
  const listByQuote: ExecutionQueueRepo['listByQuote'] = async (quoteId, { state, limit, cursor }) => {
    reads.push(limit);
    const after = cursor === undefined ? -1 : Number(decodeCursor(cursor, quoteId).createdAtMs);
    const left = tasks.filter((task) => task.createdAtMs > after);
    const seen = left.slice(0, Math.min(limit, mostPerRead));
    const last = seen.at(-1);
    const entries = seen
      .filter((task) => state === undefined || task.state === state || isDamaged(task))
      .map((task) =>
        isDamaged(task)
          ? { cursor: cursorOf(task), damaged: { taskId: task.taskId, detail: 'state' } }
          : { cursor: cursorOf(task), task },
      );
    return last === undefined || seen.length === left.length
      ? { entries }
      : { entries, cursor: cursorOf(last) };
  };
  return { reads, listByQuote };
}

const idOf = ({ task, damaged }: ListedTask): string => task?.taskId ?? damaged?.taskId ?? '';

describe('listTasks', () => {
  test.prop([
    fc.array(fc.constantFrom<ExecutionState>('queued', 'running'), { maxLength: 14 }),
    fc.integer({ min: 1, max: 6 }),
    fc.integer({ min: 1, max: 6 }),
    fc.constantFrom<ExecutionState | undefined>(undefined, 'running'),
    fc.integer({ min: 1, max: 9 }),
  ])(
    'finds every task once, damaged or not, in full pages, for any size of reads',
    async (states, perRead, limit, state, everyNthDamaged) => {
      const tasks = tasksOf(states);
      const isDamaged = (task: ExecutionTask): boolean => task.createdAtMs % everyNthDamaged === 0;
      const store = storeOf(tasks, perRead, isDamaged);
      const pages: (readonly ListedTask[])[] = [];
      let cursor: string | undefined;
      do {
        const page = await listTasks(store, QUOTE_ID, {
          limit,
          ...(state && { state }),
          ...(cursor && { cursor }),
        });
        pages.push(page.entries);
        cursor = page.cursor;
      } while (cursor !== undefined);

      const wanted = tasks.filter((task) => state === undefined || task.state === state || isDamaged(task));
      expect(pages.flat().map(idOf)).toEqual(wanted.map((task) => task.taskId));
      expect(pages.slice(0, -1).every((page) => page.length === limit)).toBe(true);
      expect(pages.at(-1)?.length === 0 && wanted.length > 0).toBe(false);
      expect(Math.max(...store.reads)).toBeLessThanOrEqual(100);
    },
  );

  it('stops reading when the page is full and one more task is known', async () => {
    const store = storeOf(tasksOf(Array(9).fill('queued')), 1);

    const page = await listTasks(store, QUOTE_ID, { limit: 3 });

    expect(page.entries).toHaveLength(3);
    expect(store.reads).toEqual([4, 3, 2, 1]);
  });

  it('stops after 20 reads and lets the caller continue from there', async () => {
    const store = storeOf(tasksOf([...Array(30).fill('queued'), 'running']), 1);

    const first = await listTasks(store, QUOTE_ID, { limit: 1, state: 'running' });
    const second = await listTasks(store, QUOTE_ID, {
      limit: 1,
      state: 'running',
      ...(first.cursor && { cursor: first.cursor }),
    });

    expect(first.entries).toEqual([]);
    expect(second).toMatchObject({ entries: [{ task: { state: 'running' } }] });
    expect(second).not.toHaveProperty('cursor');
    expect(store.reads).toHaveLength(20 + 11);
  });
});
