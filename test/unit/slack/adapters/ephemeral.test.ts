import { describe, expect, it } from 'vitest';
import { loserText, notFoundText, trailText } from '../../../../lambdas/slack/adapters/ephemeral.ts';
import { TransitionCause } from '../../../../lambdas/queue/contracts/lifecycle-states.ts';
import { redriven, stopped } from '../../../../lambdas/queue/domain/task/transitions.ts';
import { contextAt, queuedTask, retryableTask, runningTask } from '../../../helpers/builders.ts';
import { START_MS } from '../../../../tools/rig/fake-clock.ts';

const byAda = contextAt(START_MS, { actor: 'slack:T0QUOTEQ1/U0ADAOPS1 (ada)' });

describe('loserText', () => {
  it('names the operator who was first, what they did, and the present state', () => {
    const task = stopped(retryableTask(), TransitionCause.OperatorAbandon, byAda);

    expect(loserText(task, { version: 3, action: 'retry' })).toBe(
      'Your “Retry now” on *crm.sync* of quote *Q-1001* did nothing. ada was first and abandoned it. It is now *🚫 Abandoned* (version 4).',
    );
  });

  it('names the first after the card, not the last', () => {
    const task = runningTask(redriven(retryableTask(), TransitionCause.OperatorRetry, byAda));

    expect(loserText(task, { version: 3, action: 'abandon' })).toContain(
      'ada was first and pressed Retry now. It is now *⚙️ Running* (version 5).',
    );
  });

  it('says that the queue itself was first', () => {
    expect(loserText(runningTask(), { version: 1, action: 'cancel' })).toContain(
      'the queue (test) was first and started an attempt.',
    );
  });

  it('says that the state forbids it when nobody was first', () => {
    expect(loserText(queuedTask(), { version: 1, action: 'abandon' })).toContain(
      'The present state does not allow it. It is now *⏳ Queued* (version 1).',
    );
  });

  it('names nobody when the history no longer reaches back', () => {
    const task = { ...runningTask(), version: 90 };

    expect(loserText(task, { version: 3, action: 'retry' })).toContain(
      'The task has moved on since that card.',
    );
  });
});

describe('notFoundText', () => {
  it('names the task', () => {
    expect(notFoundText({ taskId: 'task-1', action: 'cancel' })).toBe(
      'Your “Cancel” did nothing: there is no task `task-1`.',
    );
  });
});

describe('trailText', () => {
  it('shows the newest transitions', () => {
    const lines = trailText(retryableTask()).split('\n');

    expect(lines).toHaveLength(4);
    expect(lines.at(-1)).toContain('running → *retryable_failed*');
  });
});
