/** Schedules and public situations about orders and effects, step by step. */
import { describe, expect, it } from 'vitest';
import type { Refusal } from '../../../../lambdas/regions/change.ts';
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
import { MAX_PENDING, recognise } from '../../../../lambdas/regions/agreements/item.ts';
import { capturePermit, shippingPermit } from '../../../../lambdas/regions/agreements/order-permits.ts';
import { dueReturns } from '../../../../lambdas/regions/agreements/order-returns.ts';
import {
  cancelOrder,
  type Claim,
  claimPieces,
  closeCapture,
  expireOrder,
  MAX_BODIES_BYTES,
  MAX_CLAIMS,
  nameCopy,
  recordCaptured,
  startEffecting,
} from '../../../../lambdas/regions/agreements/order-steps.ts';
import {
  CAPTURE_MS,
  FULFIL_MS,
  sweepOrder,
  UNPAID_MS,
  WAITING_MS,
} from '../../../../lambdas/regions/agreements/order-sweep.ts';
import { candidateOf, COPIES, OrderWorld, START_MS } from './order-world.ts';

const codeOf = (step: { ok: true } | { ok: false; refusal: Refusal }): string =>
  step.ok ? 'accepted' : step.refusal.code;
const copyOf = (index: number) => COPIES[index] ?? expect.fail('no such copy');
const EFFECTING = { captureDeadlineAtMs: START_MS + CAPTURE_MS, fulfilDeadlineAtMs: START_MS + FULFIL_MS };

const name = (world: OrderWorld, index: number): string => {
  const step = nameCopy(world.context(), candidateOf(copyOf(index)), world.nowMs);
  return step.ok && world.write(step) ? 'accepted' : codeOf(step);
};
const pay = (world: OrderWorld, paymentId: string): string => {
  const step = startEffecting(world.context(), { paymentId, ...EFFECTING });
  return step.ok && world.write(step) ? 'accepted' : codeOf(step);
};
const claim = (
  world: OrderWorld,
  purpose: Claim['purpose'],
  claimId: string,
  lines: Claim['lines'],
): string => {
  const step = claimPieces(world.context(), { claimId, purpose, lines });
  return step.ok && world.write(step) ? 'accepted' : codeOf(step);
};

/** An order of 5 pens and 2 bottles of ink that is named, paid, captured and in the log. */
function paidWorld(): OrderWorld {
  const world = new OrderWorld();
  name(world, 0);
  pay(world, 'pay-1');
  world.log();
  world.capture();
  world.write(recordCaptured(world.context(), 'pay-1'));
  world.log();
  return world;
}

const returnsOf = (world: OrderWorld, index: number) => {
  const item = world.item();
  return item === undefined ? [] : dueReturns(item, world.records(), copyOf(index));
};

describe('naming', () => {
  it('schedule 1: the named copy counts, and the other one gives its pieces back only after naming', () => {
    const world = new OrderWorld();
    expect(returnsOf(world, 0)).toEqual([]);
    name(world, 1);
    expect(returnsOf(world, 0)).toEqual([]);
    world.log();

    expect(name(world, 0)).toBe('named_other');
    expect(returnsOf(world, 0)).toEqual([
      { returnId: `return:o1!${copyOf(0).eventId}`, lines: copyOf(0).lines },
    ]);
    expect(returnsOf(world, 1)).toEqual([]);
  });

  it('schedule 3: a copy that is not secured is not named, so a destroyed Region leaves no ghost', () => {
    const world = new OrderWorld();
    const ghost = nameCopy(world.context(), candidateOf(copyOf(0), { isSecured: false }), START_MS);

    expect(codeOf(ghost)).toBe('not_secured');
    expect(name(world, 1)).toBe('accepted');
  });

  it('schedule 23: an allocation that is named stays named when an earlier one arrives, which gives its pieces back', () => {
    const world = paidWorld();
    const late = copyOf(2);

    expect(codeOf(nameCopy(world.context(), candidateOf(late), START_MS))).toBe('named_other');
    expect(returnsOf(world, 2).map(({ lines }) => lines)).toEqual([late.lines]);
  });

  it('refuses copies without pieces, held ones, late ones, ones of a closed incarnation, and too large ones', () => {
    const refusals = [
      { isFullySpent: false },
      { isHeld: true },
      { deadlineAtMs: START_MS },
      { closing: 'closing' },
      { closing: 'unlisted' },
      { bodies: ['x'.repeat(MAX_BODIES_BYTES), 'x'] },
      { closing: 'listed', bodies: ['x'.repeat(MAX_BODIES_BYTES)] },
    ] as const;

    expect(
      refusals.map((over) =>
        codeOf(nameCopy(new OrderWorld().context(), candidateOf(copyOf(0), over), START_MS)),
      ),
    ).toEqual([
      'not_spent',
      'held',
      'deadline_passed',
      'origin_closing',
      'unbacked',
      'too_large',
      'accepted',
    ]);
  });

  it('keeps the bytes of what is named, so that any Region can restore it', () => {
    const world = new OrderWorld();
    world.write(nameCopy(world.context(), candidateOf(copyOf(0), { bodies: ['{"a":1}'] }), START_MS));

    expect(world.item()?.state.bodies).toEqual(['{"a":1}']);
    pay(world, 'pay-1');
    expect(world.item()?.state.bodies).toEqual(['{"a":1}']);
  });
});

describe('one winner', () => {
  it('schedule 2: a capture and an expiry that do not know of each other: the one written first wins', () => {
    const world = new OrderWorld();
    name(world, 0);
    const stale = world.context();
    expect(pay(world, 'pay-1')).toBe('accepted');

    expect(world.write(expireOrder(stale, 'sweep'))).toBe(false);
    expect(codeOf(expireOrder(world.context(), 'sweep'))).toBe('already_effecting');
    expect(returnsOf(world, 0)).toEqual([]);
  });

  it('case 4: a capture after an expiry is due for refund, once, and the pieces went back once', () => {
    const world = new OrderWorld();
    name(world, 0);
    world.write(expireOrder(world.context(), 'sweep'));
    world.log();

    expect(returnsOf(world, 0)).toEqual([{ returnId: 'return:o1#2', lines: copyOf(0).lines }]);
    expect(pay(world, 'pay-1')).toBe('accepted');
    expect(world.item()?.state).toMatchObject({ phase: 'ended', refundsDue: ['pay-1'] });
    expect(codeOf(recordCaptured(world.context(), 'pay-1'))).toBe('nothing_to_do');
  });

  it('counts one payment and refunds the others', () => {
    const world = new OrderWorld();
    expect(pay(world, 'pay-1')).toBe('not_named');
    expect(codeOf(recordCaptured(world.context(), 'pay-1'))).toBe('not_effecting');
    name(world, 0);
    pay(world, 'pay-1');

    expect(pay(world, 'pay-1')).toBe('nothing_to_do');
    expect(pay(world, 'pay-2')).toBe('accepted');
    expect(world.item()?.state).toMatchObject({ capture: { paymentId: 'pay-1' }, refundsDue: ['pay-2'] });
    expect(codeOf(closeCapture(world.context(), 'pay-2', 'x'))).toBe('not_effecting');
  });
});

describe('claims', () => {
  it('schedule 21: A ships the last 2 of 5 while B cancels the rest: one of them gets them', () => {
    const world = paidWorld();
    claim(world, 'ship', 's1', { pen: 3, ink: 2 });
    const stale = world.context();
    expect(claim(world, 'ship', 's2', { pen: 2 })).toBe('accepted');

    expect(world.write(claimPieces(stale, { claimId: 'c1', purpose: 'cancel', lines: 'rest' }))).toBe(false);
    expect(claim(world, 'cancel', 'c1', 'rest')).toBe('already_ended');
    expect(world.item()?.state).toMatchObject({ phase: 'ended', endReason: 'fulfilled' });
  });

  it('schedule 21: a declined capture ends the order and gives the pieces back', () => {
    const world = new OrderWorld();
    name(world, 0);
    pay(world, 'pay-1');
    world.write(closeCapture(world.context(), 'pay-1', 'declined-1'));
    world.log();

    expect(world.item()?.state).toMatchObject({
      phase: 'ended',
      endReason: 'capture_declined',
      capture: { status: 'declined' },
    });
    expect(returnsOf(world, 0)).toEqual([{ returnId: 'return:o1#3', lines: copyOf(0).lines }]);
    expect(codeOf(closeCapture(world.context(), 'pay-1', 'x'))).toBe('already_ended');
  });

  it('case 5: ship 5 of 5, then cancel: nothing goes back; ship 2, cancel twice in two Regions: 3 go back, once', () => {
    const all = paidWorld();
    claim(all, 'ship', 's1', 'rest');
    all.log();
    expect(codeOf(cancelOrder(all.context(), 'cancel-1'))).toBe('already_ended');
    expect(returnsOf(all, 0)).toEqual([]);

    const part = paidWorld();
    claim(part, 'ship', 's1', { pen: 2, ink: 2 });
    part.write(cancelOrder(part.context(), 'cancel-1'));
    part.log();
    expect(codeOf(cancelOrder(part.context(), 'cancel-1'))).toBe('already_ended');
    expect(returnsOf(part, 0)).toEqual([{ returnId: 'return:o1#5', lines: { pen: 3 } }]);
  });

  it('are recognised when they are delivered again, and refused with what is left', () => {
    const world = paidWorld();
    claim(world, 'cancel', 'c1', { pen: 2 });

    expect(claim(world, 'cancel', 'c1', { pen: 2 })).toBe('nothing_to_do');
    expect(claimPieces(world.context(), { claimId: 'c2', purpose: 'ship', lines: { pen: 4 } })).toMatchObject(
      {
        refusal: { code: 'over_claimed', field: 'pen', expected: '1 to 3' },
      },
    );
    expect(claim(world, 'ship', 'c3', { cap: 1 })).toBe('over_claimed');
    expect(claim(world, 'ship', 'c4', { pen: 0.5 })).toBe('over_claimed');
    expect(claim(world, 'ship', 'c5', {})).toBe('nothing_left');
    expect(world.item()?.pending.at(-1)?.decision).toMatchObject({ kind: 'claimed', isRefundDue: true });
  });

  it('ship nothing before the capture, and refund what was cancelled before it', () => {
    const world = new OrderWorld();
    expect(claim(world, 'ship', 's0', 'rest')).toBe('not_effecting');
    name(world, 0);
    pay(world, 'pay-1');
    expect(claim(world, 'ship', 's1', 'rest')).toBe('not_captured');
    claim(world, 'cancel', 'c1', { pen: 1 });
    world.write(recordCaptured(world.context(), 'pay-1'));

    expect(
      world
        .item()
        ?.pending.map(({ decision }) => decision)
        .slice(-2),
    ).toMatchObject([
      { kind: 'claimed', isRefundDue: false },
      { kind: 'captured', refundLines: { pen: 1 } },
    ]);
    expect(codeOf(closeCapture(world.context(), 'pay-1', 'x'))).toBe('nothing_to_do');
  });

  it('leave the last claim of very many for all that is left', () => {
    const world = paidWorld();
    const item = world.item() ?? expect.fail('no item');
    const claims = Array.from({ length: MAX_CLAIMS - 1 }, (_, index) => `c${index}`);
    const context = { ...world.context(), read: { ...item, state: { ...item.state, claims } } };

    expect(codeOf(claimPieces(context, { claimId: 'x', purpose: 'ship', lines: { pen: 1 } }))).toBe(
      'too_many_claims',
    );
    expect(codeOf(claimPieces(context, { claimId: 'x', purpose: 'ship', lines: 'rest' }))).toBe('accepted');
  });
});

describe('the log of decisions', () => {
  it('schedule 22: a capture that began is never unknown to a rebuilt table', () => {
    const world = new OrderWorld();
    name(world, 0);
    world.log();
    pay(world, 'pay-1');
    world.publish();
    expect(world.capture()).toBe(false);
    world.loseTable(false);

    expect(world.item()?.state).toMatchObject({ phase: 'open', named: { eventId: copyOf(0).eventId } });
    expect(world.capture()).toBe(false);
  });

  it('schedule 22: what a lost table decided and a new one overruled allows nothing', () => {
    const world = new OrderWorld();
    name(world, 0);
    world.log();
    pay(world, 'pay-1');
    world.publish();
    world.loseTable(false);
    world.write(expireOrder(world.context(), 'sweep'));
    world.log();
    const effecting =
      world.records().find(({ decision }) => decision.kind === 'effecting') ?? expect.fail('no event');

    expect(capturePermit(world.item(), effecting)).toBe('not_yet');
    expect(world.item()?.lineage).toEqual([{ generation: 1, through: 1 }]);
  });

  it('schedule 8: a cancellation that is only requested does not stop a shipment, and one that won stops it', () => {
    const world = paidWorld();
    claim(world, 'ship', 's1', { pen: 1 });
    world.log();
    const ship = world.records().at(-1) ?? expect.fail('no event');
    world.write(cancelOrder(world.context(), 'cancel-1'));

    expect(shippingPermit(world.item(), ship, 's1')).toBe('apply');
    expect(claim(world, 'ship', 's2', { pen: 1 })).toBe('already_ended');
    expect(shippingPermit(world.item(), ship, 's2')).toBe('not_yet');
  });

  it('refuses decisions while 16 wait for their events, and goes on afterwards', () => {
    const world = paidWorld();
    for (let index = 0; index < MAX_PENDING; index += 1) pay(world, `late-${index}`);

    expect(pay(world, 'late-16')).toBe('pending_full');
    expect(world.drop()).toBe(false);
    world.log();
    expect(pay(world, 'late-16')).toBe('accepted');
  });

  it('recognises a write whose answer was lost, and one that never arrived', () => {
    const world = new OrderWorld();
    const context = world.context();
    world.write(nameCopy(context, candidateOf(copyOf(0)), START_MS));

    expect(recognise(world.item(), 0, context.attempt.attemptId)).toBe('written');
    expect(recognise(world.item(), 1, 'other')).toBe('not_written');
    expect(recognise(world.item(), 0, 'other')).toBe('overtaken');
    expect(recognise(undefined, 0, 'other')).toBe('not_written');
  });

  it('refuses a writer that knows another generation of the table', () => {
    const world = paidWorld();
    const context = { ...world.context(), attempt: { attemptId: 'x', generation: 2 } };

    expect(codeOf(cancelOrder(context, 'cancel-1'))).toBe('other_generation');
  });
});

describe('the sweep', () => {
  const swept = (world: OrderWorld, eventDeadlineAtMs: number, nowMs: number) =>
    sweepOrder(world.context(), { eventDeadlineAtMs, nowMs });

  it('ends an order that was never named when its own deadline passes, and not before', () => {
    const [world, deadlineAtMs] = [new OrderWorld(), START_MS + WAITING_MS];

    expect(codeOf(swept(world, deadlineAtMs, deadlineAtMs - 1))).toBe('nothing_to_do');
    world.write(swept(world, deadlineAtMs, deadlineAtMs));
    world.log();
    expect(world.item()?.state).toMatchObject({ phase: 'ended', endReason: 'expired' });
    expect(COPIES.map((_, index) => returnsOf(world, index).length)).toEqual([1, 1, 1]);
    expect(name(world, 0)).toBe('already_ended');
    expect(codeOf(swept(world, deadlineAtMs, deadlineAtMs + 1))).toBe('nothing_to_do');
  });

  it('closes a capture without an outcome, and cancels what nobody shipped', () => {
    const unpaid = new OrderWorld();
    name(unpaid, 0);
    expect(codeOf(swept(unpaid, 0, START_MS + UNPAID_MS - 1))).toBe('nothing_to_do');
    pay(unpaid, 'pay-1');
    expect(codeOf(swept(unpaid, 0, START_MS + CAPTURE_MS - 1))).toBe('nothing_to_do');
    unpaid.write(swept(unpaid, 0, START_MS + CAPTURE_MS));
    expect(unpaid.item()?.state).toMatchObject({ phase: 'ended', endReason: 'capture_declined' });

    const paid = paidWorld();
    expect(codeOf(swept(paid, 0, START_MS + FULFIL_MS - 1))).toBe('nothing_to_do');
    paid.write(swept(paid, 0, START_MS + FULFIL_MS));
    expect(paid.item()?.pending.at(-1)?.decision).toMatchObject({
      kind: 'claimed',
      purpose: 'cancel',
      isRefundDue: true,
    });
  });
});

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

describe('an effect', () => {
  const LEASE_OVER_MS = EFFECT_LEASE_MS + EFFECT_SKEW_MS;
  const byA = { owner: CLAIM.owner, fence: 1 };

  it('schedule 29: an owner that hangs is replaced after its lease, and its late result is refused', () => {
    const first = claimed(effectAt(undefined), CLAIM);
    expect(codeOf(claimEffect(effectAt(first, LEASE_OVER_MS - 1), CLAIM_OF_B))).toBe('other_owner');
    const step = claimEffect(effectAt(first, LEASE_OVER_MS), CLAIM_OF_B);
    const second = claimed(effectAt(first, LEASE_OVER_MS), CLAIM_OF_B);

    expect(step).toMatchObject({ value: { begin: 'probe', fence: 2 } });
    expect(codeOf(finishEffect(effectAt(second), byA, { kind: 'done', result: 'ok' }))).toBe('fence_lost');
    expect(codeOf(renewEffect(effectAt(second), byA))).toBe('fence_lost');
  });

  it('is taken over at once when its owner was fenced since, if the provider recognises keys', () => {
    const first = claimed(effectAt(undefined), CLAIM);
    const unaware = { ...CLAIM_OF_B.provider, recognisesKeys: false };

    expect(codeOf(claimEffect(effectAt(first, 1), { ...CLAIM_OF_B, ownersPresentEpoch: 2 }))).toBe(
      'accepted',
    );
    expect(
      codeOf(claimEffect(effectAt(first, 1), { ...CLAIM_OF_B, ownersPresentEpoch: 2, provider: unaware })),
    ).toBe('other_owner');
  });

  it('is not claimed without a secured decision, or by a fenced Region', () => {
    const first = claimed(effectAt(undefined), { ...CLAIM, epoch: 2 });

    expect(codeOf(claimEffect(effectAt(undefined), { ...CLAIM, permission: 'not_yet' }))).toBe(
      'not_allowed_yet',
    );
    expect(codeOf(claimEffect(effectAt(undefined), { ...CLAIM, permission: 'withdrawn' }))).toBe('withdrawn');
    expect(codeOf(claimEffect(effectAt(undefined), { ...CLAIM, isFenced: true }))).toBe('claimer_fenced');
    expect(codeOf(claimEffect(effectAt(first, LEASE_OVER_MS), CLAIM))).toBe('claimer_fenced');
  });

  it('keeps its lease while it is renewed, and goes to nobody when its owner reports not now', () => {
    const renewed = next(renewEffect(effectAt(claimed(effectAt(undefined), CLAIM), 60_000), byA));
    const idle = next(finishEffect(effectAt(renewed, 60_000), byA, { kind: 'not_now' }));

    expect(renewed.state.leaseExpiresAtMs).toBe(START_MS + 60_000 + EFFECT_LEASE_MS);
    expect(idle.state).toMatchObject({ status: 'idle', isInDoubt: false, claims: 0 });
    expect(claimEffect(effectAt(idle, 60_001), CLAIM_OF_B)).toMatchObject({ value: { begin: 'apply' } });
    expect(codeOf(finishEffect(effectAt(idle), byA, { kind: 'not_now' }))).toBe('finished');
  });

  it('waits for a person when the provider cannot tell, and after too many claims without a report', () => {
    const blind = { recognisesKeys: false, canBeAsked: false };
    const first = claimed(effectAt(undefined), CLAIM);
    const unknown = claimed(effectAt(first, LEASE_OVER_MS), { ...CLAIM_OF_B, provider: blind });
    const many = { ...first, state: { ...first.state, claims: MAX_EFFECT_CLAIMS } };

    expect(unknown.state).toMatchObject({
      status: 'person_needed',
      outcome: 'it may be carried out, and the provider cannot tell',
    });
    expect(codeOf(claimEffect(effectAt(unknown, LEASE_OVER_MS), CLAIM))).toBe('person_needed');
    expect(claimed(effectAt(many, LEASE_OVER_MS), CLAIM_OF_B).state.status).toBe('person_needed');
    expect(claimed(effectAt(first, 25 * 3_600_000), CLAIM_OF_B).state.status).toBe('person_needed');
    const done = next(decideEffect(effectAt(unknown, 2 * LEASE_OVER_MS), { kind: 'done', result: 'seen' }));
    expect(codeOf(decideEffect(effectAt(done), { kind: 'done', result: 'seen' }))).toBe('nothing_to_do');
    expect(codeOf(claimEffect(effectAt(done, LEASE_OVER_MS), CLAIM))).toBe('finished');
  });

  it('begins in doubt in a rebuilt table unless its outcome is in the log', () => {
    const done = { generation: 1, number: 1, decision: { kind: 'done', fence: 1, result: 'ok' } } as const;
    const released = { kind: 'released_by_person', fence: 1, personId: 'ada', atMs: START_MS } as const;
    const idle = { generation: 1, number: 1, decision: released };

    expect(rebuiltEffect(EFFECT_KEY, 2, [done])?.next.state).toMatchObject({ status: 'done', outcome: 'ok' });
    expect(rebuiltEffect(EFFECT_KEY, 2, [idle])).toBeUndefined();
    expect(claimEffect(effectAt(undefined, 0, 2), CLAIM)).toMatchObject({ value: { begin: 'probe' } });
  });
});
