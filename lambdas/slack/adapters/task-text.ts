/**
 * What Slack calls a task's state and attempts, its buttons, and what was done with it: on its card, in answers to clicks and
 * commands. The audit trail has the names that the API has.
 */
import { ExecutionState, TransitionCause } from '../../queue/contracts/lifecycle-states.ts';
import type { ExecutionTask } from '../../queue/contracts/records.ts';
import { CardAction } from '../contracts/slack-actions.ts';
import { attemptsShown } from '../../queue/exports/reading.ts';

const LABELS = {
  [ExecutionState.Queued]: '⏳ Queued',
  [ExecutionState.Running]: '⚙️ Running',
  [ExecutionState.RetryableFailed]: '⚠️ Failed, will be retried',
  [ExecutionState.FailedTerminal]: '❌ Failed for good',
  [ExecutionState.Completed]: '✅ Completed',
} as const satisfies Record<ExecutionState, string>;

const HELD_LABELS: Partial<Record<ExecutionState, string>> = {
  [ExecutionState.Queued]: '⏸️ Queued, held',
  [ExecutionState.RetryableFailed]: '⏸️ Failed, held',
};

const ENDED_BY: Partial<Record<TransitionCause, string>> = {
  [TransitionCause.OperatorCancel]: '🚫 Cancelled',
  [TransitionCause.OperatorAbandon]: '🚫 Abandoned',
};

/** What somebody did who moved a task, after their name. */
export const DID = {
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

/** What is written on the buttons. */
export const BUTTON_TEXTS = {
  [CardAction.Retry]: 'Retry now',
  [CardAction.Abandon]: 'Abandon',
  [CardAction.Cancel]: 'Cancel',
  [CardAction.Audit]: 'Show audit',
} as const satisfies Record<CardAction, string>;

/** How an operator ended the task; `undefined` when none did. */
function endedByOperator({ history }: ExecutionTask): string | undefined {
  const cause = history.at(-1)?.cause;
  return cause === undefined ? undefined : ENDED_BY[cause];
}

/** The task's state, and who or what keeps it there. */
export function labelOf(task: ExecutionTask): string {
  const held = task.hold === undefined ? undefined : HELD_LABELS[task.state];
  return endedByOperator(task) ?? held ?? LABELS[task.state];
}

const FAILED: readonly ExecutionState[] = [ExecutionState.RetryableFailed, ExecutionState.FailedTerminal];

/** Whether its last error still stands, and no operator has put an end to it. */
export const hasFailed = (task: ExecutionTask): boolean =>
  FAILED.includes(task.state) && endedByOperator(task) === undefined;

/** `1 of 5 (+2 deferred)`: attempts that count, and those that a provider put off. */
export function attemptText(task: ExecutionTask): string {
  const used = `${attemptsShown(task)} of ${task.maxAttempts}`;
  return task.deferrals === 0 ? used : `${used} (+${task.deferrals} deferred)`;
}
