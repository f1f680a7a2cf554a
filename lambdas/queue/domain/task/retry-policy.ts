/**
 * When a failed attempt is tried again. Depends on the task, the error and the policy only: no randomness,
 * and the same answer on every machine.
 */
import type { Open } from '../../../shared/contracts/stored-fields.ts';
import { type CapCode, type ErrorCode, hasRole } from '../../../shared/contracts/error-codes.ts';
import type { ExecutionTask } from '../../contracts/records.ts';
import type { QueueError } from '../../../shared/domain/errors.ts';
import { fractionOf } from '../../../shared/domain/hashing.ts';
import { attemptsUsed, type RetryPolicy } from './task-policy.ts';

/** What follows a failed attempt. */
export type RetryDecision =
  | { readonly kind: 'retry'; readonly nextAttemptAtMs: number; readonly deferral: boolean }
  | { readonly kind: 'terminal'; readonly code: ErrorCode; readonly causeCode?: Open<ErrorCode> };

/**
 * Why this claim may only probe, and apply nothing: the attempts are used up, or the deadline has passed. A task is not
 * called failed before its provider was asked.
 */
export function applyForbidden(
  task: Pick<ExecutionTask, 'attempt' | 'deferrals' | 'maxAttempts' | 'deadlineAtMs'>,
  nowMs: number,
): CapCode | undefined {
  if (attemptsUsed(task) > task.maxAttempts) return 'RETRIES_EXHAUSTED';
  return nowMs > task.deadlineAtMs ? 'DEADLINE_EXCEEDED' : undefined;
}

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
  error.inDoubt ? attemptsUsed(task) <= task.maxAttempts : attemptsUsed(task) < task.maxAttempts;

/**
 * Whether the next attempt may be made. After the deadline at most one claim is possible: after an attempt in doubt that began
 * before the deadline.
 */
const inTime = (task: ExecutionTask, error: QueueError, nextAttemptAtMs: number, nowMs: number): boolean =>
  nextAttemptAtMs <= task.deadlineAtMs || (error.inDoubt && nowMs <= task.deadlineAtMs);

/** The latest time of a claim after the deadline. It only probes, so a provider's Retry-After does not delay it any further. */
const lastLookAtMs = ({ deadlineAtMs }: ExecutionTask, policy: RetryPolicy): number =>
  deadlineAtMs + policy.capSeconds * 1_000;

/** If the last attempt was probe-only and found nothing, the cause is the error of the attempt before it. */
const ended = (task: ExecutionTask, code: ErrorCode): RetryDecision =>
  hasRole(code, 'cap') && task.error !== undefined
    ? { kind: 'terminal', code, causeCode: task.error.code }
    : { kind: 'terminal', code };

/**
 * What follows `error` in the attempt that `task` (running) is in.
 * Doubt in the last attempt, or in the last before the deadline, gets one more claim, which may only probe.
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
  if (!inTime(task, error, nextAttemptAtMs, nowMs)) {
    return { kind: 'terminal', code: 'DEADLINE_EXCEEDED', causeCode: error.code };
  }
  return {
    kind: 'retry',
    nextAttemptAtMs: Math.min(nextAttemptAtMs, lastLookAtMs(task, policy)),
    deferral: error.deferral,
  };
}
