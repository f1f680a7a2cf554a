/** The numbers of a new task, and how its attempts are counted. */
import type { ExecutionTask } from '../../contracts/records.ts';

/** Backoff and caps of one kind of action. */
export interface RetryPolicy {
  /** Maximum attempts, including the first. */
  readonly maxAttempts: number;
  /** Backoff after the first failed attempt, before jitter, in seconds. */
  readonly baseSeconds: number;
  /** Factor between the backoffs of successive attempts. */
  readonly factor: number;
  /** Maximum backoff before jitter, in seconds. */
  readonly capSeconds: number;
}

/** 5 attempts: 5 + 10 + 20 + 40 = 75 s of backoff at most, and at least half of it. */
export const DEFAULT_RETRY_POLICY: RetryPolicy = {
  maxAttempts: 5,
  baseSeconds: 5,
  factor: 2,
  capSeconds: 60,
};

/** Times of a task, from its enqueueing or from when it should have moved on. */
export const TASK_POLICY = {
  /** From the enqueueing; a deferral or backoff beyond it ends the task. */
  taskDeadlineMs: 24 * 60 * 60 * 1_000,
  /** Time after which an overdue task becomes a candidate for the sweep. */
  overdueMs: 60_000,
} as const;

/** Attempts that count: claims minus deferrals. */
export const attemptsUsed = (task: Pick<ExecutionTask, 'attempt' | 'deferrals'>): number =>
  task.attempt - task.deferrals;

/** Attempts as people see them: a claim that may only probe does not count, so the number never exceeds the maximum. */
export const attemptsShown = (task: Pick<ExecutionTask, 'attempt' | 'deferrals' | 'maxAttempts'>): number =>
  Math.max(0, Math.min(attemptsUsed(task), task.maxAttempts));
