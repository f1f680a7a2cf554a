/** Tasks of an imagined next release, with the schema version of this release. */
import { toItem } from '../../lambdas/queue/adapters/dynamodb/task-item.ts';
import type { StoredItem } from '../../lambdas/shared/domain/stored-items.ts';
import { START_MS } from '../../tools/rig/fake-clock.ts';
import { queuedTask, retryableTask, runningTask } from './builders.ts';

/** The tasks' quote, which is that of the builders. */
export const QUOTE_ID = 'Q-1001';
/** A time at which everything is due and stale. */
export const LATER_MS = START_MS + 12 * 3_600_000;

/** Id of the n-th task. */
export const foreignIdOf = (number: number): string => `task-${number.toString(16).padStart(40, '0')}`;

/** A task of the next release. */
export interface Foreign {
  /** The stored item. */
  readonly item: StoredItem;
  /** The unknown word that a person reads. */
  readonly word: string;
  /** Whether this release may still move it: its kind and state are known. */
  readonly isMovable: boolean;
}

const queued = toItem(queuedTask('crm.sync'));
const [enqueuedAs] = queuedTask('crm.sync').history;
const retryable = retryableTask();

const FOREIGN: Readonly<Record<string, Foreign>> = {
  kind: { item: { ...queued, taskId: foreignIdOf(1), kind: 'erp.note' }, word: 'erp.note', isMovable: false },
  payload: {
    item: { ...queued, taskId: foreignIdOf(2), kind: 'erp.book', payloadJson: '{"order":7}' },
    word: 'erp.book',
    isMovable: false,
  },
  state: {
    item: {
      ...queued,
      taskId: foreignIdOf(3),
      state: 'awaiting_approval',
      version: 2,
      history: [
        enqueuedAs,
        {
          ...enqueuedAs,
          version: 2,
          from: 'queued',
          to: 'awaiting_approval',
          cause: 'ask',
          attemptId: 'next-2',
        },
      ],
    },
    word: 'awaiting_approval',
    isMovable: false,
  },
  running: {
    item: {
      ...toItem(runningTask(queuedTask('crm.sync'))),
      taskId: foreignIdOf(4),
      kind: 'erp.note',
      workerId: `${foreignIdOf(4)}-1`,
    },
    word: 'erp.note',
    isMovable: false,
  },
  cause: {
    item: {
      ...queued,
      taskId: foreignIdOf(5),
      version: 2,
      history: [
        enqueuedAs,
        { ...enqueuedAs, version: 2, from: 'queued', cause: 'reprioritise', attemptId: 'next-2' },
      ],
    },
    word: 'reprioritise',
    isMovable: true,
  },
  'error code': {
    item: {
      ...toItem(retryable),
      taskId: foreignIdOf(6),
      error: {
        code: 'CRM_QUOTA_SPENT',
        detail: 'The quota is spent',
        causeCode: 'CRM_PLAN_ENDED',
        plan: 'free',
      },
      history: retryable.history.map((done) =>
        done.errorCode === undefined ? done : { ...done, errorCode: 'CRM_QUOTA_SPENT' },
      ),
    },
    word: 'CRM_QUOTA_SPENT',
    isMovable: true,
  },
  field: {
    item: {
      ...queued,
      taskId: foreignIdOf(7),
      priority: 'high',
      history: [{ ...enqueuedAs, trace: 'abc' }],
    },
    word: 'enqueue',
    isMovable: true,
  },
};
/** All tasks, by their unknown part. */
export const FOREIGN_TASKS = Object.entries(FOREIGN);
/** Tasks that this release cannot move. */
export const UNMOVABLE = FOREIGN_TASKS.filter(([, { isMovable }]) => !isMovable);
/** Tasks with an unknown word, not only an unknown field. */
export const COUNTED_APART = FOREIGN_TASKS.filter(([name]) => name !== 'field');
/** Id of a task. */
export const taskIdOf = ({ item }: Foreign): string => String(item['taskId']);
