/**
 * Recovery of one task: decided on a strongly consistent read, carried out by one conditional write and the start of the
 * generation that it names. A crash before the write changes nothing. A crash after it leaves a driver that is stored but not
 * started; the next sweep starts it.
 */
import { type ExecutionState, TransitionCause } from '../../contracts/lifecycle-states.ts';
import { type ExecutionTask, isKnownTask } from '../../contracts/records.ts';
import { QueueError } from '../../../shared/domain/errors.ts';
import { isEnded } from '../task/lifecycle.ts';
import type { ExecutionDriver, ExecutionQueueRepo } from '../ports.ts';
import type { Clock, Ids } from '../../../shared/domain/ports.ts';
import { POLICY } from '../task/policy.ts';
import type { RetryPolicy } from '../task/task-policy.ts';
import {
  actionWithoutStatus,
  type DriverStatus,
  Lateness,
  RECOVERY_TABLE,
  RecoveryAction,
} from './recovery-table.ts';
import { decideRetry } from '../task/retry-policy.ts';
import { startDriver } from '../driver/start-driver.ts';
import { recovered, redriven } from '../task/transitions.ts';
import type { TransitionContext } from '../task/move-task.ts';

/** A recovered or released task, and its new driver. */
export interface RecoveredTask {
  readonly taskId: string;
  readonly quoteId: string;
  readonly from: ExecutionState;
  readonly to: ExecutionState;
  /** Generation that drives it now. */
  readonly generation: number;
  /** Whether it was stuck, or held for a pause that has ended. */
  readonly cause: typeof TransitionCause.RecoverStale | typeof TransitionCause.Release;
}

/** Options of a recovery. */
export interface RecoveryOptions {
  readonly queue: Pick<ExecutionQueueRepo, 'get' | 'replace'>;
  readonly driver: ExecutionDriver;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly retryPolicy: RetryPolicy;
  readonly actor: string;
}

/** The result of checking one candidate. */
export interface RecoveryLook {
  /** `left`: nothing had to be done. `overtaken`: another actor moved it first. */
  readonly kind: 'left' | 'overtaken' | 'recovered';
  /** Present if it was recovered. */
  readonly recovered?: RecoveredTask;
}

/** At most 2^5 × 15 min = 8 h; `POLICY.staleDriverMs` has the reason for the growth. */
const MAX_DOUBLINGS = 5;

/** How late a task is at `nowMs`. */
export function latenessOf(task: Pick<ExecutionTask, 'dueAtMs' | 'generation'>, nowMs: number): Lateness {
  if (task.dueAtMs === undefined || task.dueAtMs > nowMs) return Lateness.InTime;
  const staleMs = POLICY.staleDriverMs * 2 ** Math.min(task.generation - 1, MAX_DOUBLINGS);
  return nowMs >= task.dueAtMs + staleMs ? Lateness.Stale : Lateness.Due;
}

/** Causes that name a driver which is `unstarted` if it is missing; not `enqueue`, see {@link DriverStatus}. */
const NAMES_NEXT_DRIVER: readonly string[] = [
  TransitionCause.OperatorRetry,
  TransitionCause.RecoverStale,
  TransitionCause.Release,
];

/** The status of the task's driver. */
async function statusOf(driver: ExecutionDriver, task: ExecutionTask): Promise<DriverStatus> {
  const status = await driver.status(task.taskId, task.generation);
  const cause = task.history.at(-1)?.cause;
  return status === 'missing' && cause !== undefined && NAMES_NEXT_DRIVER.includes(cause)
    ? 'unstarted'
    : status;
}

/** The action of the table; the driver's status is read only if it matters. */
async function actionFor(
  { driver }: RecoveryOptions,
  task: ExecutionTask,
  nowMs: number,
): Promise<RecoveryAction> {
  const lateness = latenessOf(task, nowMs);
  const known = actionWithoutStatus(task.state, lateness);
  return known ?? RECOVERY_TABLE[task.state][lateness][await statusOf(driver, task)];
}

function attemptEnded(options: RecoveryOptions, task: ExecutionTask, context: TransitionContext) {
  const error = new QueueError('WORKER_LOST', { detail: 'The lease ran out' });
  return recovered(task, error, decideRetry(task, error, options.retryPolicy, context.nowMs), context);
}

/** The task after the action's write; `undefined` if another write came first. */
async function written(
  options: RecoveryOptions,
  task: ExecutionTask,
  action: Exclude<RecoveryAction, 'leave'>,
  cause: RecoveredTask['cause'],
): Promise<ExecutionTask | undefined> {
  if (action === RecoveryAction.Start) return task;
  const { clock, ids, actor } = options;
  const reason = cause === TransitionCause.Release ? 'Resumed' : 'Stuck';
  const context = { nowMs: clock.nowMs(), attemptId: ids.next(), actor, reason };
  const next =
    action === RecoveryAction.EndAttempt
      ? attemptEnded(options, task, context)
      : redriven(task, cause, context);
  const answer = await options.queue.replace(task, next);
  return answer.kind === 'conflict' ? undefined : answer.task;
}

async function carriedOut(
  options: RecoveryOptions,
  found: ExecutionTask,
  action: Exclude<RecoveryAction, 'leave'>,
  cause: RecoveredTask['cause'],
): Promise<RecoveredTask | undefined> {
  const task = await written(options, found, action, cause);
  if (task === undefined) return undefined;
  if (!isEnded(task.state)) await startDriver(options.driver, task);
  const { taskId, quoteId, generation } = task;
  return { taskId, quoteId, from: found.state, to: task.state, generation, cause };
}

const ended = (task: RecoveredTask | undefined): RecoveryLook =>
  task === undefined ? { kind: 'overtaken' } : { kind: 'recovered', recovered: task };

/**
 * Recovers one candidate of the due shards, if it is stuck at `nowMs`. A held task is not stuck: it is released when its kind
 * is resumed.
 * @param onDue called for a due task with the time since its enqueueing, in ms, before anything that may fail
 * @throws {QueueError} `STORED_RECORD_INVALID`, or `DRIVER_NOT_STARTED` after the write; the next sweep continues
 */
export async function recoverTask(
  options: RecoveryOptions,
  taskId: string,
  nowMs: number,
  onDue?: (ageMs: number) => void,
): Promise<RecoveryLook> {
  const task = await options.queue.get(taskId);
  if (task === undefined || task.hold !== undefined) return { kind: 'left' };
  // The release that wrote it recovers it; here it is neither stuck nor overdue.
  if (!isKnownTask(task)) return { kind: 'left' };
  if (latenessOf(task, nowMs) !== Lateness.InTime) onDue?.(Math.max(0, nowMs - task.createdAtMs));
  const action = await actionFor(options, task, nowMs);
  if (action === RecoveryAction.Leave) return { kind: 'left' };
  return ended(await carriedOut(options, task, action, TransitionCause.RecoverStale));
}

/**
 * Releases a held task whose kind is no longer paused. A task that is not held was released before.
 * @throws {QueueError} as {@link recoverTask}
 */
export async function releaseTask(options: RecoveryOptions, taskId: string): Promise<RecoveryLook> {
  const task = await options.queue.get(taskId);
  if (task?.hold === undefined || !isKnownTask(task)) return { kind: 'left' };
  return ended(await carriedOut(options, task, RecoveryAction.Redrive, TransitionCause.Release));
}
