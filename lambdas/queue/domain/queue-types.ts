/** Input and results of the queue's operations. */
import type { ActionRequest } from '../../actions/kinds.ts';
import type { ExecutionTask, StoredTask } from '../contracts/records.ts';
import type { DriverView } from './driver/driver-view.ts';
import type { RetryDecision } from './task/retry-policy.ts';
import type { LanePositions } from './recovery/lanes.ts';
import type { SweepLimits, SweepReport } from './recovery/recover-stale.ts';

/** A requested action, under the caller's idempotency key. */
export interface EnqueueRequest {
  readonly quoteId: string;
  readonly idempotencyKey: string;
  readonly action: ActionRequest;
  /** The caller; stored in the audit trail. */
  readonly actor: string;
}

/** The task of a request; `replayed` if it existed before. */
export interface EnqueueResult {
  readonly task: StoredTask;
  readonly replayed: boolean;
}

/**
 * `granted` has the task with its lease: version and owner token are the fence of every later write. `held`: the kind is
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
  /** Where the previous call stopped (`SweepReport.positions`). @default at the head of every shard */
  readonly positions?: LanePositions;
  /** Called once with what was found and done, before the call returns or throws. */
  readonly onReport?: (report: SweepReport) => void;
}
