/** What the queue's operations take and answer. */
import type { ActionRequest } from '../../actions/kinds.ts';
import type { ExecutionTask, StoredTask } from '../contracts/records.ts';
import type { DriverView } from './driver/driver-view.ts';
import type { RetryDecision } from './task/retry-policy.ts';
import type { LanePositions } from './recovery/lanes.ts';
import type { SweepLimits, SweepReport } from './recovery/recover-stale.ts';

/** An action asked for, under the caller's idempotency key. */
export interface EnqueueRequest {
  readonly quoteId: string;
  readonly idempotencyKey: string;
  readonly action: ActionRequest;
  /** Who asks; stands in the audit trail. */
  readonly actor: string;
}

/** The task of a request; `replayed` when it was there before. */
export interface EnqueueResult {
  readonly task: StoredTask;
  readonly replayed: boolean;
}

/**
 * `granted` carries the task with its lease: version and owner token are the fence of every later write. `held`: the kind is
 * paused, and the task says so.
 */
export type ClaimResult =
  | { readonly kind: 'granted'; readonly task: ExecutionTask }
  | Exclude<DriverView, { kind: 'claimable' | 'lease_expired' }>;

/** The task after a failure, and what follows. */
export interface TransitionResult {
  readonly task: ExecutionTask;
  readonly decision: RetryDecision;
}

/** One call of `recoverStale`. */
export interface RecoverStaleRun {
  /** @default `DEFAULT_SWEEP_LIMITS` */
  readonly limits?: SweepLimits;
  /** Where the call before stopped (`SweepReport.positions`). @default at the head of every shard */
  readonly positions?: LanePositions;
  /** Told what was found and done, once, before the call returns or throws. */
  readonly onReport?: (report: SweepReport) => void;
}
