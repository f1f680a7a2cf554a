/**
 * The transitions as pure functions: task in, task out. Invariants upheld here:
 * 1. Every transition is a row of the lifecycle table and raises `version` by exactly one.
 * 2. `owner`, `workerId` and `leaseExpiresAtMs` exist only in `running`.
 * 3. `nextAttemptAtMs` exists only in `retryable_failed`; `dueAtMs` in every state that can still move.
 * 4. `attempt` and `generation` never decrease.
 * 5. `hold` exists only in `queued` and `retryable_failed`, and the time for which a task was held does not count towards its
 *    deadline.
 */
import { ExecutionState, TransitionCause } from '../../contracts/lifecycle-states.ts';
import type { ExecutionTask, Hold } from '../../contracts/records.ts';
import type { EffectOutcome } from '../../../shared/domain/effect.ts';
import type { QueueError } from '../../../shared/domain/errors.ts';
import { fingerprintOf } from '../../../shared/domain/hashing.ts';
import { type Move, moved, type TaskChange, type TransitionContext } from './move-task.ts';
import { POLICY } from './policy.ts';
import type { RetryDecision } from './retry-policy.ts';
import { doubtfulError, taskErrorOf } from './task-error.ts';

/** `queued` or `retryable_failed` → `running`: grants a lease to `owner`, attempt + 1. */
export function claimed(
  task: ExecutionTask,
  owner: string,
  workerId: string,
  context: TransitionContext,
): ExecutionTask {
  const leaseExpiresAtMs = context.nowMs + POLICY.leaseMs;
  const change: TaskChange = {
    owner,
    workerId,
    leaseExpiresAtMs,
    attempt: task.attempt + 1,
    dueAtMs: leaseExpiresAtMs + POLICY.clockSkewMs,
  };
  return moved(task, { to: ExecutionState.Running, cause: TransitionCause.Claim, change }, context);
}

/** `running` → `completed`: the effect is proven, its fingerprint stored. */
export function completed(
  task: ExecutionTask,
  outcome: EffectOutcome,
  context: TransitionContext,
): ExecutionTask {
  const { error: _error, inDoubt: _inDoubt, ...rest } = task;
  const change: TaskChange = {
    result: outcome.result,
    fingerprint: fingerprintOf(outcome.result),
    proof: outcome.proof,
  };
  const move: Move = {
    to: ExecutionState.Completed,
    cause: TransitionCause.Complete,
    change,
    proof: outcome.proof,
  };
  return moved(rest, move, context);
}

type Retry = Extract<RetryDecision, { kind: 'retry' }>;
type FailureCause = typeof TransitionCause.Fail | typeof TransitionCause.RecoverStale;

const doubtOf = (error: QueueError): TaskChange => (error.inDoubt ? { inDoubt: true } : {});

function failedTerminal(
  task: ExecutionTask,
  error: QueueError,
  decision: RetryDecision,
  context: TransitionContext,
): ExecutionTask {
  const taskError = taskErrorOf(error, decision);
  const move: Move = {
    to: ExecutionState.FailedTerminal,
    cause: TransitionCause.Fail,
    change: { ...doubtOf(error), error: taskError },
    errorCode: taskError.code,
  };
  const { inDoubt: _before, ...withoutDoubt } = task;
  return moved(withoutDoubt, move, context);
}

function retryMove(task: ExecutionTask, error: QueueError, decision: Retry, cause: FailureCause): Move {
  const taskError = taskErrorOf(error, decision);
  const change: TaskChange = {
    ...doubtOf(error),
    error: taskError,
    deferrals: task.deferrals + (decision.deferral ? 1 : 0),
    nextAttemptAtMs: decision.nextAttemptAtMs,
    dueAtMs: decision.nextAttemptAtMs + POLICY.overdueMs,
  };
  return { to: ExecutionState.RetryableFailed, cause, change, errorCode: taskError.code };
}

/** `running` → `retryable_failed` or `failed_terminal`, according to `decision`. */
export function failed(
  task: ExecutionTask,
  error: QueueError,
  decision: RetryDecision,
  context: TransitionContext,
  cause: FailureCause = TransitionCause.Fail,
): ExecutionTask {
  if (decision.kind === 'terminal') return failedTerminal(task, error, decision, context);
  const { inDoubt: _before, ...withoutDoubt } = task;
  return moved(withoutDoubt, retryMove(task, error, decision, cause), context);
}

/** The time at which the sweep checks whether the driver that it started has moved the task. */
const dueAfterRedrive = (nowMs: number) => ({ dueAtMs: nowMs + POLICY.redriveCheckMs });

/**
 * `running` → `retryable_failed` with the next generation, or `failed_terminal`: the sweep ends the attempt of a lost worker.
 * It is one write, so that nothing can come between the end of the attempt and the next driver. That driver runs at once,
 * because the task has already waited for the lease.
 */
export function recovered(
  task: ExecutionTask,
  error: QueueError,
  decision: RetryDecision,
  context: TransitionContext,
): ExecutionTask {
  if (decision.kind === 'terminal') return failedTerminal(task, error, decision, context);
  const { inDoubt: _before, ...withoutDoubt } = task;
  const move = retryMove(task, error, decision, TransitionCause.RecoverStale);
  const next = {
    generation: task.generation + 1,
    nextAttemptAtMs: context.nowMs,
    ...dueAfterRedrive(context.nowMs),
  };
  return moved(withoutDoubt, { ...move, change: { ...move.change, ...next } }, context);
}

/**
 * Same state, next generation: the driver is lost, or must run at once, or a hold has ended. The effect key stays the same, so
 * a driver that is still alive finds itself superseded and cannot make a second effect.
 */
export function redriven(
  task: ExecutionTask,
  cause:
    | typeof TransitionCause.OperatorRetry
    | typeof TransitionCause.RecoverStale
    | typeof TransitionCause.Release,
  context: TransitionContext,
): ExecutionTask {
  const change: TaskChange = {
    generation: task.generation + 1,
    ...dueAfterRedrive(context.nowMs),
    ...(task.state === ExecutionState.RetryableFailed ? { nextAttemptAtMs: context.nowMs } : {}),
    // If a person retries a task, it gets a new deadline; if the sweep does, it does not.
    ...(cause === TransitionCause.OperatorRetry
      ? { deadlineAtMs: context.nowMs + POLICY.taskDeadlineMs }
      : {}),
  };
  return moved(task, { to: task.state, cause, change }, context);
}

/**
 * `queued` → `failed_terminal` (cancel) or `retryable_failed` → `failed_terminal` (abandon). If the last attempt is in doubt,
 * the task's error says so, because the provider will not be asked any more.
 */
export function stopped(
  task: ExecutionTask,
  cause: typeof TransitionCause.OperatorCancel | typeof TransitionCause.OperatorAbandon,
  context: TransitionContext,
): ExecutionTask {
  const { error, inDoubt } = task;
  const change = error !== undefined && inDoubt === true ? { error: doubtfulError(error) } : {};
  return moved(task, { to: ExecutionState.FailedTerminal, cause, change }, context);
}

/**
 * The task's kind is paused: the task keeps its state, stores the reason and uses no attempt. It is due at once, in separate
 * index shards that the sweep reads when the kind is no longer paused.
 */
export function held(
  task: ExecutionTask,
  pause: Pick<Hold, 'reason' | 'actor'>,
  context: TransitionContext,
): ExecutionTask {
  const { reason, actor } = pause;
  const change: TaskChange = {
    hold: { reason, actor, sinceMs: context.nowMs },
    dueAtMs: context.nowMs,
    ...(task.nextAttemptAtMs === undefined ? {} : { nextAttemptAtMs: task.nextAttemptAtMs }),
  };
  const why = `Paused by ${actor}: ${reason}`;
  return moved(task, { to: task.state, cause: TransitionCause.Hold, change }, { ...context, reason: why });
}
