/** The content of a card and when it must be shown: pure rules that depend on the task only. */
import {
  CARD_SCHEMA_VERSION,
  type CardRecord,
  type LatencyRecord,
  latencyIdOf,
} from '../../queue/contracts/shown-cards.ts';
import type { Open } from '../../shared/contracts/stored-fields.ts';
import { type ErrorCode, hasRole } from '../../shared/contracts/error-codes.ts';
import { ExecutionState, TransitionCause } from '../../queue/contracts/lifecycle-states.ts';
import type { StoredTask, Transition } from '../../queue/contracts/records.ts';
import { CardAction } from '../contracts/slack-actions.ts';
import { LIFECYCLE } from '../../queue/exports/reading.ts';

/** Effect key of the `posting`-th card of a task: the first, and one more each time somebody deleted it. */
export const cardKeyOf = (channel: string, taskId: string, posting: number): string =>
  posting === 1 ? `slack.card:${channel}:${taskId}` : `slack.card:${channel}:${taskId}:${posting}`;

/** Effect key of the message about a recovery. */
export const recoveryKeyOf = (taskId: string, version: number): string =>
  `slack.recovery:${taskId}:${version}`;

const CAUSE_BY_ACTION = {
  retry: TransitionCause.OperatorRetry,
  abandon: TransitionCause.OperatorAbandon,
  cancel: TransitionCause.OperatorCancel,
} as const satisfies Record<Exclude<CardAction, 'audit'>, TransitionCause>;

/** Buttons of a card: those that the lifecycle allows in this state, and always the audit trail. @param state absent if a newer release has to move the task */
export function buttonsOf(state: ExecutionState | undefined): readonly CardAction[] {
  const { Retry, Abandon, Cancel, Audit } = CardAction;
  const allowed = [Retry, Abandon, Cancel].filter((action) =>
    LIFECYCLE.some((row) => row.from === state && row.cause === CAUSE_BY_ACTION[action]),
  );
  return [...allowed, Audit];
}

const MOVED_BY_OPERATOR: readonly string[] = Object.values(CAUSE_BY_ACTION);

/** What operators did with the task, oldest first; as far as its own history reaches. */
export const operatorMovesOf = ({ history }: Pick<StoredTask, 'history'>): readonly Transition[] =>
  history.filter(({ cause }) => MOVED_BY_OPERATOR.includes(cause));

/** A move that is announced: out of `retryable_failed`, or to the next driver by the sweep. */
export interface Recovery {
  readonly transition: Transition;
  /** Error of the previous failure; for a recovery by the sweep, the error of the attempt that it ended. */
  readonly after: Open<ErrorCode> | undefined;
  /** Whether the task was held before, because its kind was paused. */
  readonly wasHeld: boolean;
}

/**
 * Whether the sweep gave the task its next driver. If a worker ends the attempt of the previous worker, the generation stays the
 * same and nothing was stuck.
 */
const isBySweep = ({ cause, generation }: Transition, before: Transition | undefined): boolean =>
  cause === TransitionCause.RecoverStale && generation > (before?.generation ?? 0);

const isRecovery = ({ from, to, cause }: Transition): boolean =>
  to === ExecutionState.Completed ||
  to === ExecutionState.FailedTerminal ||
  (from === ExecutionState.RetryableFailed && cause === TransitionCause.OperatorRetry);

/** The failure that a task moves on from. A wait for a lost worker's time limit is used only if there is no other failure. */
function failureOf(before: readonly Transition[]): Transition | undefined {
  const failures = before.filter(
    ({ from, to }) => from === ExecutionState.Running && to === ExecutionState.RetryableFailed,
  );
  return failures.findLast(({ errorCode }) => !hasRole(errorCode, 'wait')) ?? failures.at(-1);
}

/**
 * Recoveries after `version`: a task that had failed retryably completed, failed for good, or was sent on by an operator;
 * or a task lost its worker or its driver, and the sweep gave it the next one. As far as the task's own history reaches.
 */
export function recoveriesOf({ history }: Pick<StoredTask, 'history'>, version: number): readonly Recovery[] {
  return history.flatMap((transition, index) => {
    if (transition.version <= version) return [];
    const before = history.slice(0, index);
    const wasHeld = before.at(-1)?.cause === TransitionCause.Hold;
    if (isBySweep(transition, before.at(-1))) return [{ transition, after: transition.errorCode, wasHeld }];
    const failure = isRecovery(transition) ? failureOf(before) : undefined;
    return failure === undefined ? [] : [{ transition, after: failure.errorCode, wasHeld }];
  });
}

const DAY_LENGTH = '2026-11-21'.length;

/**
 * How long each transition after `record.versionDone` took to be seen, now that the task's version is shown. The latencies of a
 * failed try are computed again in the next one; the first stored value is kept.
 */
export function latenciesOf(
  task: Pick<StoredTask, 'taskId' | 'version' | 'history'>,
  record: Pick<CardRecord, 'versionDone'>,
  shownAtMs: number,
): readonly LatencyRecord[] {
  return task.history
    .filter(({ version }) => version > record.versionDone)
    .map(({ version, atMs }) => ({
      schemaVersion: CARD_SCHEMA_VERSION,
      cardId: latencyIdOf(task.taskId, version),
      taskId: task.taskId,
      version,
      versionShown: task.version,
      transitionAtMs: atMs,
      shownAtMs,
      shownDay: new Date(shownAtMs).toISOString().slice(0, DAY_LENGTH),
      latencyMs: Math.max(0, shownAtMs - atMs),
    }));
}
