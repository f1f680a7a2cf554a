/** All numbers that decide when something happens, with their arithmetic. */

import { LEDGER_POLICY } from '../../../shared/domain/ledger-policy.ts';
import { TIME_LIMITS } from '../../../shared/contracts/time-limits.ts';
import { TASK_POLICY } from './task-policy.ts';

/** Leases, waits and lifetimes. `recovery-budget.ts` computes their sums for stuck tasks. */
export const POLICY = {
  /**
   * Duration of a lease, from the claim. No worker runs this long, so the old and the new owner of a lease never run at the same
   * time (see `TIME_LIMITS`).
   */
  leaseMs: 60_000,
  ...TASK_POLICY,
  ...LEDGER_POLICY,
  ...TIME_LIMITS,
  /**
   * The same after the sweep gave it a driver: the next sweep checks whether that one started, even if the recovery came last
   * in its run: 35 + 20 = 55 s < 60 s.
   */
  redriveCheckMs: 20_000,
  /**
   * How long after its due time a task is left to a running driver: throttled workers wait, which is not a fault. Doubles with
   * each generation, because another driver does not help one that only waits: at most seven in 24 h.
   */
  staleDriverMs: 15 * 60 * 1_000,
  /** A transition that is not in the audit trail by then is missing; the stream takes a second or two. */
  auditSettleMs: 60_000,
  /** Wait before a driver that could not claim tries again. */
  unclaimedWaitSeconds: 60,
} as const;
