/** What Slack calls a task's state and attempts: on its card, and in answers to commands. */
import { ExecutionState, TransitionCause } from '../../contracts/lifecycle-states.ts';
import type { ExecutionTask } from '../../contracts/records.ts';
import { attemptsShown } from '../../domain/retry-policy.ts';

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
