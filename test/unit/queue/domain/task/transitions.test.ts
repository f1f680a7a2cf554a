import { fc, test } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { type ErrorCode, ERROR_CODES } from '../../../../../lambdas/shared/contracts/error-codes.ts';
import {
  executionTaskSchema,
  type ExecutionTask,
  MAX_HISTORY,
} from '../../../../../lambdas/queue/contracts/records.ts';
import { QueueError } from '../../../../../lambdas/shared/domain/errors.ts';
import { isLegal, isEnded } from '../../../../../lambdas/queue/domain/task/lifecycle.ts';
import { POLICY } from '../../../../../lambdas/queue/domain/task/policy.ts';
import { DEFAULT_RETRY_POLICY } from '../../../../../lambdas/queue/domain/task/task-policy.ts';
import { decideRetry } from '../../../../../lambdas/queue/domain/task/retry-policy.ts';
import {
  claimed,
  completed,
  failed,
  held,
  recovered,
  redriven,
  stopped,
} from '../../../../../lambdas/queue/domain/task/transitions.ts';
import { contextAt, queuedTask, resultOf, runningTask } from '../../../../helpers/builders.ts';
import { START_MS } from '../../../../../tools/rig/fake-clock.ts';

const codes = Object.keys(ERROR_CODES).filter((code): code is ErrorCode => code in ERROR_CODES);
const command = fc.record({
  name: fc.constantFrom(
    'claim',
    'complete',
    'fail',
    'lose',
    'recover',
    'operator_retry',
    'recover_stale',
    'operator_cancel',
    'operator_abandon',
    'hold',
    'release',
  ),
  passedMs: fc.integer({ min: 0, max: 3_600_000 }),
  code: fc.constantFrom(...codes),
  deferral: fc.boolean(),
});
type Command = typeof command extends fc.Arbitrary<infer T> ? T : never;

function carryOut(task: ExecutionTask, { name, code, deferral }: Command, nowMs: number): ExecutionTask {
  const context = contextAt(nowMs);
  const error = new QueueError(code, { deferral });
  const decision = decideRetry(task, error, DEFAULT_RETRY_POLICY, nowMs);
  switch (name) {
    case 'claim':
      return claimed(task, `owner of ${context.attemptId}`, `${task.taskId}-${task.generation}`, context);
    case 'complete':
      return completed(task, { result: resultOf(), proof: 'applied' }, context);
    case 'fail':
      return failed(task, error, decision, context);
    case 'lose':
      return failed(task, error, decision, context, 'recover_stale');
    case 'recover':
      return recovered(task, error, decision, context);
    case 'hold':
      return held(task, { reason: 'CRM is down', actor: 'api:ada' }, context);
    case 'operator_retry':
    case 'recover_stale':
    case 'release':
      return redriven(task, name, context);
    case 'operator_cancel':
    case 'operator_abandon':
      return stopped(task, name, context);
  }
}

function attempted(task: ExecutionTask, step: Command, nowMs: number): ExecutionTask | undefined {
  try {
    return carryOut(task, step, nowMs);
  } catch (error) {
    expect(error).toMatchObject({ code: 'ILLEGAL_TRANSITION' });
    return undefined;
  }
}

function expectInvariants(before: ExecutionTask, after: ExecutionTask): void {
  const newest = after.history.at(-1);
  // 1: a row of the table, version + 1, recorded once.
  expect(after.version).toBe(before.version + 1);
  expect(newest).toMatchObject({ from: before.state, to: after.state, version: after.version });
  expect(newest !== undefined && isLegal(newest)).toBe(true);
  expect(newest?.attemptId).toBe(after.attemptId);
  // 2: the lease exists exactly while running.
  const isRunning = after.state === 'running';
  expect([after.owner, after.workerId, after.leaseExpiresAtMs].map((field) => field !== undefined)).toEqual([
    isRunning,
    isRunning,
    isRunning,
  ]);
  // 3: the next attempt exists while retryable_failed, the due time while the state is not final.
  expect(after.nextAttemptAtMs !== undefined).toBe(after.state === 'retryable_failed');
  expect(after.dueAtMs !== undefined).toBe(!isEnded(after.state));
  // 4: attempt and generation never decrease.
  expect(after.attempt).toBeGreaterThanOrEqual(before.attempt);
  expect(after.generation).toBeGreaterThanOrEqual(before.generation);
  expect(after.deferrals).toBeGreaterThanOrEqual(before.deferrals);
  // 5: a hold exists only after the transition that made it, and its time does not count towards the deadline.
  expect(after.hold !== undefined).toBe(newest?.cause === 'hold');
  if (newest?.cause !== 'operator_retry') {
    const heldMs = before.hold === undefined ? 0 : after.updatedAtMs - before.hold.sinceMs;
    expect(after.deadlineAtMs).toBe(before.deadlineAtMs + heldMs);
  }
}

describe('any sequence of commands', () => {
  test.prop([fc.array(command, { maxLength: 60 })])('keeps the five invariants', (steps) => {
    let task = queuedTask();
    let nowMs = START_MS;
    for (const step of steps) {
      nowMs += step.passedMs;
      const next = attempted(task, step, nowMs);
      if (next === undefined) continue;
      expectInvariants(task, next);
      expect(executionTaskSchema.safeParse(next).success).toBe(true);
      task = next;
    }
  });

  test.prop([fc.array(command, { maxLength: 60 })])('never moves a task that has ended', (steps) => {
    const done = completed(
      claimed(queuedTask(), 'owner', 'worker', contextAt()),
      { result: resultOf(), proof: 'applied' },
      contextAt(),
    );

    expect(steps.map((step) => attempted(done, step, START_MS))).toEqual(steps.map(() => undefined));
  });
});

describe('a transition', () => {
  it('keeps the newest transitions when the history is full', () => {
    let task = queuedTask();
    for (let count = 0; count < MAX_HISTORY + 5; count += 1)
      task = redriven(task, 'operator_retry', contextAt());

    expect(task.history).toHaveLength(MAX_HISTORY);
    expect(task.history.at(-1)?.version).toBe(task.version);
    expect(task.history[0]?.version).toBe(task.version - MAX_HISTORY + 1);
  });

  it("has the policy's lease and is due after lease and skew", () => {
    const task = claimed(queuedTask(), 'owner', 'worker', contextAt(START_MS));

    expect(task.leaseExpiresAtMs).toBe(START_MS + POLICY.leaseMs);
    expect(task.dueAtMs).toBe(START_MS + POLICY.leaseMs + POLICY.clockSkewMs);
  });

  it('forgets the last error on completion, and stores the fingerprint with the result', () => {
    const lost = failed(
      claimed(queuedTask(), 'owner', 'worker', contextAt()),
      new QueueError('WORKER_LOST'),
      { kind: 'retry', nextAttemptAtMs: START_MS, deferral: false },
      contextAt(),
    );
    const running = claimed(lost, 'owner', 'worker', contextAt());
    const done = completed(running, { result: resultOf(), proof: 'probed' }, contextAt());

    expect(running.error?.code).toBe('WORKER_LOST');
    expect(done.error).toBeUndefined();
    expect(done.proof).toBe('probed');
    expect(done.fingerprint).toMatch(/^[0-9a-f]{64}$/);
  });

  it.each([true, false])('tells in the error of an abandoned task whether it is in doubt: %s', (inDoubt) => {
    const error = new QueueError('PROVIDER_TIMEOUT', { detail: 'x'.repeat(1_000), inDoubt });
    const decision = { kind: 'retry', nextAttemptAtMs: START_MS, deferral: false } as const;
    const waiting = failed(runningTask(), error, decision, contextAt());

    const { error: left } = stopped(waiting, 'operator_abandon', contextAt());

    expect(left?.detail.endsWith('an attempt may have been applied: look at the provider')).toBe(inDoubt);
    expect(left?.detail).toHaveLength(1_000);
  });

  it('runs a redriven task at once and under the same task id', () => {
    const task = failed(
      claimed(queuedTask(), 'owner', 'worker', contextAt()),
      new QueueError('WORKER_LOST'),
      { kind: 'retry', nextAttemptAtMs: START_MS + 60_000, deferral: false },
      contextAt(),
    );
    const next = redriven(task, 'operator_retry', contextAt(START_MS + 1));

    expect(next).toMatchObject({ taskId: task.taskId, generation: 2, nextAttemptAtMs: START_MS + 1 });
  });
});
