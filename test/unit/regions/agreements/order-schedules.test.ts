/** Schedules and publicly known cases about orders, step by step. */
import { describe, expect, it } from 'vitest';
import {
  cancelOrder,
  claimPieces,
  closeCapture,
  expireOrder,
  MAX_BODIES_BYTES,
  MAX_CLAIMS,
  nameCopy,
  recordCaptured,
} from '../../../../lambdas/regions/agreements/order-steps.ts';
import { candidateOf, OrderWorld, START_MS } from './order-world.ts';
import { codeOf, present } from '../answers.ts';
import { claim, copyOf, name, paidWorld, pay, returnsOf } from './order-story.ts';

describe('naming', () => {
  it('schedule 1: the named copy counts, and the other one returns its pieces only after the naming', () => {
    const world = new OrderWorld();
    expect(returnsOf(world, 0)).toEqual([]);
    name(world, 1);
    expect(returnsOf(world, 0)).toEqual([]);
    world.log();

    expect(name(world, 0)).toBe('named_other at eventId');
    expect(returnsOf(world, 0)).toEqual([
      { returnId: `return:o1!${copyOf(0).eventId}`, lines: copyOf(0).lines },
    ]);
    expect(returnsOf(world, 1)).toEqual([]);
  });

  it('schedule 3: an unsecured copy is not named, so a destroyed Region leaves no named copy', () => {
    const world = new OrderWorld();
    const ghost = nameCopy(world.context(), candidateOf(copyOf(0), { isSecured: false }), START_MS);

    expect(codeOf(ghost)).toBe('not_secured at eventId');
    expect(name(world, 1)).toBe('accepted');
  });

  it('schedule 23: a named allocation stays named when an earlier one arrives, and the earlier one returns its pieces', () => {
    const world = paidWorld();
    const late = copyOf(2);

    expect(codeOf(nameCopy(world.context(), candidateOf(late), START_MS))).toBe('named_other at eventId');
    expect(returnsOf(world, 2).map(({ lines }) => lines)).toEqual([late.lines]);
  });

  it('refuses copies that lack pieces, are held, late, of a closed incarnation or too large', () => {
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
      'not_spent at lines',
      'held at eventId',
      'deadline_passed at deadlineAtMs',
      'origin_closing at origin',
      'unbacked at eventId',
      'too_large at bodies',
      'accepted',
    ]);
  });

  it('keeps the bytes of the named event, so that any Region can restore it', () => {
    const world = new OrderWorld();
    world.write(nameCopy(world.context(), candidateOf(copyOf(0), { bodies: ['{"a":1}'] }), START_MS));

    expect(world.item()?.state.bodies).toEqual(['{"a":1}']);
    pay(world, 'pay-1');
    expect(world.item()?.state.bodies).toEqual(['{"a":1}']);
  });
});

describe('one winner', () => {
  it('schedule 2: of a concurrent capture and expiry, the one written first wins', () => {
    const world = new OrderWorld();
    name(world, 0);
    const stale = world.context();
    expect(pay(world, 'pay-1')).toBe('accepted');

    expect(world.write(expireOrder(stale, 'sweep'))).toBe(false);
    expect(codeOf(expireOrder(world.context(), 'sweep'))).toBe('already_effecting at phase');
    expect(returnsOf(world, 0)).toEqual([]);
  });

  it('case 4: a capture after an expiry is due for refund once, and the pieces are returned once', () => {
    const world = new OrderWorld();
    name(world, 0);
    world.write(expireOrder(world.context(), 'sweep'));
    world.log();

    expect(returnsOf(world, 0)).toEqual([{ returnId: 'return:o1#2', lines: copyOf(0).lines }]);
    expect(pay(world, 'pay-1')).toBe('accepted');
    expect(world.item()?.state).toMatchObject({ phase: 'ended', refundsDue: ['pay-1'] });
    expect(codeOf(recordCaptured(world.context(), 'pay-1'))).toBe('nothing_to_do at paymentId');
  });

  it('does not refund the counted payment on redelivery after the end', () => {
    const world = paidWorld();
    claim(world, 'ship', 's1', 'rest');

    expect(pay(world, 'pay-1')).toBe('nothing_to_do at paymentId');
    expect(world.item()?.state).toMatchObject({ phase: 'ended', refundsDue: [] });
  });

  it('counts one payment and refunds the others', () => {
    const world = new OrderWorld();
    expect(pay(world, 'pay-1')).toBe('not_named at phase');
    expect(codeOf(recordCaptured(world.context(), 'pay-1'))).toBe('not_effecting at phase');
    name(world, 0);
    pay(world, 'pay-1');

    expect(pay(world, 'pay-1')).toBe('nothing_to_do at paymentId');
    expect(pay(world, 'pay-2')).toBe('accepted');
    expect(world.item()?.state).toMatchObject({ capture: { paymentId: 'pay-1' }, refundsDue: ['pay-2'] });
    expect(codeOf(closeCapture(world.context(), 'pay-2', 'x'))).toBe('not_effecting at paymentId');
  });
});

describe('claims', () => {
  it('schedule 21: A ships the last 2 of 5 while B cancels the rest: only one of them succeeds', () => {
    const world = paidWorld();
    claim(world, 'ship', 's1', { pen: 3, ink: 2 });
    const stale = world.context();
    expect(claim(world, 'ship', 's2', { pen: 2 })).toBe('accepted');

    expect(world.write(claimPieces(stale, { claimId: 'c1', purpose: 'cancel', lines: 'rest' }))).toBe(false);
    expect(claim(world, 'cancel', 'c1', 'rest')).toBe('already_ended at phase');
    expect(world.item()?.state).toMatchObject({ phase: 'ended', endReason: 'fulfilled' });
  });

  it('schedule 21: a declined capture ends the order and returns the pieces', () => {
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
    expect(codeOf(closeCapture(world.context(), 'pay-1', 'x'))).toBe('already_ended at phase');
  });

  it('case 5: a cancellation after 5 of 5 shipped returns nothing; two cancellations in two Regions after 2 shipped return 3, once', () => {
    const all = paidWorld();
    claim(all, 'ship', 's1', 'rest');
    all.log();
    expect(codeOf(cancelOrder(all.context(), 'cancel-1'))).toBe('already_ended at phase');
    expect(returnsOf(all, 0)).toEqual([]);

    const part = paidWorld();
    claim(part, 'ship', 's1', { pen: 2, ink: 2 });
    part.write(cancelOrder(part.context(), 'cancel-1'));
    part.log();
    expect(codeOf(cancelOrder(part.context(), 'cancel-1'))).toBe('already_ended at phase');
    expect(returnsOf(part, 0)).toEqual([{ returnId: 'return:o1#5', lines: { pen: 3 } }]);
  });

  it('are recognised on redelivery, and refused with the number of pieces left', () => {
    const world = paidWorld();
    claim(world, 'cancel', 'c1', { pen: 2 });

    expect(claim(world, 'cancel', 'c1', { pen: 2 })).toBe('nothing_to_do at claimId');
    expect(claimPieces(world.context(), { claimId: 'c2', purpose: 'ship', lines: { pen: 4 } })).toMatchObject(
      {
        refusal: { code: 'over_claimed', field: 'pen', expected: '1 to 3' },
      },
    );
    expect(claim(world, 'ship', 'c3', { cap: 1 })).toBe('over_claimed at cap');
    expect(claim(world, 'ship', 'c4', { pen: 0.5 })).toBe('over_claimed at pen');
    expect(claim(world, 'ship', 'c5', {})).toBe('nothing_left at lines');
    expect(world.item()?.pending.at(-1)?.decision).toMatchObject({ kind: 'claimed', isRefundDue: true });
  });

  it('ship nothing before the capture; pieces cancelled before it are refunded', () => {
    const world = new OrderWorld();
    expect(claim(world, 'ship', 's0', 'rest')).toBe('not_effecting at phase');
    name(world, 0);
    pay(world, 'pay-1');
    expect(claim(world, 'ship', 's1', 'rest')).toBe('not_captured at capture');
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
    expect(codeOf(closeCapture(world.context(), 'pay-1', 'x'))).toBe('nothing_to_do at paymentId');
  });

  it('reserve the last of the maximum number of claims for all remaining pieces', () => {
    const world = paidWorld();
    const item = present(world.item());
    const claims = Array.from({ length: MAX_CLAIMS - 1 }, (_, index) => `c${index}`);
    const context = { ...world.context(), read: { ...item, state: { ...item.state, claims } } };

    expect(codeOf(claimPieces(context, { claimId: 'x', purpose: 'ship', lines: { pen: 1 } }))).toBe(
      'too_many_claims at lines',
    );
    expect(codeOf(claimPieces(context, { claimId: 'x', purpose: 'ship', lines: 'rest' }))).toBe('accepted');
  });
});
