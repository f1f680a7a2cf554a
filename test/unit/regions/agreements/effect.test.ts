/** An effect: leases, fences, providers, persons. */
import { describe, expect, it } from 'vitest';
import { claimEffect, type EffectClaim } from '../../../../lambdas/regions/agreements/effect-claim.ts';
import { rebuiltEffect } from '../../../../lambdas/regions/agreements/effect-rebuild.ts';
import {
  decideEffect,
  finishEffect,
  renewEffect,
} from '../../../../lambdas/regions/agreements/effect-report.ts';
import {
  type EffectContext,
  EFFECT_LEASE_MS,
  EFFECT_SKEW_MS,
  type EffectItem,
  effectKeyOf,
  MAX_EFFECT_CLAIMS,
} from '../../../../lambdas/regions/agreements/effect-state.ts';
import { START_MS } from './order-world.ts';
import { codeOf } from '../answers.ts';

const EFFECT_KEY = effectKeyOf('capture', 'o1');
const effectAt = (read: EffectItem | undefined, passedMs = 0, generation = 1): EffectContext => ({
  key: EFFECT_KEY,
  read,
  attempt: { attemptId: `attempt-${passedMs}`, generation },
  nowMs: START_MS + passedMs,
});
const CLAIM: EffectClaim = {
  owner: 'eu-central-1.a1',
  region: 'a',
  epoch: 1,
  isFenced: false,
  ownersPresentEpoch: 1,
  permission: 'apply',
  provider: { recognisesKeys: true, canBeAsked: true },
};
const CLAIM_OF_B: EffectClaim = { ...CLAIM, owner: 'eu-west-1.b1', region: 'b' };
const claimed = (context: EffectContext, by: EffectClaim): EffectItem => {
  const step = claimEffect(context, by);
  return step.ok ? step.value.put.next : expect.fail(step.refusal.code);
};
const next = (step: ReturnType<typeof renewEffect>): EffectItem =>
  step.ok ? step.value.next : expect.fail(step.refusal.code);

const refusedAt = (passedMs: number) =>
  ({ kind: 'refused', reason: 'withdrawn', askedAtMs: START_MS + passedMs }) as const;
const againAt = (passedMs: number) =>
  ({ kind: 'again', personId: 'ada', askedAtMs: START_MS + passedMs }) as const;
describe('an effect', () => {
  const LEASE_OVER_MS = EFFECT_LEASE_MS + EFFECT_SKEW_MS;
  const byA = { owner: CLAIM.owner, fence: 1 };

  it('schedule 29: an owner that hangs is replaced after its lease, and its late result is refused', () => {
    const first = claimed(effectAt(undefined), CLAIM);
    expect(codeOf(claimEffect(effectAt(first, LEASE_OVER_MS - 1), CLAIM_OF_B))).toBe(
      'other_owner at leaseExpiresAtMs',
    );
    const step = claimEffect(effectAt(first, LEASE_OVER_MS), CLAIM_OF_B);
    const second = claimed(effectAt(first, LEASE_OVER_MS), CLAIM_OF_B);

    expect(step).toMatchObject({ value: { begin: 'probe', fence: 2 } });
    expect(codeOf(finishEffect(effectAt(second), byA, { kind: 'done', result: 'ok' }))).toBe(
      'fence_lost at fence',
    );
    expect(codeOf(renewEffect(effectAt(second), byA))).toBe('fence_lost at fence');
  });

  it('is taken over at once if its owner was fenced since and the provider recognises keys', () => {
    const first = claimed(effectAt(undefined), CLAIM);
    const unaware = { ...CLAIM_OF_B.provider, recognisesKeys: false };

    expect(codeOf(claimEffect(effectAt(first, 1), { ...CLAIM_OF_B, ownersPresentEpoch: 2 }))).toBe(
      'accepted',
    );
    expect(
      codeOf(claimEffect(effectAt(first, 1), { ...CLAIM_OF_B, ownersPresentEpoch: 2, provider: unaware })),
    ).toBe('other_owner at leaseExpiresAtMs');
  });

  it('stays in doubt while a fenced owner may still be calling', () => {
    const first = claimed(effectAt(undefined), CLAIM);
    const second = claimed(effectAt(first, 1), { ...CLAIM_OF_B, ownersPresentEpoch: 2 });
    const byB = { owner: CLAIM_OF_B.owner, fence: 2 };
    const idle = next(
      finishEffect(effectAt(second, LEASE_OVER_MS), byB, { kind: 'not_now', askedAtMs: START_MS + 2 }),
    );
    const withdrawn = { ...CLAIM_OF_B, permission: 'withdrawn' } as const;

    expect(codeOf(finishEffect(effectAt(second, LEASE_OVER_MS), byB, refusedAt(LEASE_OVER_MS - 1)))).toBe(
      'other_owner at askedAtMs',
    );
    expect(codeOf(finishEffect(effectAt(second, LEASE_OVER_MS), byB, refusedAt(LEASE_OVER_MS)))).toBe(
      'accepted',
    );
    expect(codeOf(finishEffect(effectAt(second, 2), byB, { kind: 'done', result: 'ok' }))).toBe('accepted');
    expect(idle.state).toMatchObject({ status: 'idle', isInDoubt: true });
    expect(codeOf(claimEffect(effectAt(idle, LEASE_OVER_MS - 1), withdrawn))).toBe(
      'other_owner at leaseExpiresAtMs',
    );
    expect(claimEffect(effectAt(idle, LEASE_OVER_MS), withdrawn)).toMatchObject({
      value: { begin: 'probe_only' },
    });
  });

  it('accepts from a person only "carried out" while an owner may still be calling', () => {
    const first = claimed(effectAt(undefined), CLAIM);
    const many = { ...first, state: { ...first.state, claims: MAX_EFFECT_CLAIMS } };
    const waiting = claimed(effectAt(many, 1), { ...CLAIM_OF_B, ownersPresentEpoch: 2 });

    expect(waiting.state.status).toBe('person_needed');
    expect(codeOf(decideEffect(effectAt(waiting, LEASE_OVER_MS), againAt(LEASE_OVER_MS - 1)))).toBe(
      'other_owner at askedAtMs',
    );
    expect(codeOf(decideEffect(effectAt(waiting, 2), { kind: 'done', result: 'seen' }))).toBe('accepted');
    const released = next(decideEffect(effectAt(waiting, LEASE_OVER_MS), againAt(LEASE_OVER_MS)));
    expect(claimEffect(effectAt(released, LEASE_OVER_MS), CLAIM)).toMatchObject({
      value: { begin: 'apply', fence: 3 },
    });
  });

  it('is not claimed without a secured decision, or by a fenced Region', () => {
    const first = claimed(effectAt(undefined), { ...CLAIM, epoch: 2 });

    expect(codeOf(claimEffect(effectAt(undefined), { ...CLAIM, permission: 'not_yet' }))).toBe(
      'not_allowed_yet at permission',
    );
    expect(codeOf(claimEffect(effectAt(undefined), { ...CLAIM, permission: 'withdrawn' }))).toBe(
      'withdrawn at permission',
    );
    expect(codeOf(claimEffect(effectAt(undefined), { ...CLAIM, isFenced: true }))).toBe(
      'claimer_fenced at region',
    );
    expect(codeOf(claimEffect(effectAt(first, LEASE_OVER_MS), CLAIM))).toBe('claimer_fenced at epoch');
  });

  it('keeps its lease while it is renewed, and has no owner after the report not_now', () => {
    const renewed = next(renewEffect(effectAt(claimed(effectAt(undefined), CLAIM), 60_000), byA));
    const idle = next(finishEffect(effectAt(renewed, 60_000), byA, { kind: 'not_now', askedAtMs: START_MS }));

    expect(renewed.state.leaseExpiresAtMs).toBe(START_MS + 60_000 + EFFECT_LEASE_MS);
    expect(idle.state).toMatchObject({ status: 'idle', isInDoubt: false, claims: 0 });
    expect(claimEffect(effectAt(idle, 60_001), CLAIM_OF_B)).toMatchObject({ value: { begin: 'apply' } });
    expect(codeOf(finishEffect(effectAt(idle), byA, { kind: 'not_now', askedAtMs: START_MS }))).toBe(
      'finished at status',
    );
  });

  it('waits for a person if the provider cannot be asked, and after too many claims without a report', () => {
    const blind = { recognisesKeys: false, canBeAsked: false };
    const first = claimed(effectAt(undefined), CLAIM);
    const unknown = claimed(effectAt(first, LEASE_OVER_MS), { ...CLAIM_OF_B, provider: blind });
    const many = { ...first, state: { ...first.state, claims: MAX_EFFECT_CLAIMS } };

    expect(unknown.state).toMatchObject({
      status: 'person_needed',
      outcome: 'it may be carried out, and the provider cannot tell',
    });
    expect(codeOf(claimEffect(effectAt(unknown, LEASE_OVER_MS), CLAIM))).toBe('person_needed at status');
    expect(claimed(effectAt(many, LEASE_OVER_MS), CLAIM_OF_B).state.status).toBe('person_needed');
    expect(claimed(effectAt(first, 25 * 3_600_000), CLAIM_OF_B).state.status).toBe('person_needed');
    const done = next(decideEffect(effectAt(unknown, 2 * LEASE_OVER_MS), { kind: 'done', result: 'seen' }));
    expect(codeOf(decideEffect(effectAt(done), { kind: 'done', result: 'seen' }))).toBe(
      'nothing_to_do at status',
    );
    expect(codeOf(claimEffect(effectAt(done, LEASE_OVER_MS), CLAIM))).toBe('finished at status');
  });

  it('is in doubt in a rebuilt table unless its outcome is in the log', () => {
    const event = { generation: 1, number: 1, attemptId: 'attempt-1', isSecured: true };
    const done = { ...event, decision: { kind: 'done', fence: 1, result: 'ok' } as const };
    const released = { kind: 'released_by_person', fence: 1, personId: 'ada', atMs: START_MS } as const;
    const idle = { ...event, decision: released };

    expect(rebuiltEffect(EFFECT_KEY, 2, [done])?.next.state).toMatchObject({ status: 'done', outcome: 'ok' });
    expect(rebuiltEffect(EFFECT_KEY, 2, [idle])).toBeUndefined();
    expect(claimEffect(effectAt(undefined, 0, 2), CLAIM)).toMatchObject({ value: { begin: 'probe' } });
  });
});
