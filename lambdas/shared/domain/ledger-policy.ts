/** Times of the effect ledger. */
export const LEDGER_POLICY = {
  /**
   * Most by which two clocks of ours differ and for which a request may be under way after its sender's end, together. Added
   * wherever clocks of two machines are compared, and to when a request was sent.
   */
  clockSkewMs: 5_000,
  /** Life of a ledger record: longer than the 14 days in which Step Functions allows its own redrive. */
  ledgerLifeSeconds: 30 * 24 * 60 * 60,
  /** First wait for an effect that an earlier worker may still be at. */
  inProgressWaitSeconds: 2,
} as const;
