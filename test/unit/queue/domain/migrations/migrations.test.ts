/** Migrations of tasks between schema versions, on recorded items and on random task histories. */
import { fc, test } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import {
  fromItem,
  migratedTaskItem,
  toItem,
} from '../../../../../lambdas/queue/adapters/dynamodb/task-item.ts';
import { MAX_HISTORY, type ExecutionTask } from '../../../../../lambdas/queue/contracts/records.ts';
import { migrate, versionOf, upcast } from '../../../../../lambdas/shared/domain/stored-items.ts';
import { SHAPES } from '../../../../../lambdas/queue/domain/migrations/shapes.ts';
import {
  claimed,
  completed,
  held,
  redriven,
  stopped,
} from '../../../../../lambdas/queue/domain/task/transitions.ts';
import { taskItemV1 } from '../../../../fixtures/v1/schema.ts';
import { contextAt, queuedTask, resultOf, retryableTask, runningTask } from '../../../../helpers/builders.ts';
import { recordedItems } from '../../../../helpers/fixtures.ts';
import { START_MS } from '../../../../../tools/rig/fake-clock.ts';

const NEWEST = SHAPES.tasks.newest;
const v1Items = recordedItems('tasks', 1);
const v2Items = recordedItems('tasks', 2);

const refusalOf = (act: () => unknown): unknown => {
  try {
    return act();
  } catch (error) {
    return error;
  }
};

describe('recorded tasks', () => {
  it('exist for every state in each version', () => {
    const states = ['completed', 'failed_terminal', 'queued', 'retryable_failed', 'running'];

    for (const items of [v1Items, v2Items]) {
      expect([...new Set(items.map(({ state }) => String(state)))].toSorted()).toEqual(states);
    }
    expect(v2Items.filter(({ hold }) => hold !== undefined)).toHaveLength(3);
  });

  it.each(v1Items)(
    'of version 1 is accepted by its own schema and by the present reader: $idempotencyKey',
    (item) => {
      expect(taskItemV1.safeParse(item).error).toBeUndefined();

      const { dueShard: _index, ...record } = item;
      expect(fromItem(item)).toEqual({ ...record, schemaVersion: NEWEST });
    },
  );

  it.each(v1Items)('of version 1 is unchanged after a migration up and down: $idempotencyKey', (item) => {
    const up = migratedTaskItem(item, NEWEST);

    expect(up).toEqual({ ...item, schemaVersion: NEWEST });
    expect(migratedTaskItem(up, 1)).toEqual(item);
  });

  it.each(v2Items)('of version 2 is migrated down to a valid version 1 and back: $idempotencyKey', (item) => {
    const down = migratedTaskItem(item, 1);

    expect(taskItemV1.safeParse(down).error).toBeUndefined();
    expect(migratedTaskItem(down, NEWEST)).toEqual(item);
  });

  it.each(v2Items)('of version 2 is read the same after a migration down: $idempotencyKey', (item) => {
    expect(fromItem(migratedTaskItem(item, 1))).toEqual(fromItem(item));
  });
});

describe('a held task in version 1', () => {
  const pause = { reason: 'CRM maintenance', actor: 'slack:T1:U1' };
  const task = held(retryableTask(), pause, contextAt(START_MS + 10_000));
  const down = migratedTaskItem(toItem(task), 1);

  it('is overdue in the shards that version 1 queries, so that its sweep drives it', () => {
    expect(toItem(task)['dueShard']).toMatch(/^held-crm\.sync-\d$/);
    expect(down['dueShard']).toMatch(/^due-\d$/);
    expect(down['dueAtMs']).toBe(START_MS + 10_000);
    expect(down).not.toHaveProperty('hold');
  });

  it('has the hold in the reason of its last transition', () => {
    const history = Array.isArray(down['history']) ? down['history'] : [];

    expect(history.at(-1)).toMatchObject({
      cause: 'recover_stale',
      from: 'retryable_failed',
      to: 'retryable_failed',
      reason: `[hold|slack:T1:U1|${START_MS + 10_000}|CRM maintenance] Paused by slack:T1:U1: CRM maintenance`,
    });
  });

  it('is no longer held after version 1 has moved it', () => {
    const moved = { ...task, hold: undefined };
    const next = redriven(moved, 'recover_stale', contextAt(START_MS + 70_000, { reason: 'Stuck' }));
    const back = fromItem(migratedTaskItem(toItem(next), 1));

    expect(back.hold).toBeUndefined();
    expect(back.history.map(({ cause }) => cause)).toEqual([
      'enqueue',
      'claim',
      'fail',
      'hold',
      'recover_stale',
    ]);
  });
});

/** Text that resembles a mark. */
const words = fc.oneof(
  fc.string(),
  fc.constantFrom(
    '[hold]',
    '[hold] x',
    '[hold|a|1|b] ',
    '[release]',
    '[recover_stale] [hold] y',
    '|',
    '[hold|%5D|2|%7C] z',
    ']',
    '%',
    '%25%5D',
    ' ',
  ),
);
const steps = fc.array(
  fc.record({
    step: fc.constantFrom('claim', 'fail', 'hold', 'release', 'recover', 'retry', 'complete', 'stop'),
    reason: fc.option(words, { nil: undefined }),
    actor: words,
  }),
  { maxLength: MAX_HISTORY + 10 },
);
interface Step {
  readonly step: string;
  readonly reason: string | undefined;
  readonly actor: string;
}

function taken(task: ExecutionTask, { step, reason, actor }: Step, nowMs: number): ExecutionTask {
  const context = contextAt(nowMs, { actor, ...(reason === undefined ? {} : { reason }) });
  const isWaiting = task.state === 'queued' || task.state === 'retryable_failed';
  if (step === 'claim' && isWaiting) return claimed(task, 'owner', 'worker', context);
  if (step === 'fail' && task.state === 'running') return retryableTask(task, nowMs + 5_000);
  if (step === 'hold' && isWaiting) return held(task, { reason: reason ?? '', actor }, context);
  if (step === 'release' && task.hold !== undefined) return redriven(task, 'release', context);
  if (step === 'recover' && isWaiting) return redriven(task, 'recover_stale', context);
  if (step === 'retry' && isWaiting) return redriven(task, 'operator_retry', context);
  if (step === 'complete' && task.state === 'running')
    return completed(task, { result: resultOf(), proof: 'applied' }, context);
  if (step === 'stop' && isWaiting)
    return stopped(task, task.state === 'queued' ? 'operator_cancel' : 'operator_abandon', context);
  return task;
}

describe('any task history', () => {
  test.prop([steps], { numRuns: 300 })('is migrated down to a valid version 1 and back', (life) => {
    const item = toItem(
      life.reduce((task, step, index) => taken(task, step, START_MS + index * 1_000), queuedTask()),
    );

    const down = migratedTaskItem(item, 1);

    expect(taskItemV1.safeParse(down).error).toBeUndefined();
    expect(migratedTaskItem(down, NEWEST)).toEqual(item);
  });
});

describe('migrate', () => {
  const item = toItem(runningTask());

  it('does not change an item that already has the version', () => {
    expect(migrate(SHAPES.tasks.steps, item, NEWEST)).toBe(item);
  });

  it.each([undefined, '1', 0, 1.5, -1, Number.NaN])('refuses %s as a version', (schemaVersion) => {
    expect(() => versionOf({ ...item, schemaVersion })).toThrow(
      /schemaVersion: expected a whole number from 1/,
    );
  });

  it('refuses a version without a migration step', () => {
    expect(() => migrate(SHAPES.tasks.steps, item, 9)).toThrow('no migration between 2 and 3');
    expect(() => migrate(SHAPES.tasks.steps, { schemaVersion: 1 }, 0)).toThrow(
      'no migration between 0 and 1',
    );
  });

  it('has a step between all adjacent versions of every shape that is not append-only', () => {
    for (const { newest, steps: way, appendOnly } of Object.values(SHAPES)) {
      const expected = appendOnly ? [] : Array.from({ length: newest - 1 }, (_, index) => index + 1);
      expect(way.map(({ from }) => from)).toEqual(expected);
    }
  });

  it('does not migrate down an item that is not a task, or a hold without a transition in the history', () => {
    const hold = { reason: 'r', actor: 'a', sinceMs: START_MS };

    expect(refusalOf(() => migratedTaskItem({ ...item, state: 'parked' }, 1))).toMatchObject({
      code: 'STORED_RECORD_INVALID',
      detail: expect.stringMatching(/^Task item: state: expected one of: queued, /),
    });
    expect(refusalOf(() => migratedTaskItem({ ...toItem(queuedTask()), hold }, 1))).toMatchObject({
      detail: 'Task item: hold: expected a last transition that made it',
    });
  });

  it.each([
    ['no history', { history: 'none' }],
    ['no transition', { history: [7] }],
    ['no kind', { kind: 'fax send' }],
    ['no state', { state: 'to be parked' }],
  ])('does not migrate up an item with %s', (_title, over) => {
    expect(() => migratedTaskItem({ ...item, schemaVersion: 1, ...over }, NEWEST)).toThrow('Task item: ');
  });
});

describe('a task of a newer version', () => {
  it('names both versions if newer code wrote the item', () => {
    expect(() => upcast(SHAPES.tasks, { ...toItem(queuedTask()), schemaVersion: NEWEST + 1 })).toThrow(
      `schemaVersion: expected at most ${NEWEST} (tasks), got ${NEWEST + 1}: later code wrote it`,
    );
  });

  it.each([undefined, 'two', 0])('leaves the refusal of %s to the schema', (schemaVersion) => {
    expect(() => fromItem({ ...toItem(queuedTask()), schemaVersion })).toThrow('Task item: schemaVersion');
  });
});
