/** Tasks as an imagined next release stores them, with the schema version of this one. */
import { toItem } from '../../lambdas/queue/adapters/dynamodb/task-item.ts';
import type { StoredItem } from '../../lambdas/shared/domain/stored-items.ts';
import { START_MS } from '../../tools/rig/fake-clock.ts';
import { queuedTask, retryableTask, runningTask } from './builders.ts';

/** The builders' quote, to which they belong. */
export const QUOTE_ID = 'Q-1001';
/** Long after everything is due, or stale. */
export const LATER_MS = START_MS + 12 * 3_600_000;

/** The id of the n-th. */
export const foreignIdOf = (number: number): string => `task-${number.toString(16).padStart(40, '0')}`;

/** A task of the next release. */
export interface Foreign {
  /** As it is stored. */
  readonly item: StoredItem;
  /** What a person can read of it. */
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
/** Each by what is foreign in it. */
export const FOREIGN_TASKS = Object.entries(FOREIGN);
/** Those that this release moves in no way. */
export const UNMOVABLE = FOREIGN_TASKS.filter(([, { isMovable }]) => !isMovable);
/** Those that have a word, and not only a field, that this release does not know. */
export const COUNTED_APART = FOREIGN_TASKS.filter(([name]) => name !== 'field');
/** Id of such a task. */
export const taskIdOf = ({ item }: Foreign): string => String(item['taskId']);
