/** The five states of an action. */
export const ExecutionState = {
  Queued: 'queued',
  Running: 'running',
  RetryableFailed: 'retryable_failed',
  FailedTerminal: 'failed_terminal',
  Completed: 'completed',
} as const;
/** One of {@link ExecutionState}. */
export type ExecutionState = (typeof ExecutionState)[keyof typeof ExecutionState];

/** What moved a task; `actor` names the operator or API caller. */
export const TransitionCause = {
  Enqueue: 'enqueue',
  Claim: 'claim',
  Complete: 'complete',
  Fail: 'fail',
  RecoverStale: 'recover_stale',
  OperatorRetry: 'operator_retry',
  OperatorAbandon: 'operator_abandon',
  OperatorCancel: 'operator_cancel',
  /** The kind is paused: the task keeps its state and uses no attempt. */
  Hold: 'hold',
  /** The kind was resumed: the next driver takes the held task. */
  Release: 'release',
} as const;
/** One of {@link TransitionCause}. */
export type TransitionCause = (typeof TransitionCause)[keyof typeof TransitionCause];
