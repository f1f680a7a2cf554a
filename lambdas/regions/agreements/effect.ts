/**
 * The agreement about one effect at a provider: who carries it out, and what came of it.
 *
 * Invariants
 * 1. The effect id is the provider's key in every Region, so that a provider that recognises keys carries it out once.
 * 2. A lease is liveness, never safety: each takeover has a larger fence, and a write with an older one is refused.
 * 3. Who takes over asks the provider first. If the provider cannot be asked and does not recognise keys, a person decides.
 * 4. Nothing begins before the decision that allows it may be acted on.
 */
import { type Put, refused, type Result } from '../change.ts';
import type { Origin } from '../log/event.ts';
import { type AgreementItem, type Attempt, type ItemRefusal, writeMove } from './item.ts';

/** How long an owner has before another Region takes over, in ms: 120 s. */
export const EFFECT_LEASE_MS = 120_000;

/** Added before a takeover, in ms: the clocks of two Regions may differ by this much. */
export const EFFECT_SKEW_MS = 5_000;

/** Claims after which a person decides. 10 claims with a hanging owner each take 9 × 125 s, some 19 minutes. */
export const MAX_EFFECT_CLAIMS = 10;

/** What came of an effect. Each is the payload of one decided event. */
export type EffectDecision =
  | { readonly kind: 'done'; readonly fence: number; readonly result: string }
  | { readonly kind: 'refused'; readonly fence: number; readonly reason: string }
  /** Nobody can tell whether it was carried out, or it failed too often. */
  | { readonly kind: 'person_needed'; readonly fence: number; readonly reason: string }
  /** A person lets it be tried again. */
  | { readonly kind: 'released_by_person'; readonly fence: number; readonly personId: string };

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
  /** Claims since the beginning, or since a person released it. */
  readonly claims: number;
  /** Result, or reason. Absent while nothing came of it. */
  readonly outcome?: string;
}

/** The agreement about one effect. */
export type EffectItem = AgreementItem<EffectState, EffectDecision>;

/** Why a step is refused. */
export type EffectRefusal =
  | ItemRefusal
  /** Not yet: the decision that allows it may not be acted on. */
  | 'not_allowed_yet'
  /** The claimer's Region is fenced, or the epoch it knows is old. */
  | 'claimer_fenced'
  /** Not yet: another owner has it. */
  | 'other_owner'
  /** The writer's fence is not the latest: another Region carries on. */
  | 'fence_lost'
  | 'finished'
  | 'person_needed'
  | 'nothing_to_do';

/** A step of the agreement. */
export type EffectStep = Result<Put<EffectItem>, EffectRefusal>;

/** Key of the agreement, and the provider's idempotency key. */
export const effectKeyOf = (kind: string, id: string): string => `effect#${kind}:${id}`;

/** What every step needs to know. */
export interface EffectContext {
  readonly key: string;
  /** The item as a strong read found it. */
  readonly read: EffectItem | undefined;
  readonly attempt: Attempt;
  readonly nowMs: number;
}

/** Who wants to carry out the effect. */
export interface EffectClaim {
  readonly owner: Origin;
  readonly region: string;
  /** Epoch of the claimer's Region, as its directory entry says. */
  readonly epoch: number;
  /** The claimer's Region is fenced. */
  readonly isFenced: boolean;
  /** Present epoch of the stored owner's Region; the stored one if the directory does not have it. */
  readonly ownersPresentEpoch: number;
  /** The decision that allows the effect may be acted on: `mayActOn` of its agreement. */
  readonly isAllowed: boolean;
  /** What the provider can do. */
  readonly provider: {
    /** It carries out a key once, however often it is asked. */
    readonly recognisesKeys: boolean;
    /** It can say whether it carried out a key. */
    readonly canBeAsked: boolean;
  };
}

/** A granted claim: the write, and how to begin. */
export interface GrantedClaim {
  readonly put: Put<EffectItem>;
  readonly fence: number;
  /** `probe`: ask the provider first, since an earlier owner may have applied it. */
  readonly begin: 'apply' | 'probe' | 'wait_for_person';
}

const isOver = (state: EffectState, claim: EffectClaim, nowMs: number): boolean =>
  state.status === 'idle' ||
  nowMs >= state.leaseExpiresAtMs + EFFECT_SKEW_MS ||
  claim.ownersPresentEpoch > state.epoch;

function claimRefusal({ read, nowMs }: EffectContext, claim: EffectClaim): EffectStep | undefined {
  const state = read?.state;
  if (!claim.isAllowed) return refused('not_allowed_yet', 'isAllowed', 'a secured decision that allows it');
  if (claim.isFenced) return refused('claimer_fenced', 'region', 'a Region that is not fenced');
  if (state?.region === claim.region && claim.epoch < state.epoch)
    return refused('claimer_fenced', 'epoch', `at least ${state.epoch}`);
  if (state?.status === 'done' || state?.status === 'refused')
    return refused('finished', 'status', 'an effect without an outcome');
  if (state?.status === 'person_needed')
    return refused('person_needed', 'status', 'the decision of a person');
  return state === undefined || isOver(state, claim, nowMs)
    ? undefined
    : refused('other_owner', 'leaseExpiresAtMs', `a time from ${state.leaseExpiresAtMs + EFFECT_SKEW_MS} on`);
}

/** Whether an earlier owner may have reached the provider: there was one, or its item was lost with a table. */
const isInDoubt = ({ read, attempt }: EffectContext): boolean => read !== undefined || attempt.generation > 1;

const beginOf = (context: EffectContext, { provider }: EffectClaim): GrantedClaim['begin'] => {
  if (!isInDoubt(context)) return 'apply';
  if (provider.canBeAsked) return 'probe';
  return provider.recognisesKeys ? 'apply' : 'wait_for_person';
};

const whyPerson = (begin: GrantedClaim['begin'], claims: number): string | undefined => {
  if (begin === 'wait_for_person') return 'it may be carried out, and the provider cannot tell';
  return claims > MAX_EFFECT_CLAIMS ? `no outcome after ${MAX_EFFECT_CLAIMS} claims` : undefined;
};

/**
 * Claims the effect, or takes it over when the lease is over or the owner's Region was fenced since. After too many claims, and when
 * nobody can tell whether it was carried out, it is handed to a person instead. A claim whose answer was lost is recognised by its
 * attempt id; its owner goes on with the fence that is stored.
 */
export function claimEffect(context: EffectContext, claim: EffectClaim): Result<GrantedClaim, EffectRefusal> {
  const refusal = claimRefusal(context, claim);
  if (refusal?.ok === false) return refusal;
  const before = context.read?.state;
  const [fence, claims] = [(before?.fence ?? 0) + 1, (before?.claims ?? 0) + 1];
  const { owner, region, epoch } = claim;
  const leaseExpiresAtMs = context.nowMs + EFFECT_LEASE_MS;
  const running: EffectState = { status: 'running', owner, region, epoch, fence, leaseExpiresAtMs, claims };
  const reason = whyPerson(beginOf(context, claim), claims);
  const step =
    reason === undefined
      ? writeMove(context.read, { key: context.key, state: running }, context.attempt)
      : decide(context, running, { kind: 'person_needed', fence, reason });
  const begin = reason === undefined ? beginOf(context, claim) : 'wait_for_person';
  return step.ok ? { ok: true, value: { put: step.value, fence, begin } } : step;
}

/** What a decision does to the state. */
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
      return { ...rest, fence, status: 'idle', claims: 0 };
  }
}

const decide = (context: EffectContext, state: EffectState, decision: EffectDecision): EffectStep =>
  writeMove(
    context.read,
    { key: context.key, state: evolveEffect(state, decision), decision },
    context.attempt,
  );

/** Whose write it is. */
export interface EffectOwner {
  readonly owner: Origin;
  /** Fence of the owner's claim. */
  readonly fence: number;
}

function ownedState(
  { read }: EffectContext,
  { owner, fence }: EffectOwner,
): Result<EffectState, EffectRefusal> {
  const state = read?.state;
  if (state?.fence !== fence || state.owner !== owner)
    return refused('fence_lost', 'fence', `${state?.fence ?? 0} of ${state?.owner ?? 'nobody'}`);
  return state.status === 'running'
    ? { ok: true, value: state }
    : refused('finished', 'status', 'an effect that is running');
}

/** Extends the lease of the present owner. */
export function renewEffect(context: EffectContext, by: EffectOwner): EffectStep {
  const owned = ownedState(context, by);
  if (!owned.ok) return owned;
  const state = { ...owned.value, leaseExpiresAtMs: context.nowMs + EFFECT_LEASE_MS };
  return writeMove(context.read, { key: context.key, state }, context.attempt);
}

/** What an owner can report. */
export type EffectReport =
  | { readonly kind: 'done'; readonly result: string }
  /** The provider will never carry it out. */
  | { readonly kind: 'refused'; readonly reason: string }
  /** Certainly not carried out; anybody may claim it now. */
  | { readonly kind: 'not_now' };

/** Records what came of the effect. A late owner, whose fence is not the latest, is refused, and its result is recorded nowhere. */
export function finishEffect(context: EffectContext, by: EffectOwner, report: EffectReport): EffectStep {
  const owned = ownedState(context, by);
  if (!owned.ok) return owned;
  if (report.kind !== 'not_now') return decide(context, owned.value, { ...report, fence: by.fence });
  const state: EffectState = { ...owned.value, status: 'idle' };
  return writeMove(context.read, { key: context.key, state }, context.attempt);
}

/** A person's answer about an effect that nobody could tell anything about. */
export type PersonalOutcome =
  | { readonly kind: 'done'; readonly result: string }
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'again'; readonly personId: string };

/** Records what a person found out. `again` lets any Region claim it once more. */
export function decideEffect(context: EffectContext, outcome: PersonalOutcome): EffectStep {
  const state = context.read?.state;
  if (state?.status !== 'person_needed')
    return refused('nothing_to_do', 'status', 'an effect that waits for a person');
  const { fence } = state;
  return outcome.kind === 'again'
    ? decide(context, state, { kind: 'released_by_person', fence, personId: outcome.personId })
    : decide(context, state, { ...outcome, fence });
}
