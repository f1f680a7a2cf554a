import { describe, expect, it } from 'vitest';
import type { ExecutionTask } from '../../../../../lambdas/queue/contracts/records.ts';
import { runActionOutputSchema } from '../../../../../lambdas/queue/contracts/state-machine-io.ts';
import { type DriverView, outputOf, viewOf } from '../../../../../lambdas/queue/domain/driver/driver-view.ts';
import { QueueError } from '../../../../../lambdas/shared/domain/errors.ts';
import { POLICY } from '../../../../../lambdas/queue/domain/task/policy.ts';
import {
  completed,
  failed,
  held,
  recovered,
  redriven,
} from '../../../../../lambdas/queue/domain/task/transitions.ts';
import { contextAt, queuedTask, resultOf, retryableTask, runningTask } from '../../../../helpers/builders.ts';
import { START_MS } from '../../../../../tools/rig/fake-clock.ts';

const running = runningTask();
const retryable = retryableTask(running, START_MS + 5_000);
const done = completed(running, { result: resultOf(), proof: 'applied' }, contextAt());
const dead = failed(
  running,
  new QueueError('PROVIDER_REFUSED'),
  { kind: 'terminal', code: 'PROVIDER_REFUSED' },
  contextAt(),
);
const lostAtMs = START_MS + POLICY.leaseMs + POLICY.clockSkewMs;

describe('viewOf', () => {
  it.each<[name: string, task: ExecutionTask, nowMs: number, view: DriverView]>([
    ['a queued task', queuedTask(), START_MS, { kind: 'claimable' }],
    ['a backoff in full', retryable, START_MS, { kind: 'wait', waitSeconds: 5 }],
    ['a backoff with a millisecond left', retryable, START_MS + 4_999, { kind: 'wait', waitSeconds: 1 }],
    ['a backoff that is over', retryable, START_MS + 5_000, { kind: 'claimable' }],
    ['a lease', running, START_MS, { kind: 'wait', waitSeconds: (lostAtMs - START_MS) / 1_000 }],
    ['a lease that is over, within the skew', running, lostAtMs - 1, { kind: 'wait', waitSeconds: 1 }],
    ['a lease and skew that are over', running, lostAtMs, { kind: 'lease_expired' }],
    ['a completed task', done, START_MS, { kind: 'ended', state: 'completed' }],
    ['a failed task', dead, START_MS, { kind: 'ended', state: 'failed_terminal' }],
  ])('answers its own driver about %s', (_name, task, nowMs, view) => {
    expect(viewOf(task, task, nowMs)).toEqual(view);
  });

  it.each([queuedTask(), running, retryable, done, dead].map((task) => ({ task, state: task.state })))(
    'tells a driver of an earlier generation that it is superseded (state $state)',
    ({ task }) => {
      expect(viewOf({ ...task, generation: 3 }, { generation: 2 }, START_MS)).toEqual({ kind: 'superseded' });
      expect(viewOf({ ...task, generation: 3 }, { generation: 3 }, START_MS)).not.toEqual({
        kind: 'superseded',
      });
    },
  );
});

describe('a driver that is started', () => {
  const laterMs = START_MS + POLICY.overdueMs;
  const longBackoff = retryableTask(running, laterMs + 3_600_000);
  const lost = { kind: 'retry', nextAttemptAtMs: laterMs + 60_000, deferral: false } as const;
  const pause = { reason: 'The CRM is down', actor: 'api:ops' };

  it.each<[after: string, task: ExecutionTask]>([
    ['an enqueueing', queuedTask()],
    ['a retry of a queued task', redriven(queuedTask(), 'operator_retry', contextAt(laterMs))],
    ['a retry in a backoff', redriven(longBackoff, 'operator_retry', contextAt(laterMs))],
    ['a redrive by the sweep', redriven(longBackoff, 'recover_stale', contextAt(laterMs))],
    ['a release', redriven(held(longBackoff, pause, contextAt(laterMs - 1)), 'release', contextAt(laterMs))],
    ['the end of a lost worker', recovered(running, new QueueError('WORKER_LOST'), lost, contextAt(laterMs))],
  ])('may claim at once after %s, without a wait of its execution', (_after, task) => {
    expect(viewOf(task, task, task.updatedAtMs)).toEqual({ kind: 'claimable' });
  });
});

describe('outputOf', () => {
  it.each<[DriverView, outcome: string, waitSeconds: number]>([
    [{ kind: 'ended', state: 'completed' }, 'completed', 0],
    [{ kind: 'ended', state: 'failed_terminal' }, 'failed_terminal', 0],
    [{ kind: 'superseded' }, 'superseded', 0],
    [{ kind: 'held' }, 'held', 0],
    [{ kind: 'wrong_driver', mismatch: 'worker: expected pdf' }, 'wrong_driver', 0],
    [{ kind: 'wait', waitSeconds: 7 }, 'retryable_failed', 7],
    [{ kind: 'claimable' }, 'retryable_failed', POLICY.unclaimedWaitSeconds],
    [{ kind: 'lease_expired' }, 'retryable_failed', POLICY.unclaimedWaitSeconds],
  ])('gives the output for %o', (view, outcome, waitSeconds) => {
    expect(outputOf(view)).toEqual({ outcome, waitSeconds });
    expect(runActionOutputSchema.safeParse(outputOf(view)).success).toBe(true);
  });
});
