import { describe, expect, it } from 'vitest';
import { ExecutionState } from '../../../../lambdas/queue/contracts/lifecycle-states.ts';
import type { ExecutionTask } from '../../../../lambdas/queue/contracts/records.ts';
import type { CardAction } from '../../../../lambdas/slack/contracts/slack-actions.ts';
import {
  buttonsOf,
  cardKeyOf,
  latenciesOf,
  operatorMovesOf,
  recoveriesOf,
} from '../../../../lambdas/slack/domain/card.ts';
import { permalinkOf, threadOfPermalink } from '../../../../lambdas/shared/domain/slack-permalink.ts';
import { QueueError } from '../../../../lambdas/shared/domain/errors.ts';
import {
  completed,
  failed,
  held,
  recovered,
  redriven,
  stopped,
} from '../../../../lambdas/queue/domain/task/transitions.ts';
import { contextAt, queuedTask, resultOf, retryableTask, runningTask } from '../../../helpers/builders.ts';
import { START_MS } from '../../../../tools/rig/fake-clock.ts';

const byAda = contextAt(START_MS, { actor: 'slack:T1/U1 (ada)' });

const done = (task: ExecutionTask): ExecutionTask =>
  completed(task, { result: resultOf(), proof: 'applied' }, contextAt());
const failedForGood = (task: ExecutionTask): ExecutionTask => {
  const decision = { kind: 'terminal', code: 'RETRIES_EXHAUSTED', causeCode: 'PROVIDER_TIMEOUT' } as const;
  return failed(task, new QueueError('PROVIDER_TIMEOUT'), decision, contextAt());
};

const again = { kind: 'retry', nextAttemptAtMs: START_MS + 5_000, deferral: false } as const;
const swept = (task: ExecutionTask): ExecutionTask =>
  recovered(task, new QueueError('WORKER_LOST'), again, contextAt());

describe('buttonsOf', () => {
  it.each<[state: ExecutionState, buttons: readonly CardAction[]]>([
    ['queued', ['retry', 'cancel', 'audit']],
    ['running', ['audit']],
    ['retryable_failed', ['retry', 'abandon', 'audit']],
    ['failed_terminal', ['audit']],
    ['completed', ['audit']],
  ])('offers in %s the commands that the lifecycle allows', (state, buttons) => {
    expect(buttonsOf(state)).toEqual(buttons);
  });
});

describe('recoveriesOf', () => {
  const waiting = retryableTask();

  it('finds nothing in a task that never failed', () => {
    expect(recoveriesOf(done(runningTask()), 0)).toEqual([]);
    expect(recoveriesOf(stopped(queuedTask(), 'operator_cancel', byAda), 0)).toEqual([]);
  });

  it('finds nothing while the task waits or runs again', () => {
    expect(recoveriesOf(waiting, 0)).toEqual([]);
    expect(recoveriesOf(runningTask(waiting), 0)).toEqual([]);
  });

  it.each<[title: string, task: ExecutionTask]>([
    ['completion', done(runningTask(waiting))],
    ['failure for good', failedForGood(runningTask(waiting))],
    ['abandonment', stopped(waiting, 'operator_abandon', byAda)],
    ['retry by an operator', redriven(waiting, 'operator_retry', byAda)],
  ])('finds a %s after a retryable failure, with the previous error', (_title, task) => {
    expect(recoveriesOf(task, waiting.version)).toEqual([
      { transition: task.history.at(-1), after: 'PROVIDER_TIMEOUT', wasHeld: false },
    ]);
  });

  it.each<[title: string, task: ExecutionTask, after: string | undefined]>([
    ['driver', redriven(queuedTask(), 'recover_stale', contextAt()), undefined],
    ['driver in a backoff', redriven(waiting, 'recover_stale', contextAt()), undefined],
    ['worker', swept(runningTask()), 'WORKER_LOST'],
  ])(
    'finds the recovery of a lost %s by the sweep, also without an earlier failure',
    (_title, task, after) => {
      expect(recoveriesOf(task, task.version - 1)).toEqual([
        { transition: task.history.at(-1), after, wasHeld: false },
      ]);
      expect(recoveriesOf(task, task.version)).toEqual([]);
    },
  );

  it('finds no recovery by the sweep if a worker ended the attempt of its predecessor', () => {
    const error = new QueueError('WORKER_LOST');
    const ended = failed(runningTask(), error, again, contextAt(), 'recover_stale');

    expect(recoveriesOf(ended, 0)).toEqual([]);
  });

  it('finds nothing for a released hold', () => {
    const released = redriven(
      held(waiting, { reason: 'CRM down', actor: 'ada' }, contextAt()),
      'release',
      contextAt(),
    );

    expect(recoveriesOf(released, 0)).toEqual([]);
  });

  it('names the previous failure, also after steps of the sweep', () => {
    const task = done(runningTask(redriven(waiting, 'recover_stale', contextAt())));

    expect(recoveriesOf(task, task.version - 1)).toEqual([
      { transition: task.history.at(-1), after: 'PROVIDER_TIMEOUT', wasHeld: false },
    ]);
  });

  it('names the failure, not the following wait', () => {
    const busy = failed(
      runningTask(waiting),
      new QueueError('EFFECT_IN_PROGRESS', { deferral: true }),
      { kind: 'retry', nextAttemptAtMs: START_MS + 9_000, deferral: true },
      contextAt(),
    );

    const [recovery] = recoveriesOf(done(runningTask(busy)), busy.version);

    expect(recovery?.after).toBe('PROVIDER_TIMEOUT');
  });

  it('names the failure, not the following hold of a paused kind', () => {
    const pause = { reason: 'The CRM is down', actor: 'api:ada' };
    const waitedFor = redriven(held(waiting, pause, contextAt()), 'release', contextAt());

    expect(recoveriesOf(waitedFor, 0)).toEqual([]);
    expect(recoveriesOf(done(runningTask(waitedFor)), 0)).toMatchObject([{ after: 'PROVIDER_TIMEOUT' }]);
  });

  it('excludes recoveries that were already posted', () => {
    const retriedByAda = redriven(waiting, 'operator_retry', byAda);
    const task = done(runningTask(retriedByAda));

    expect(recoveriesOf(task, 0)).toHaveLength(2);
    expect(recoveriesOf(task, retriedByAda.version)).toHaveLength(1);
    expect(recoveriesOf(task, task.version)).toEqual([]);
  });
});

describe('operatorMovesOf', () => {
  it('names commands of people, not transitions of the queue', () => {
    const task = done(runningTask(redriven(retryableTask(), 'operator_retry', byAda)));

    expect(operatorMovesOf(task).map(({ cause, actor }) => [cause, actor])).toEqual([
      ['operator_retry', 'slack:T1/U1 (ada)'],
    ]);
  });
});

describe('latenciesOf', () => {
  it('measures every transition since the shown version, including skipped ones', () => {
    const task = done(runningTask());

    const latencies = latenciesOf(task, { versionDone: 1 }, START_MS + 700);

    expect(latencies.map(({ version, latencyMs }) => [version, latencyMs])).toEqual([
      [2, 700],
      [3, 700],
    ]);
    expect(latencies[0]).toMatchObject({
      cardId: `latency#${task.taskId}#2`,
      versionShown: 3,
      shownDay: '2026-03-29',
    });
  });

  it('is never negative, also if clocks differ', () => {
    expect(latenciesOf(queuedTask(), { versionDone: 0 }, START_MS - 5)[0]?.latencyMs).toBe(0);
  });
});

describe('names of a card', () => {
  it('give each posting its own key', () => {
    expect([1, 2, 3].map((posting) => cardKeyOf('C1', 'task-1', posting))).toEqual([
      'slack.card:C1:task-1',
      'slack.card:C1:task-1:2',
      'slack.card:C1:task-1:3',
    ]);
  });

  it('make an address that Slack redirects', () => {
    expect(permalinkOf('C1', '1795257524.000002')).toBe('https://slack.com/archives/C1/p1795257524000002');
  });

  it('make an address with the thread for a reply, and without it for a root', () => {
    const link =
      'https://slack.com/archives/C0QUOTES1/p1700000000000002?thread_ts=1700000000.000001&cid=C0QUOTES1';

    expect(permalinkOf('C0QUOTES1', '1700000000.000002', '1700000000.000001')).toBe(link);
    expect(threadOfPermalink(link)).toBe('1700000000.000001');
    expect(permalinkOf('C1', '17.000001', '17.000001')).toBe('https://slack.com/archives/C1/p17000001');
    expect(threadOfPermalink('https://slack.com/archives/C1/p17000001')).toBeUndefined();
    expect(threadOfPermalink('slack:C1/17.000001')).toBeUndefined();
  });
});
