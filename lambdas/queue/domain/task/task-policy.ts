/** The numbers that a task is given when it is enqueued, and how its attempts are counted. */
import type { ExecutionTask } from '../../contracts/records.ts';

/** Backoff and caps of one kind of action. */
export interface RetryPolicy {
  /** Attempts in all; counts the first. */
  readonly maxAttempts: number;
  /** Backoff after the first failed attempt, before jitter. */
  readonly baseSeconds: number;
  /** Growth of the backoff from attempt to attempt. */
  readonly factor: number;
  /** Longest backoff before jitter. */
  readonly capSeconds: number;
}

/** 5 attempts: 5 + 10 + 20 + 40 = 75 s of backoff at most, half of it at least. */
export const DEFAULT_RETRY_POLICY: RetryPolicy = {
  maxAttempts: 5,
  baseSeconds: 5,
  factor: 2,
  capSeconds: 60,
};

/** Times of a task, counted from its enqueueing or from when it should have moved on. */
export const TASK_POLICY = {
  /** From enqueue; a deferral or backoff that would reach beyond it ends the task. */
  taskDeadlineMs: 24 * 60 * 60 * 1_000,
  /** How long after it should have moved on a task becomes a candidate for the sweep. */
  overdueMs: 60_000,
} as const;

/** Attempts that count: claims less deferrals. */
export const attemptsUsed = (task: Pick<ExecutionTask, 'attempt' | 'deferrals'>): number =>
  task.attempt - task.deferrals;

/** Attempts as people are told: a claim that may only probe is none, so it is never more than there are. */
export const attemptsShown = (task: Pick<ExecutionTask, 'attempt' | 'deferrals' | 'maxAttempts'>): number =>
  Math.max(0, Math.min(attemptsUsed(task), task.maxAttempts));
