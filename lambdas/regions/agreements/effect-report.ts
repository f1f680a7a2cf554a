/** What owners and persons report about an effect. */
import { refused, type Result } from '../change.ts';
import type { Origin } from '../log/event.ts';
import {
  decideMove,
  EFFECT_LEASE_MS,
  EFFECT_SKEW_MS,
  type EffectContext,
  type EffectRefusal,
  type EffectState,
  type EffectStep,
} from './effect-state.ts';
import { writeMove } from './item.ts';

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
  /** Certainly not carried out; anybody may claim it now. It does not count as a claim without a report. */
  | { readonly kind: 'not_now' };

/** Whether an earlier owner may still be calling, so that "not carried out" is not certain yet. */
const isEarlierAtWork = (state: EffectState, nowMs: number): boolean =>
  nowMs < state.earlierLeaseMs + EFFECT_SKEW_MS;

/**
 * Records what came of the effect. A late owner, whose fence is not the latest, is refused, and its result is recorded nowhere: the latest
 * owner asks the provider. While an earlier owner may still be calling, `refused` waits and `not_now` leaves the effect in doubt.
 */
export function finishEffect(context: EffectContext, by: EffectOwner, report: EffectReport): EffectStep {
  const owned = ownedState(context, by);
  if (!owned.ok) return owned;
  const isUncertain = isEarlierAtWork(owned.value, context.nowMs);
  if (report.kind === 'not_now') return setIdle(context, owned.value, isUncertain);
  return report.kind === 'refused' && isUncertain
    ? refused(
        'other_owner',
        'earlierLeaseMs',
        `a time from ${owned.value.earlierLeaseMs + EFFECT_SKEW_MS} on`,
      )
    : decideMove(context, owned.value, { ...report, fence: by.fence });
}

function setIdle(context: EffectContext, owned: EffectState, isInDoubt: boolean): EffectStep {
  const state: EffectState = { ...owned, status: 'idle', isInDoubt, claims: owned.claims - 1 };
  return writeMove(context.read, { key: context.key, state }, context.attempt);
}

/** A person's answer about an effect that nobody could tell anything about. */
export type PersonalOutcome =
  | { readonly kind: 'done'; readonly result: string }
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'again'; readonly personId: string };

/** Records what a person found out. `again` lets any Region claim it once more. Only `done` is certain while an owner may be calling. */
export function decideEffect(context: EffectContext, outcome: PersonalOutcome): EffectStep {
  const state = context.read?.state;
  if (state?.status !== 'person_needed')
    return refused('nothing_to_do', 'status', 'an effect that waits for a person');
  if (outcome.kind !== 'done' && isEarlierAtWork(state, context.nowMs))
    return refused(
      'other_owner',
      'earlierLeaseMs',
      `a time from ${state.earlierLeaseMs + EFFECT_SKEW_MS} on`,
    );
  const { fence } = state;
  return outcome.kind === 'again'
    ? decideMove(context, state, {
        kind: 'released_by_person',
        fence,
        personId: outcome.personId,
        atMs: context.nowMs,
      })
    : decideMove(context, state, { ...outcome, fence });
}
