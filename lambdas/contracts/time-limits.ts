/**
 * Time limits that functions, state machine and leases share.
 * Lambda 15 s < Task state 25 s < lease 60 s, so a worker is certainly gone before its lease ends.
 */
export const TIME_LIMITS = {
  /** `run-action-*`: claim, four provider calls of 3 s in the worst case, settle. */
  workerTimeoutSeconds: 15,
  /** Task state around them. */
  taskTimeoutSeconds: 25,
} as const;
