/** The first transition of a task, and the parts that all others share. `transitions.ts` lists the invariants. */
import type { ErrorCode } from '../../../shared/contracts/error-codes.ts';
import { ExecutionState, TransitionCause } from '../../contracts/lifecycle-states.ts';
import { type ExecutionTask, MAX_HISTORY, SCHEMA_VERSION, type Transition } from '../../contracts/records.ts';
import type { EffectProof } from '../../../shared/contracts/effects.ts';
import type { Clock, Ids } from '../../../shared/domain/ports.ts';
import { assertLegal } from './lifecycle.ts';
import { TASK_POLICY } from './task-policy.ts';

/** Context of a transition; the caller supplies clock and ids. */
export interface TransitionContext {
  /** The caller's clock, in ms since the epoch. */
  readonly nowMs: number;
  /** Identity of the write. */
  readonly attemptId: string;
  /** The actor: `system:<function>` or an operator. */
  readonly actor: string;
  /** Reason, for people. */
  readonly reason?: string;
}

/** The context of a transition that is made now. @param reason reason, for people */
export function contextOf(
  { clock, ids }: { readonly clock: Pick<Clock, 'nowMs'>; readonly ids: Ids },
  actor: string,
  reason?: string,
): TransitionContext {
  const base = { nowMs: clock.nowMs(), attemptId: ids.next(), actor };
  return reason === undefined ? base : { ...base, reason };
}

/** Fields that a transition may change. */
export type TaskChange = Partial<
  Pick<
    ExecutionTask,
    | 'generation'
    | 'attempt'
    | 'deferrals'
    | 'owner'
    | 'workerId'
    | 'leaseExpiresAtMs'
    | 'nextAttemptAtMs'
    | 'dueAtMs'
    | 'deadlineAtMs'
    | 'inDoubt'
    | 'hold'
    | 'error'
    | 'result'
    | 'fingerprint'
    | 'proof'
  >
>;

/** One transition: its target, cause and changes. */
export interface Move {
  readonly to: ExecutionState;
  readonly cause: TransitionCause;
  readonly change: TaskChange;
  readonly errorCode?: ErrorCode;
  readonly proof?: EffectProof;
}

/** The history entry of the transition that leads to `task`. */
const transitionOf = (
  from: ExecutionState | null,
  task: ExecutionTask,
  move: Move,
  context: TransitionContext,
): Transition => ({
  version: task.version,
  from,
  to: move.to,
  cause: move.cause,
  actor: context.actor,
  ...(context.reason === undefined ? {} : { reason: context.reason }),
  ...(move.errorCode === undefined ? {} : { errorCode: move.errorCode }),
  ...(move.proof === undefined ? {} : { proof: move.proof }),
  attempt: task.attempt,
  deferrals: task.deferrals,
  generation: task.generation,
  atMs: context.nowMs,
  attemptId: context.attemptId,
});

/** The input of a new task. */
export interface NewTask {
  readonly taskId: string;
  readonly quoteId: string;
  readonly kind: ExecutionTask['kind'];
  readonly idempotencyKey: string;
  readonly taskHash: string;
  readonly payloadJson: string;
  readonly maxAttempts: number;
}

/** The first transition: nothing → `queued`. */
export function enqueued(request: NewTask, context: TransitionContext): ExecutionTask {
  const base: ExecutionTask = {
    ...request,
    schemaVersion: SCHEMA_VERSION,
    state: ExecutionState.Queued,
    version: 1,
    generation: 1,
    attempt: 0,
    deferrals: 0,
    createdAtMs: context.nowMs,
    updatedAtMs: context.nowMs,
    deadlineAtMs: context.nowMs + TASK_POLICY.taskDeadlineMs,
    dueAtMs: context.nowMs + TASK_POLICY.overdueMs,
    attemptId: context.attemptId,
    history: [],
  };
  const move: Move = { to: ExecutionState.Queued, cause: TransitionCause.Enqueue, change: {} };
  return { ...base, history: [transitionOf(null, base, move, context)] };
}

/** Removes the fields that belong to the previous state (invariants 2, 3 and 5). */
function withoutStateFields(task: ExecutionTask): ExecutionTask {
  const { owner: _o, workerId: _w, leaseExpiresAtMs: _l, nextAttemptAtMs: _n, dueAtMs: _d, ...more } = task;
  const { hold: _h, ...kept } = more;
  return kept;
}

/** The deadline, extended by the time for which the task was held (invariant 5). */
const deadlineAfterHold = ({ deadlineAtMs, hold }: ExecutionTask, nowMs: number): number =>
  hold === undefined ? deadlineAtMs : deadlineAtMs + Math.max(0, nowMs - hold.sinceMs);

/**
 * The task after the move: its version is one higher, its history one entry longer.
 * @throws {QueueError} `ILLEGAL_TRANSITION` when the lifecycle table does not have it
 */
export function moved(task: ExecutionTask, move: Move, context: TransitionContext): ExecutionTask {
  assertLegal({ from: task.state, to: move.to, cause: move.cause });
  const next: ExecutionTask = {
    ...withoutStateFields(task),
    deadlineAtMs: deadlineAfterHold(task, context.nowMs),
    ...move.change,
    state: move.to,
    version: task.version + 1,
    updatedAtMs: context.nowMs,
    attemptId: context.attemptId,
  };
  const history = [...task.history, transitionOf(task.state, next, move, context)].slice(-MAX_HISTORY);
  return { ...next, history };
}
