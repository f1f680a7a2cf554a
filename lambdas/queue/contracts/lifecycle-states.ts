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

/** Who or what moved a task; operators and API callers are named in `actor`. */
export const TransitionCause = {
  Enqueue: 'enqueue',
  Claim: 'claim',
  Complete: 'complete',
  Fail: 'fail',
  RecoverStale: 'recover_stale',
  OperatorRetry: 'operator_retry',
  OperatorAbandon: 'operator_abandon',
  OperatorCancel: 'operator_cancel',
  /** The kind is paused: the task waits as it is, and no attempt is used up. */
  Hold: 'hold',
  /** The kind was resumed: the next driver takes the held task up. */
  Release: 'release',
} as const;
/** One of {@link TransitionCause}. */
export type TransitionCause = (typeof TransitionCause)[keyof typeof TransitionCause];
