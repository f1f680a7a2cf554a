/**
 * When a failed attempt is tried again. Depends on the task, the error and the policy only: no randomness,
 * and the same answer on every machine.
 */
import type { ErrorCode } from '../contracts/error-codes.ts';
import type { ExecutionTask } from '../contracts/records.ts';
import { mayBeApplied, type QueueError } from './errors.ts';
import { fractionOf } from './hashing.ts';
import type { RetryPolicy } from './policy.ts';

/** What follows a failed attempt. */
export type RetryDecision =
  | { readonly kind: 'retry'; readonly nextAttemptAtMs: number; readonly deferral: boolean }
  | { readonly kind: 'terminal'; readonly code: ErrorCode; readonly causeCode?: ErrorCode };

/** Attempts that count: claims less deferrals. */
export const attemptsUsed = (task: Pick<ExecutionTask, 'attempt' | 'deferrals'>): number =>
  task.attempt - task.deferrals;

/**
 * Whether the attempt may only probe: the attempts are used up, but the last outcome was unknown, and a task is not
 * called failed before its provider was asked.
 */
export const isProbeOnly = (task: Pick<ExecutionTask, 'attempt' | 'deferrals' | 'maxAttempts'>): boolean =>
  attemptsUsed(task) > task.maxAttempts;

/** Between half of `seconds` and all of it, the same for the same parts ("equal jitter"). */
const jittered = (seconds: number, ...parts: readonly (string | number)[]): number =>
  seconds / 2 + (seconds / 2) * fractionOf('quoteq/jitter', ...parts);

const growing = (policy: RetryPolicy, baseSeconds: number, exponent: number): number =>
  // The exponent is bounded: 2^30 is beyond any cap, and the power stays finite.
  Math.min(policy.capSeconds, baseSeconds * policy.factor ** Math.min(exponent, 30));

/** Backoff in seconds after `used` counted attempts (from 1), jittered. */
export const backoffSeconds = (policy: RetryPolicy, taskId: string, used: number): number =>
  jittered(growing(policy, policy.baseSeconds, Math.max(0, used - 1)), taskId, 'attempt', used);

/**
 * Wait in seconds after a deferral: the provider's wish plus a spread that doubles from 1 s to the cap, so that many
 * deferred tasks don't come back all at once. In 24 h of deferrals the spread alone (30–60 s once at the cap) keeps an
 * execution at about 86,400 / 45 = 1,920 loops.
 */
export const deferralSeconds = (
  policy: RetryPolicy,
  task: ExecutionTask,
  retryAfterSeconds: number,
): number =>
  retryAfterSeconds + jittered(growing(policy, 1, task.deferrals), task.taskId, 'deferral', task.deferrals);

const waitSecondsFor = (task: ExecutionTask, error: QueueError, policy: RetryPolicy): number => {
  const wish = Math.max(0, error.retryAfterSeconds ?? 0);
  return error.deferral
    ? deferralSeconds(policy, task, wish)
    : Math.max(wish, backoffSeconds(policy, task.taskId, attemptsUsed(task)));
};

const attemptsLeft = (task: ExecutionTask, error: QueueError): boolean =>
  mayBeApplied(error) ? attemptsUsed(task) <= task.maxAttempts : attemptsUsed(task) < task.maxAttempts;

/** What used the attempts up is the error before, when the last attempt could only find that nothing is there. */
const ended = (task: ExecutionTask, code: ErrorCode): RetryDecision =>
  code === 'RETRIES_EXHAUSTED' && task.error !== undefined
    ? { kind: 'terminal', code, causeCode: task.error.code }
    : { kind: 'terminal', code };

/**
 * What follows `error` in the attempt that `task` (running) is in.
 * An unknown outcome in the last attempt gets one more claim, which may only probe.
 */
export function decideRetry(
  task: ExecutionTask,
  error: QueueError,
  policy: RetryPolicy,
  nowMs: number,
): RetryDecision {
  if (error.kind === 'terminal') return ended(task, error.code);
  if (!error.deferral && !attemptsLeft(task, error)) {
    return { kind: 'terminal', code: 'RETRIES_EXHAUSTED', causeCode: error.code };
  }
  const nextAttemptAtMs = nowMs + Math.ceil(waitSecondsFor(task, error, policy) * 1_000);
  if (nextAttemptAtMs > task.deadlineAtMs) {
    return { kind: 'terminal', code: 'DEADLINE_EXCEEDED', causeCode: error.code };
  }
  return { kind: 'retry', nextAttemptAtMs, deferral: error.deferral };
}
