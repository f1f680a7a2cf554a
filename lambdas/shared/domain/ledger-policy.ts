/** Times of the effect ledger. */
export const LEDGER_POLICY = {
  /**
   * Maximum difference between two of our clocks plus the maximum time for which a request can still be on its way after its
   * sender has ended. It is added wherever the clocks of two machines are compared, and to the time at which a request was sent.
   */
  clockSkewMs: 5_000,
  /** Life of a ledger record: longer than the 14 days in which Step Functions allows its own redrive. */
  ledgerLifeSeconds: 30 * 24 * 60 * 60,
  /** First wait while an earlier worker may still apply the effect. */
  inProgressWaitSeconds: 2,
} as const;
