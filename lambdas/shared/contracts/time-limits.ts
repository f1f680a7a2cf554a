/**
 * Time limits that functions, state machine, schedule and leases share.
 * Lambda 15 s < Task state 25 s < lease 60 s, so a worker is certainly gone before its lease ends.
 */
export const TIME_LIMITS = {
  /** `run-action-*`: claim, at most four provider calls of 3 s (six if a thread in Slack was deleted), end of the attempt. */
  workerTimeoutSeconds: 15,
  /** Task state around them. */
  taskTimeoutSeconds: 25,
  /** Time between two sweeps; whole minutes, the minimum of the schedule. */
  sweepPeriodSeconds: 60,
  /** A sweep ends before the next one starts. */
  sweepTimeoutSeconds: 50,
  /** With less time left, a sweep starts no further recovery: it may start recoveries for 50 − 15 = 35 s. */
  sweepReserveSeconds: 15,
} as const;
