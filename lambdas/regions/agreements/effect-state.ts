/**
 * The agreement about one effect at a provider: its present owner and its result.
 *
 * Invariants
 * 1. The effect id is the provider's key in every Region, so that a provider that recognises keys carries it out once.
 * 2. A lease serves liveness, not safety: each takeover has a larger fence, and a write with an older fence is refused.
 * 3. After a takeover, the new owner asks the provider first. If the provider cannot be asked and does not recognise keys, a person
 *    decides.
 * 4. No effect begins before the decision that allows it may be acted on. If the permission is withdrawn later, the owner only asks the
 *    provider. If the effect was carried out, a refund is due.
 */
import type { Put, Result } from '../change.ts';
import type { Origin } from '../log/event.ts';
import { type AgreementItem, type Attempt, type ItemRefusal, writeMove } from './item.ts';

/** Lease of an owner; afterwards another Region may take over. In ms: 120 s. */
export const EFFECT_LEASE_MS = 120_000;

/** Time limit of a call to the provider, in ms: 30 s. An owner begins no call when less than this is left of its lease. */
export const EFFECT_CALL_MS = 30_000;

/** Added before a takeover, in ms: the clocks of two Regions may differ by this much. */
export const EFFECT_SKEW_MS = 5_000;

/** Claims without a report after which a person decides. 10 owners that hang one after another take 9 × 125 s, about 19 minutes. */
export const MAX_EFFECT_CLAIMS = 10;

/** Time since the first claim after which a person decides, regardless of reports, in ms: 24 hours. */
export const MAX_EFFECT_MS = 24 * 3_600_000;

/** Result of an effect. Each is the payload of one decided event. */
export type EffectDecision =
  | { readonly kind: 'done'; readonly fence: number; readonly result: string }
  | { readonly kind: 'refused'; readonly fence: number; readonly reason: string }
  /** It cannot be determined whether it was carried out, or it failed too many times. */
  | { readonly kind: 'person_needed'; readonly fence: number; readonly reason: string }
  /** A person has checked that it was not carried out, and allows another attempt. */
  | {
      readonly kind: 'released_by_person';
      readonly fence: number;
      readonly personId: string;
      readonly atMs: number;
    };

/** State of an effect. */
export interface EffectState {
  readonly status: 'running' | 'idle' | 'done' | 'refused' | 'person_needed';
  /** The incarnation that claimed last. */
  readonly owner: Origin;
  /** Region of the owner. */
  readonly region: string;
  /** Epoch of the owner's Region when it claimed. */
  readonly epoch: number;
  /** Counts claims, from 1. Every write of an owner names its own. */
  readonly fence: number;
  /** In ms since 1970, by the owner's clock. */
  readonly leaseExpiresAtMs: number;
  /** Claims without a report since the beginning, or since a person released it. */
  readonly claims: number;
  /** First claim since the beginning, or since a person released it, in ms since 1970. */
  readonly sinceMs: number;
  /** Latest lease end of earlier owners that did not report, in ms since 1970: they may call until then. 0: no such lease. */
  readonly earlierLeaseMs: number;
  /** An owner may have reached the provider and did not report. */
  readonly isInDoubt: boolean;
  /** Result, or reason. Absent while there is no result. */
  readonly outcome?: string;
}

/** The agreement about one effect. */
export type EffectItem = AgreementItem<EffectState, EffectDecision>;

/** Why a step is refused. */
export type EffectRefusal =
  | ItemRefusal
  /** Not yet: the decision that allows it may not be acted on. */
  | 'not_allowed_yet'
  /** Never: the permission is withdrawn, and no owner can have carried it out. */
  | 'withdrawn'
  /** The claimer's Region is fenced, or the epoch it knows is old. */
  | 'claimer_fenced'
  /** Not yet: another owner has the claim. */
  | 'other_owner'
  /** The writer's fence is not the latest: another Region has taken over. */
  | 'fence_lost'
  | 'finished'
  | 'person_needed'
  | 'nothing_to_do';

/** A step of the agreement. */
export type EffectStep = Result<Put<EffectItem>, EffectRefusal>;

/** Key of the agreement, and the provider's idempotency key. */
export const effectKeyOf = (kind: string, id: string): string => `effect#${kind}:${id}`;

/** Input of every step. */
export interface EffectContext {
  readonly key: string;
  /** The item as a strong read found it. */
  readonly read: EffectItem | undefined;
  readonly attempt: Attempt;
  readonly nowMs: number;
}

/** Applies a decision to the state. */
export function evolveEffect(state: EffectState, decision: EffectDecision): EffectState {
  const { outcome: _before, ...rest } = state;
  const fence = Math.max(state.fence, decision.fence);
  switch (decision.kind) {
    case 'done':
      return { ...rest, fence, status: 'done', outcome: decision.result };
    case 'refused':
      return { ...rest, fence, status: 'refused', outcome: decision.reason };
    case 'person_needed':
      return { ...rest, fence, status: 'person_needed', outcome: decision.reason };
    case 'released_by_person':
      return { ...rest, fence, status: 'idle', claims: 0, sinceMs: decision.atMs, isInDoubt: false };
  }
}

/** The write of a decision. */
export const decideMove = (
  context: EffectContext,
  state: EffectState,
  decision: EffectDecision,
): EffectStep =>
  writeMove(
    context.read,
    { key: context.key, state: evolveEffect(state, decision), decision },
    context.attempt,
  );
