import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { ExecutionTask } from '../../../../lambdas/queue/contracts/records.ts';
import { held } from '../../../../lambdas/queue/domain/task/transitions.ts';
import { taskView } from '../../../../lambdas/queue/handlers/api/task-view.ts';
import { taskDetails, tasksTable } from '../../../../tools/cli/terminal/render.ts';
import { shownValue } from '../../../../tools/cli/terminal/terminal-text.ts';
import { contextAt, queuedTask, retryableTask, runningTask } from '../../../helpers/builders.ts';

describe('a held task', () => {
  const view = taskView(held(retryableTask(), { reason: 'The CRM\nis down', actor: 'ada' }, contextAt()));

  it('shows in the table why it waits, before its last error', () => {
    expect(tasksTable([view])).toContain('held: The CRM is down (paused by ada)');
    expect(tasksTable([view])).not.toContain('PROVIDER_TIMEOUT');
  });

  it('shows the start of the hold in its details, and keeps its last error', () => {
    expect(taskDetails(shownValue(view))).toMatch(
      /^held +since 2026-03-29T00:59:30.000Z: The CRM is down \(paused by ada\)$/m,
    );
    expect(taskDetails(view)).toContain('PROVIDER_TIMEOUT');
    expect(taskDetails(view)).toMatch(/^do first +Check the latency of the provider/m);
  });
});

it('a task with a damaged card shows the damage', () => {
  const card = { state: 'failing', errorCode: 'STORED_RECORD_INVALID', damage: 'Card item: ts\nx' } as const;

  expect(taskDetails({ ...taskView(queuedTask()), card })).toMatch(
    /^card +cannot be read: Card item: ts x$/m,
  );
});

const columnsOf = (task: ExecutionTask): readonly number[] =>
  ['action', 'state', 'attempts', 'effect or error'].map((head) =>
    (stripVTControlCharacters(tasksTable([taskView(task)])).split('\n')[0] ?? '').indexOf(head),
  );

describe('tasksTable', () => {
  it('has the same columns for every state and number of deferrals', () => {
    const [queued, ...later] = [
      queuedTask(),
      runningTask(),
      retryableTask(),
      { ...retryableTask(), attempt: 12, deferrals: 12 },
    ].map(columnsOf);

    expect(later).toEqual([queued, queued, queued]);
  });
});
