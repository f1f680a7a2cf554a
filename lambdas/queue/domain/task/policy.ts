/** Every number that decides when something happens, in one place, with its arithmetic. */

import { LEDGER_POLICY } from '../../../shared/domain/ledger-policy.ts';
import { TIME_LIMITS } from '../../../shared/contracts/time-limits.ts';
import { TASK_POLICY } from './task-policy.ts';

/** Leases, waits and lives. What they add up to when something is stuck is computed in `recovery-budget.ts`. */
export const POLICY = {
  /** From a claim; no worker lives that long, so what takes a lease over meets nobody (see `TIME_LIMITS`). */
  leaseMs: 60_000,
  ...TASK_POLICY,
  ...LEDGER_POLICY,
  ...TIME_LIMITS,
  /**
   * The same after the sweep gave it a driver: the very next sweep looks whether that one started, even when the
   * recovery came last in its run: 35 + 20 = 55 s < 60 s.
   */
  redriveCheckMs: 20_000,
  /**
   * How long beyond its time a task is left to a driver that runs: throttled workers wait, and that is no fault. Doubles
   * with each generation, since a driver that only waits is not helped by another one: at most seven in 24 h.
   */
  staleDriverMs: 15 * 60 * 1_000,
  /** A transition that is not in the audit trail by then is missing: the stream takes a second or two. */
  auditSettleMs: 60_000,
  /** Wait before a driver that could not even claim looks again. */
  unclaimedWaitSeconds: 60,
} as const;
