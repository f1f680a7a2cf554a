/** The port of the effect ledger. */
import type { IdempotencyRecord } from '../contracts/effects.ts';

/** A reservation asked for. */
export interface Reservation {
  /** Key of the record: Powertools' hash of the effect key. */
  readonly id: string;
  readonly effectKey: string;
  /** The content that the key identifies; the same key with another hash is a duplicate mutation. */
  readonly taskHash: string;
  /** Owner token of the claim, never used before. */
  readonly owner: string;
  /** Orders the claims of one task, from 1: an earlier claim never takes over from a later one. 0 if tasks share the key. */
  readonly fence: number;
  /** Identity of this write, by which it is recognised if its answer was lost. */
  readonly attemptId: string;
  /** The writer's clock, ms since the epoch. */
  readonly nowMs: number;
  /** End of the invocation, in ms since the epoch; before it nobody may take over the key. */
  readonly inProgressExpiresAtMs: number;
  /** Time from which the record may be purged, in s since the epoch. */
  readonly expiresAtEpochSeconds: number;
}

/** Answer to a reservation. */
export type ReserveResult =
  /** `probeFirst`: an earlier worker may have applied the effect, so the provider is probed first. */
  | { readonly kind: 'reserved'; readonly probeFirst: boolean }
  | { readonly kind: 'exists'; readonly record: IdempotencyRecord };

/** The effect ledger. Every write is conditional on the owner token, on success, failure and when the key is freed. */
export interface IdempotencyRepo {
  /**
   * Reserves a free or timed-out key.
   * @throws {LeaseLost} when the record was reserved by a later claim of the same task
   */
  reserve(request: Reservation): Promise<ReserveResult>;
  /** Strongly consistent read. */
  check(id: string): Promise<IdempotencyRecord | undefined>;
  /** Stores the result. @throws {LeaseLost} when another owner holds the key. */
  complete(fence: LedgerFence, resultJson: string, resultFingerprint: string): Promise<void>;
  /**
   * Frees the key: the record is deleted if nothing was applied, or kept and marked "probe first" if that is unknown.
   * @param sentAtMs time at which a request may have been on its way: the key is free `POLICY.clockSkewMs` later, when a probe
   * can see whether it arrived; @default 0, the key is free at once
   * @throws {LeaseLost} when another owner holds the key.
   */
  free(fence: LedgerFence, outcome: 'not_applied' | 'unknown', sentAtMs?: number): Promise<void>;
}

/** Who writes to a ledger record. */
export interface LedgerFence {
  /** Key of the record. */
  readonly id: string;
  /** Owner token of the reservation; a write with another one is refused. */
  readonly owner: string;
  /** Identity of this write: recognises it when its answer was lost. */
  readonly attemptId: string;
}
