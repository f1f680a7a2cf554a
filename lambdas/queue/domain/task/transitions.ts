/**
 * The transitions as pure functions: task in, task out. Invariants upheld here:
 * 1. Every transition is a row of the lifecycle table and raises `version` by exactly one.
 * 2. `owner`, `workerId` and `leaseExpiresAtMs` exist in `running` and nowhere else.
 * 3. `nextAttemptAtMs` exists in `retryable_failed` only; `dueAtMs` in every state that can still move.
 * 4. `attempt` and `generation` never go down.
 * 5. `hold` exists in `queued` and `retryable_failed` only, and the time that a task was held does not count towards its
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

/** `running` → `retryable_failed` or `failed_terminal`, as `decision` says. */
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

/** When the sweep looks whether the driver that it gave a task has moved it on. */
const dueAfterRedrive = (nowMs: number) => ({ dueAtMs: nowMs + POLICY.redriveCheckMs });

/**
 * `running` → `retryable_failed` with the next generation, or `failed_terminal`: the sweep ends the attempt of a lost
 * worker. One write, so that nothing can come between the end of the attempt and the next driver, which runs at once:
 * the lease was wait enough.
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
 * Same state, next generation: the driver is lost, or is to run at once, or a hold is over. The effect key stays, so a driver that is
 * still alive finds itself superseded and cannot make a second effect.
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
    // A person who asks for another try gives it time anew; the sweep does not.
    ...(cause === TransitionCause.OperatorRetry
      ? { deadlineAtMs: context.nowMs + POLICY.taskDeadlineMs }
      : {}),
  };
  return moved(task, { to: task.state, cause, change }, context);
}

/**
 * `queued` → `failed_terminal` (cancel) or `retryable_failed` → `failed_terminal` (abandon). A task whose last attempt is in
 * doubt says so in its error: nobody will ask the provider any more.
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
 * The task's kind is paused: it stays where it is, with the reason on it, and no attempt is used up. It is due at once, in
 * index shards of its own that the sweep reads when the kind is not paused any more.
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
