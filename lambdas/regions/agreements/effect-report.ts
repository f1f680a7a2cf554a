/** Reports of owners and persons about an effect. */
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

/** The owner that writes. */
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

/** Report of an owner. `askedAtMs`: time of the provider's answer "not carried out", in ms since 1970 by the owner's clock. */
export type EffectReport =
  | { readonly kind: 'done'; readonly result: string }
  /** The provider will never carry it out. */
  | { readonly kind: 'refused'; readonly reason: string; readonly askedAtMs: number }
  /** Certainly not carried out; any Region may claim it now. It does not count as a claim without a report. */
  | { readonly kind: 'not_now'; readonly askedAtMs: number };

/** Time from which "not carried out" is certain, because no earlier owner can still call, in ms since 1970. */
const certainFromMs = ({ earlierLeaseMs }: EffectState): number =>
  earlierLeaseMs === 0 ? 0 : earlierLeaseMs + EFFECT_SKEW_MS;

/** Refuses an answer that the provider gave while an earlier owner could still call. */
const askLater = (state: EffectState): EffectStep =>
  refused('other_owner', 'askedAtMs', `a time from ${certainFromMs(state)} on`);

/**
 * Records the result of the effect. An owner without the latest fence is refused and its result is not recorded: the latest owner asks the
 * provider. If the provider answered "not carried out" while an earlier owner could still call, `refused` is rejected and `not_now` leaves
 * the effect in doubt. The time of the question counts, not the time of the report.
 */
export function finishEffect(context: EffectContext, by: EffectOwner, report: EffectReport): EffectStep {
  const owned = ownedState(context, by);
  if (!owned.ok) return owned;
  const { fence } = by;
  if (report.kind === 'done') return decideMove(context, owned.value, { ...report, fence });
  const isUncertain = report.askedAtMs < certainFromMs(owned.value);
  if (report.kind === 'not_now') return setIdle(context, owned.value, isUncertain);
  const decision = { kind: 'refused', fence, reason: report.reason } as const;
  return isUncertain ? askLater(owned.value) : decideMove(context, owned.value, decision);
}

function setIdle(context: EffectContext, owned: EffectState, isInDoubt: boolean): EffectStep {
  const state: EffectState = { ...owned, status: 'idle', isInDoubt, claims: owned.claims - 1 };
  return writeMove(context.read, { key: context.key, state }, context.attempt);
}

/** A person's answer about an effect in doubt. `askedAtMs`: when the person checked, in ms since 1970. */
export type PersonalOutcome =
  | { readonly kind: 'done'; readonly result: string }
  | { readonly kind: 'refused'; readonly reason: string; readonly askedAtMs: number }
  | { readonly kind: 'again'; readonly personId: string; readonly askedAtMs: number };

/** Records a person's answer. `again` lets any Region claim the effect again. While an owner may still call, only `done` is certain. */
export function decideEffect(context: EffectContext, outcome: PersonalOutcome): EffectStep {
  const state = context.read?.state;
  if (state?.status !== 'person_needed')
    return refused('nothing_to_do', 'status', 'an effect that waits for a person');
  const { fence } = state;
  if (outcome.kind === 'done') return decideMove(context, state, { ...outcome, fence });
  if (outcome.askedAtMs < certainFromMs(state)) return askLater(state);
  return outcome.kind === 'refused'
    ? decideMove(context, state, { kind: 'refused', fence, reason: outcome.reason })
    : decideMove(context, state, {
        kind: 'released_by_person',
        fence,
        personId: outcome.personId,
        atMs: context.nowMs,
      });
}
