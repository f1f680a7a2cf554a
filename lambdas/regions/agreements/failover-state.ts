/**
 * The agreement about a failover of one Region: its next step, its driver and the approvals.
 *
 * Invariants
 * 1. An execution drives and the item decides: each step is a write with the driver's fence. If the driver's Region dies, a survivor takes
 *    over after the lease.
 * 2. A step that needs approval has the approvals of two different persons, for exactly its proposal. The directory of operators identifies
 *    a person in every channel.
 * 3. An approval is valid for a limited time and for one proposal. If the proposal changes, the approvals are void.
 */
import type { Put, Result } from '../change.ts';
import type { Origin } from '../log/event.ts';
import { type AgreementItem, type Attempt, type ItemRefusal, writeMove } from './item.ts';

/** Steps of the playbook in their order, and whether two persons approve them. */
export const FAILOVER_STEPS = [
  { name: 'detect', needsApproval: false },
  { name: 'decide', needsApproval: true },
  { name: 'fence', needsApproval: false },
  { name: 'shift', needsApproval: false },
  { name: 'contain', needsApproval: false },
  { name: 'run_degraded', needsApproval: false },
  { name: 'heal', needsApproval: false },
  { name: 'admit', needsApproval: true },
  { name: 'fail_back_1', needsApproval: false },
  { name: 'fail_back_10', needsApproval: false },
  { name: 'fail_back_50', needsApproval: true },
  { name: 'fail_back_100', needsApproval: false },
  { name: 'close', needsApproval: false },
] as const;

/** Name of a step. */
export type FailoverStepName = (typeof FAILOVER_STEPS)[number]['name'];

/** How long an approval counts, in ms: 1 hour. */
export const APPROVAL_VALID_MS = 3_600_000;

/** Lease of a driver; afterwards another Region may take over. In ms: 120 s. */
export const DRIVER_LEASE_MS = 120_000;

/** Added before a takeover, in ms: the clocks of two Regions may differ by this much. */
export const DRIVER_SKEW_MS = 5_000;

/** One person's approval. */
export type Approval = {
  /** The person, the same in every channel. */
  readonly personId: string;
  readonly channel: 'cli' | 'slack';
  /** In ms since 1970. */
  readonly atMs: number;
};

/** Decision about a failover. */
export type FailoverDecision =
  | { readonly kind: 'opened'; readonly region: string; readonly personId: string }
  /** The step is done; `evidence` is its output. */
  | {
      readonly kind: 'step_done';
      readonly step: FailoverStepName;
      readonly evidence: string;
      readonly approvedBy: readonly Approval[];
    }
  /** An action beside the steps, such as a reclaim, that two persons approved. */
  | {
      readonly kind: 'action_done';
      readonly proposal: string;
      readonly evidence: string;
      readonly approvedBy: readonly Approval[];
    }
  | { readonly kind: 'aborted'; readonly personId: string; readonly reason: string };

/** State of a failover. */
export interface FailoverState {
  readonly phase: 'running' | 'done' | 'aborted';
  /** The Region that is failed over. */
  readonly region: string;
  /** Number of the next step in {@link FAILOVER_STEPS}, from 0. */
  readonly next: number;
  /** The driver. Absent: no driver yet. */
  readonly driver?: { readonly origin: Origin; readonly fence: number; readonly leaseExpiresAtMs: number };
  /** The exact action that waits for approval, with its printed bound. Absent: nothing waits. */
  readonly proposal?: string;
  /** Approvals of the proposal, at most one of each person. */
  readonly approvals: readonly Approval[];
}

/** The agreement. */
export type FailoverItem = AgreementItem<FailoverState, FailoverDecision>;

/** Why a step is refused. */
export type FailoverRefusal =
  | ItemRefusal
  | 'not_open'
  | 'already_open'
  | 'other_driver'
  | 'fence_lost'
  | 'not_next'
  | 'approvals_missing'
  | 'not_proposed'
  | 'unknown_person'
  | 'approved_already'
  | 'nothing_to_do';

/** A step of the agreement. */
export type FailoverStep = Result<Put<FailoverItem>, FailoverRefusal>;

/** Input of every step. */
export interface FailoverContext {
  readonly key: string;
  /** The item as a strong read found it. */
  readonly read: FailoverItem | undefined;
  readonly attempt: Attempt;
  readonly nowMs: number;
}

/** Key of a failover. `number` counts failovers of the Region, from 1. */
export const failoverKeyOf = (region: string, number: number): string => `failover#${region}/${number}`;

/** The state before anything is decided. */
export const UNOPENED: FailoverState = { phase: 'running', region: '', next: 0, approvals: [] };

const withoutProposal = ({ proposal: _done, ...state }: FailoverState): FailoverState => ({
  ...state,
  approvals: [],
});

function stepDone(state: FailoverState, step: FailoverStepName): FailoverState {
  const next = FAILOVER_STEPS.findIndex(({ name }) => name === step) + 1;
  const phase = next === FAILOVER_STEPS.length ? 'done' : state.phase;
  return { ...withoutProposal(state), next: Math.max(state.next, next), phase };
}

/** Applies a decision. */
export function evolveFailover(state: FailoverState, decision: FailoverDecision): FailoverState {
  switch (decision.kind) {
    case 'opened':
      return { ...UNOPENED, region: decision.region };
    case 'step_done':
      return stepDone(state, decision.step);
    case 'action_done':
      return withoutProposal(state);
    case 'aborted':
      return { ...withoutProposal(state), phase: 'aborted' };
  }
}

/** The write of a decision. */
export const decideFailover = (context: FailoverContext, decision: FailoverDecision): FailoverStep =>
  writeMove(
    context.read,
    { key: context.key, state: evolveFailover(context.read?.state ?? UNOPENED, decision), decision },
    context.attempt,
  );

/** The write of a change without an event. */
export const moveFailover = (context: FailoverContext, state: FailoverState): FailoverStep =>
  writeMove<FailoverState, FailoverDecision>(context.read, { key: context.key, state }, context.attempt);
