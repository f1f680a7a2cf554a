/**
 * The words for a task's state, attempts, buttons and moves on its card and in answers to clicks and commands. The audit trail
 * has the names of the API.
 */
import { ExecutionState, TransitionCause } from '../../queue/contracts/lifecycle-states.ts';
import { isWordOf } from '../../shared/contracts/stored-fields.ts';
import type { StoredTask } from '../../queue/contracts/records.ts';
import { CardAction } from '../contracts/slack-actions.ts';
import { attemptsShown } from '../../queue/exports/reading.ts';

const LABELS = {
  [ExecutionState.Queued]: '⏳ Queued',
  [ExecutionState.Running]: '⚙️ Running',
  [ExecutionState.RetryableFailed]: '⚠️ Failed, will be retried',
  [ExecutionState.FailedTerminal]: '❌ Failed for good',
  [ExecutionState.Completed]: '✅ Completed',
} as const satisfies Record<ExecutionState, string>;

const HELD_LABELS: Partial<Record<string, string>> = {
  [ExecutionState.Queued]: '⏸️ Queued, held',
  [ExecutionState.RetryableFailed]: '⏸️ Failed, held',
};

const ENDED_BY: Partial<Record<string, string>> = {
  [TransitionCause.OperatorCancel]: '🚫 Cancelled',
  [TransitionCause.OperatorAbandon]: '🚫 Abandoned',
};

/** What somebody did who moved a task. */
const DID = {
  [TransitionCause.Enqueue]: 'enqueued it',
  [TransitionCause.Claim]: 'started an attempt',
  [TransitionCause.Complete]: 'completed it',
  [TransitionCause.Fail]: 'recorded a failed attempt',
  [TransitionCause.RecoverStale]: 'recovered it',
  [TransitionCause.OperatorRetry]: 'pressed Retry now',
  [TransitionCause.OperatorAbandon]: 'abandoned it',
  [TransitionCause.OperatorCancel]: 'cancelled it',
  [TransitionCause.Hold]: 'held it, because its kind is paused',
  [TransitionCause.Release]: 'put it back to work',
} as const satisfies Record<TransitionCause, string>;

/** The words for a move of a task, after the actor's name. */
export const didText = (cause: string): string =>
  isWordOf(TransitionCause, cause) ? DID[cause] : `moved it (${cause})`;

/** What is written on the buttons. */
export const BUTTON_TEXTS = {
  [CardAction.Retry]: 'Retry now',
  [CardAction.Abandon]: 'Abandon',
  [CardAction.Cancel]: 'Cancel',
  [CardAction.Audit]: 'Show audit',
} as const satisfies Record<CardAction, string>;

/** How an operator ended the task; `undefined` if no operator did. */
function endedByOperator({ history }: StoredTask): string | undefined {
  const cause = history.at(-1)?.cause;
  return cause === undefined ? undefined : ENDED_BY[cause];
}

const stateLabel = (state: string): string =>
  isWordOf(ExecutionState, state) ? LABELS[state] : `❔ ${state}, a state that this release does not know`;

/** The task's state, and the reason why it stays there. */
export function labelOf(task: StoredTask): string {
  const held = task.hold === undefined ? undefined : HELD_LABELS[task.state];
  return endedByOperator(task) ?? held ?? stateLabel(task.state);
}

const FAILED: readonly string[] = [ExecutionState.RetryableFailed, ExecutionState.FailedTerminal];

/** Whether its last error is still valid, and no operator has ended it. */
export const hasFailed = (task: StoredTask): boolean =>
  FAILED.includes(task.state) && endedByOperator(task) === undefined;

/** `1 of 5 (+2 deferred)`: attempts that count, and those that a provider put off. */
export function attemptText(task: StoredTask): string {
  const used = `${attemptsShown(task)} of ${task.maxAttempts}`;
  return task.deferrals === 0 ? used : `${used} (+${task.deferrals} deferred)`;
}
