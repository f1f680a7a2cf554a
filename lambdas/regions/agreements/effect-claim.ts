/** Claiming an effect, and taking it over. */
import { type Put, refused, type Result } from '../change.ts';
import type { Origin } from '../log/event.ts';
import {
  decideMove,
  EFFECT_CALL_MS,
  EFFECT_LEASE_MS,
  EFFECT_SKEW_MS,
  type EffectContext,
  type EffectItem,
  type EffectRefusal,
  type EffectState,
  type EffectStep,
  MAX_EFFECT_CLAIMS,
  MAX_EFFECT_MS,
} from './effect-state.ts';
import { writeMove } from './item.ts';

/**
 * Permission of the agreement that the effect belongs to, read strongly. `apply`: its decision may be acted on. `withdrawn`: the agreement
 * has ended since. `not_yet`: the decision is not secured.
 */
export type EffectPermission = 'apply' | 'withdrawn' | 'not_yet';

/** A claimer of the effect. */
export interface EffectClaim {
  readonly owner: Origin;
  readonly region: string;
  /** Epoch of the claimer's Region, as its directory entry says. */
  readonly epoch: number;
  /** The claimer's Region is fenced. */
  readonly isFenced: boolean;
  /** Present epoch of the stored owner's Region; the stored epoch if the directory does not have the Region. */
  readonly ownersPresentEpoch: number;
  readonly permission: EffectPermission;
  /** What the provider can do. */
  readonly provider: {
    /** It carries out a key at most once, also if it gets several calls with it. */
    readonly recognisesKeys: boolean;
    /** It can report whether it carried out a key. */
    readonly canBeAsked: boolean;
  };
}

/** A granted claim: the write, and how to begin. */
export interface GrantedClaim {
  readonly put: Put<EffectItem>;
  readonly fence: number;
  /** The owner begins no call to the provider after this time, in ms since 1970: its lease covers the call. */
  readonly callBeforeMs: number;
  /** `probe`: ask the provider first, then apply. `probe_only`: ask, and report `refused` if it was not carried out. */
  readonly begin: 'apply' | 'probe' | 'probe_only' | 'wait_for_person';
}

/** When the last call of any owner so far is over, in ms since 1970, by the claimer's clock. */
const callsOverMs = (state: EffectState): number =>
  Math.max(state.status === 'running' ? state.leaseExpiresAtMs : 0, state.earlierLeaseMs) + EFFECT_SKEW_MS;

/**
 * Earliest time of a takeover. A fenced owner may still be calling. If the provider recognises keys, the call is harmless and the takeover
 * does not wait. Otherwise, and if the claimer only asks for the result, the owner's calls must be over first.
 */
function takeoverFromMs(
  state: EffectState,
  { provider, ownersPresentEpoch, permission }: EffectClaim,
): number {
  if (permission === 'withdrawn') return callsOverMs(state);
  const isFencedOwner = provider.recognisesKeys && ownersPresentEpoch > state.epoch;
  return state.status === 'idle' || isFencedOwner ? 0 : state.leaseExpiresAtMs + EFFECT_SKEW_MS;
}

function claimRefusal(context: EffectContext, claim: EffectClaim): EffectStep | undefined {
  const { nowMs } = context;
  const state = context.read?.state;
  if (claim.permission === 'not_yet')
    return refused('not_allowed_yet', 'permission', 'a secured decision that allows it');
  if (claim.isFenced) return refused('claimer_fenced', 'region', 'a Region that is not fenced');
  if (state?.region === claim.region && claim.epoch < state.epoch)
    return refused('claimer_fenced', 'epoch', `at least ${state.epoch}`);
  if (state?.status === 'done' || state?.status === 'refused')
    return refused('finished', 'status', 'an effect without an outcome');
  if (state?.status === 'person_needed')
    return refused('person_needed', 'status', 'the decision of a person');
  if (claim.permission === 'withdrawn' && !isInDoubt(context))
    return refused('withdrawn', 'permission', 'a decision that still allows it');
  const fromMs = state === undefined ? 0 : takeoverFromMs(state, claim);
  return nowMs >= fromMs ? undefined : refused('other_owner', 'leaseExpiresAtMs', `a time from ${fromMs} on`);
}

/** Whether an earlier owner may have reached the provider: it did not report, or its item was lost with the table. */
const isInDoubt = ({ read, attempt }: EffectContext): boolean =>
  read?.state.isInDoubt ?? attempt.generation > 1;

const beginInDoubt = ({ provider, permission }: EffectClaim): GrantedClaim['begin'] => {
  if (provider.canBeAsked) return permission === 'apply' ? 'probe' : 'probe_only';
  return provider.recognisesKeys && permission === 'apply' ? 'apply' : 'wait_for_person';
};

/** Reason why a person has to decide; absent if no person is needed. */
function whyPerson(context: EffectContext, claim: EffectClaim, claims: number): string | undefined {
  const sinceMs = context.read?.state.sinceMs ?? context.nowMs;
  if (isInDoubt(context) && beginInDoubt(claim) === 'wait_for_person')
    return 'it may be carried out, and the provider cannot tell';
  if (context.nowMs - sinceMs > MAX_EFFECT_MS) return `no outcome after ${MAX_EFFECT_MS / 3_600_000} hours`;
  return claims > MAX_EFFECT_CLAIMS ? `no report after ${MAX_EFFECT_CLAIMS} claims` : undefined;
}

/** An owner that loses its claim may continue to call until its lease ends. */
const earlierLease = (before: EffectState | undefined): number =>
  before?.status === 'running'
    ? Math.max(before.leaseExpiresAtMs, before.earlierLeaseMs)
    : (before?.earlierLeaseMs ?? 0);

function claimedState({ read, nowMs }: EffectContext, { owner, region, epoch }: EffectClaim): EffectState {
  const before = read?.state;
  return {
    status: 'running',
    owner,
    region,
    epoch,
    fence: (before?.fence ?? 0) + 1,
    leaseExpiresAtMs: nowMs + EFFECT_LEASE_MS,
    claims: (before?.claims ?? 0) + 1,
    sinceMs: before?.sinceMs ?? nowMs,
    earlierLeaseMs: earlierLease(before),
    isInDoubt: true,
  };
}

/**
 * Claims the effect, or takes it over if the lease is over or the owner's Region was fenced since. After too many claims, or if it cannot
 * be determined whether the effect was carried out, a person decides. A claim whose answer was lost is recognised by its attempt id; its
 * owner continues with the stored fence.
 */
export function claimEffect(context: EffectContext, claim: EffectClaim): Result<GrantedClaim, EffectRefusal> {
  const refusal = claimRefusal(context, claim);
  if (refusal?.ok === false) return refusal;
  const state = claimedState(context, claim);
  const { fence, claims } = state;
  const reason = whyPerson(context, claim, claims);
  const certain = isInDoubt(context) ? beginInDoubt(claim) : 'apply';
  const begin = reason === undefined ? certain : 'wait_for_person';
  const step =
    reason === undefined
      ? writeMove(context.read, { key: context.key, state }, context.attempt)
      : decideMove(context, state, { kind: 'person_needed', fence, reason });
  const callBeforeMs = state.leaseExpiresAtMs - EFFECT_CALL_MS;
  return step.ok ? { ok: true, value: { put: step.value, fence, callBeforeMs, begin } } : step;
}
