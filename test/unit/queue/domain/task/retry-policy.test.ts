import { fc, test } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import type { ExecutionTask } from '../../../../../lambdas/queue/contracts/records.ts';
import { QueueError, type QueueErrorOptions } from '../../../../../lambdas/shared/domain/errors.ts';
import {
  DEFAULT_RETRY_POLICY as POLICY_USED,
  attemptsShown,
  attemptsUsed,
} from '../../../../../lambdas/queue/domain/task/task-policy.ts';
import {
  applyForbidden,
  backoffSeconds,
  decideRetry,
  deferralSeconds,
  type RetryDecision,
} from '../../../../../lambdas/queue/domain/task/retry-policy.ts';
import { runningTask } from '../../../../helpers/builders.ts';
import { START_MS } from '../../../../../tools/rig/fake-clock.ts';

const { maxAttempts, baseSeconds, capSeconds, factor } = POLICY_USED;
const taskId = fc.stringMatching(/^task-[0-9a-f]{40}$/);
const running = (over: Partial<ExecutionTask> = {}): ExecutionTask => ({ ...runningTask(), ...over });
const decide = (task: ExecutionTask, error: QueueError, nowMs = START_MS): RetryDecision =>
  decideRetry(task, error, POLICY_USED, nowMs);
const waitSeconds = (decision: RetryDecision): number =>
  decision.kind === 'retry' ? (decision.nextAttemptAtMs - START_MS) / 1_000 : expect.fail(decision.code);
const rateLimited = (options: QueueErrorOptions = {}): QueueError =>
  new QueueError('PROVIDER_RATE_LIMITED', { deferral: true, ...options });

const spread = (deferrals: number): number => deferralSeconds(POLICY_USED, running({ deferrals }), 0);

describe('backoffSeconds', () => {
  test.prop([taskId, fc.integer({ min: 1, max: 1_000 })])(
    'stays between half of the step and the whole step',
    (id, used) => {
      const step = Math.min(capSeconds, baseSeconds * factor ** Math.min(used - 1, 30));

      expect(backoffSeconds(POLICY_USED, id, used)).toBeGreaterThanOrEqual(step / 2);
      expect(backoffSeconds(POLICY_USED, id, used)).toBeLessThanOrEqual(step);
    },
  );

  test.prop([taskId, fc.integer({ min: 1, max: 1_000 })])(
    'gives the same wait for the same attempt',
    (id, used) => {
      expect(backoffSeconds(POLICY_USED, id, used)).toBe(backoffSeconds({ ...POLICY_USED }, id, used));
    },
  );

  test.prop([taskId, fc.integer({ min: 1, max: 29 })])(
    'never lowers the bound with the number of attempts',
    (id, used) => {
      const unjittered = { ...POLICY_USED, baseSeconds: baseSeconds * 2 };

      // Until the cap, half of the next step equals this whole step: the growth outweighs the jitter.
      const next = backoffSeconds({ ...unjittered, capSeconds: 1e12 }, id, used + 1);
      expect(next).toBeGreaterThanOrEqual(backoffSeconds({ ...unjittered, capSeconds: 1e12 }, id, used));
    },
  );

  it('spreads the tasks that failed together', () => {
    const waits = Array.from({ length: 200 }, (_, n) => backoffSeconds(POLICY_USED, `task-${n}`, 1));
    const quarters = waits.map((wait) => Math.floor(((wait - baseSeconds / 2) / (baseSeconds / 2)) * 4));

    expect(new Set(waits).size).toBe(waits.length);
    for (const quarter of [0, 1, 2, 3]) {
      expect(quarters.filter((q) => q === quarter).length).toBeGreaterThan(25);
    }
  });
});

describe('decideRetry', () => {
  it.each(Array.from({ length: maxAttempts }, (_, n) => n + 1))(
    'counts the first attempt: definite failure of attempt %i',
    (attempt) => {
      const decision = decide(running({ attempt }), new QueueError('PROVIDER_CONNECTION_REFUSED'));

      const exhausted = { code: 'RETRIES_EXHAUSTED', causeCode: 'PROVIDER_CONNECTION_REFUSED' };

      expect(decision).toMatchObject(attempt < maxAttempts ? { kind: 'retry', deferral: false } : exhausted);
    },
  );

  it('ends at once on a terminal error', () => {
    expect(decide(running({ attempt: 1 }), new QueueError('PROVIDER_REFUSED'))).toEqual({
      kind: 'terminal',
      code: 'PROVIDER_REFUSED',
    });
  });

  it('shows no negative attempts if a damaged task has more deferrals than attempts', () => {
    expect(attemptsShown({ attempt: 2, deferrals: 9, maxAttempts })).toBe(0);
  });

  it.each(['PROVIDER_TIMEOUT', 'WORKER_LOST', 'PROVIDER_UNAVAILABLE', 'UNCLASSIFIED'] as const)(
    'gives one further attempt, which may only probe, if the last one ended with %s',
    (code) => {
      const last = running({ attempt: maxAttempts });
      const extra = running({ attempt: maxAttempts + 1 });

      expect(applyForbidden(last, last.deadlineAtMs)).toBeUndefined();
      expect(decide(last, new QueueError(code))).toMatchObject({ kind: 'retry' });
      expect(applyForbidden(extra, extra.deadlineAtMs)).toBe('RETRIES_EXHAUSTED');
      expect(attemptsShown(extra)).toBe(maxAttempts);
      expect(decide(extra, new QueueError(code))).toMatchObject({
        code: 'RETRIES_EXHAUSTED',
        causeCode: code,
      });
    },
  );

  it('keeps the last error as the cause when the probe of the extra attempt finds nothing', () => {
    const task = running({ attempt: maxAttempts + 1, error: { code: 'PROVIDER_TIMEOUT', detail: 'late' } });

    expect(decide(task, new QueueError('RETRIES_EXHAUSTED'))).toEqual({
      kind: 'terminal',
      code: 'RETRIES_EXHAUSTED',
      causeCode: 'PROVIDER_TIMEOUT',
    });
  });
});

describe('a deferral', () => {
  test.prop([fc.integer({ min: 0, max: 5_000 }), fc.integer({ min: 1, max: maxAttempts })])(
    'never ends a task because of deferrals before its deadline',
    (deferrals, used) => {
      const task = running({ attempt: used + deferrals, deferrals });

      expect(attemptsUsed(task)).toBe(used);
      expect(decide(task, rateLimited())).toMatchObject({ kind: 'retry', deferral: true });
    },
  );

  test.prop([fc.integer({ min: 0, max: 3_600 }), fc.integer({ min: 0, max: 100 })])(
    'waits at least as long as the provider requests',
    (retryAfterSeconds, deferrals) => {
      const deferred = decide(
        running({ attempt: deferrals + 1, deferrals }),
        rateLimited({ retryAfterSeconds }),
      );
      const failed = decide(running(), new QueueError('PROVIDER_CONNECTION_REFUSED', { retryAfterSeconds }));

      expect(waitSeconds(deferred)).toBeGreaterThanOrEqual(retryAfterSeconds);
      expect(waitSeconds(deferred)).toBeLessThanOrEqual(retryAfterSeconds + capSeconds);
      expect(waitSeconds(failed)).toBeGreaterThanOrEqual(retryAfterSeconds);
    },
  );

  it('spreads deferrals up to the cap, so that a day of them stays under 3,000 loops', () => {
    expect(spread(0)).toBeLessThanOrEqual(1);
    expect(spread(50)).toBeGreaterThanOrEqual(capSeconds / 2);
    expect(86_400 / spread(50)).toBeLessThan(3_000);
  });
});

describe('the deadline', () => {
  it('ends the task exactly if the next attempt would come after the deadline', () => {
    const error = rateLimited({ retryAfterSeconds: 100 });
    const next = START_MS + waitSeconds(decide(running(), error)) * 1_000;

    expect(decide(running({ deadlineAtMs: next }), error)).toMatchObject({ kind: 'retry' });
    expect(decide(running({ deadlineAtMs: next - 1 }), error)).toEqual({
      kind: 'terminal',
      code: 'DEADLINE_EXCEEDED',
      causeCode: 'PROVIDER_RATE_LIMITED',
    });
  });

  test.prop([
    fc.integer({ min: 0, max: 3_000_000_000 }),
    fc.boolean(),
    fc.integer({ min: 0, max: 3_600_000 }),
  ])(
    'is at most one capped backoff after the last probe of an attempt in doubt, regardless of Retry-After',
    (retryAfterSeconds, deferral, leftMs) => {
      const task = running({ deadlineAtMs: START_MS + leftMs });
      const error = rateLimited({ deferral, retryAfterSeconds, inDoubt: true });

      const decision = decide(task, error);

      const nextAttemptAtMs = decision.kind === 'retry' ? decision.nextAttemptAtMs : undefined;
      expect(nextAttemptAtMs).toBeLessThanOrEqual(task.deadlineAtMs + capSeconds * 1_000);
    },
  );

  it('gives the same decision on every machine', () => {
    const task = running();

    expect(decide(task, new QueueError('PROVIDER_TIMEOUT'))).toEqual(
      decide(structuredClone(task), new QueueError('PROVIDER_TIMEOUT')),
    );
  });
});
