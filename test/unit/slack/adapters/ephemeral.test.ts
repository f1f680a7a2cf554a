import { describe, expect, it } from 'vitest';
import { noticeText } from '../../../../lambdas/slack/adapters/ephemeral.ts';
import type { ExecutionTask } from '../../../../lambdas/queue/contracts/records.ts';
import type { Click } from '../../../../lambdas/slack/contracts/slack-payloads.ts';
import { TransitionCause } from '../../../../lambdas/queue/contracts/lifecycle-states.ts';
import { redriven, stopped } from '../../../../lambdas/queue/domain/task/transitions.ts';
import { contextAt, queuedTask, retryableTask, runningTask } from '../../../helpers/builders.ts';
import { START_MS } from '../../../../tools/rig/fake-clock.ts';

const byAda = contextAt(START_MS, { actor: 'slack:T0QUOTEQ1/U0ADAOPS1 (ada)' });

const lostText = (task: ExecutionTask, shown: Pick<Click, 'version' | 'action'>): string =>
  noticeText({ taskId: task.taskId, ...shown }, { kind: 'lost', task });

describe('the notice of a lost click', () => {
  it('names the other operator, what they did, and the present state', () => {
    const task = stopped(retryableTask(), TransitionCause.OperatorAbandon, byAda);

    expect(lostText(task, { version: 3, action: 'retry' })).toBe(
      'Your “Retry now” on *crm.sync* of quote *Q-1001* did nothing. ada was first and abandoned it. It is now *🚫 Abandoned* (version 4).',
    );
  });

  it("names the first transition after the card's version, not the last", () => {
    const task = runningTask(redriven(retryableTask(), TransitionCause.OperatorRetry, byAda));

    expect(lostText(task, { version: 3, action: 'abandon' })).toContain(
      'ada was first and pressed Retry now. It is now *⚙️ Running* (version 5).',
    );
  });

  it('tells that the queue itself was first', () => {
    expect(lostText(runningTask(), { version: 1, action: 'cancel' })).toContain(
      'the queue (test) was first and started an attempt.',
    );
  });

  it('tells that the state forbids the command if nobody was first', () => {
    expect(lostText(queuedTask(), { version: 1, action: 'abandon' })).toContain(
      'The present state does not allow it. It is now *⏳ Queued* (version 1).',
    );
  });

  it('names nobody if the history no longer has the transition', () => {
    const task = { ...runningTask(), version: 90 };

    expect(lostText(task, { version: 3, action: 'retry' })).toContain(
      'The task has moved on since that card.',
    );
  });
});

describe('the notice of a missing task', () => {
  it('names the task', () => {
    expect(noticeText({ taskId: 'task-1', version: 1, action: 'cancel' }, { kind: 'missing' })).toBe(
      'Your “Cancel” did nothing: there is no task `task-1`.',
    );
  });
});

describe('the notice with the trail', () => {
  it('shows the newest transitions', () => {
    const lines = noticeText(
      { taskId: 'task-1', version: 3, action: 'audit' },
      { kind: 'trail', task: retryableTask() },
    ).split('\n');

    expect(lines).toHaveLength(4);
    expect(lines.at(-1)).toContain('running → *retryable_failed*');
  });
});
