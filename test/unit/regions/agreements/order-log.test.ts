/** Decisions in the log, lost tables, and the sweep. */
import { describe, expect, it } from 'vitest';
import { MAX_PENDING, recognise } from '../../../../lambdas/regions/agreements/item.ts';
import { capturePermit, shippingPermit } from '../../../../lambdas/regions/agreements/order-permits.ts';
import { cancelOrder, expireOrder, nameCopy } from '../../../../lambdas/regions/agreements/order-steps.ts';
import {
  CAPTURE_MS,
  FULFIL_MS,
  HELD_MS,
  sweepOrder,
  UNPAID_MS,
  WAITING_MS,
} from '../../../../lambdas/regions/agreements/order-sweep.ts';
import { candidateOf, COPIES, OrderWorld, START_MS } from './order-world.ts';
import { codeOf, present } from '../answers.ts';
import { claim, copyOf, name, paidWorld, pay, returnsOf } from './order-story.ts';

describe('the log of decisions', () => {
  it('schedule 22: a rebuilt table always knows a capture that began', () => {
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

  it('schedule 22: a decision of a lost table that a new table overruled permits nothing', () => {
    const world = new OrderWorld();
    name(world, 0);
    world.log();
    pay(world, 'pay-1');
    world.publish();
    world.loseTable(false);
    world.write(expireOrder(world.context(), 'sweep'));
    world.log();
    const effecting = present(world.records().find(({ decision }) => decision.kind === 'effecting'));

    expect(capturePermit(world.item(), effecting)).toBe('not_yet');
    expect(world.item()?.lineage).toEqual([{ generation: 1, through: 1 }]);
  });

  it('permits no step from a decision that a rebuilt table took over before its event is secured again', () => {
    const world = paidWorld();
    claim(world, 'ship', 's1', { pen: 1 });
    world.publish();
    world.loseTable(true);

    expect(world.item()?.pending).toMatchObject([{ generation: 1, number: 4 }]);
    expect(world.ship()).toBe(false);
    world.log();
    expect(world.ship()).toBe(true);
    expect(world.item()?.pending).toEqual([]);
  });

  it('schedule 8: a requested cancellation does not stop a shipment, a decided one does', () => {
    const world = paidWorld();
    claim(world, 'ship', 's1', { pen: 1 });
    world.log();
    const ship = present(world.records().at(-1));
    world.write(cancelOrder(world.context(), 'cancel-1'));

    expect(shippingPermit(world.item(), ship, 's1')).toBe('apply');
    expect(claim(world, 'ship', 's2', { pen: 1 })).toBe('already_ended at phase');
    expect(shippingPermit(world.item(), ship, 's2')).toBe('not_yet');
  });

  it('refuses decisions while 16 wait for their events, and accepts them afterwards', () => {
    const world = paidWorld();
    for (let index = 0; index < MAX_PENDING; index += 1) pay(world, `late-${index}`);

    expect(pay(world, 'late-16')).toBe('pending_full at pending');
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

    expect(codeOf(cancelOrder(context, 'cancel-1'))).toBe('other_generation at generation');
  });
});

const swept = (world: OrderWorld, eventDeadlineAtMs: number, nowMs: number) =>
  sweepOrder(world.context(), { eventDeadlineAtMs, nowMs });

describe('the sweep', () => {
  it('ends an order that was never named exactly when its own deadline passes', () => {
    const [world, deadlineAtMs] = [new OrderWorld(), START_MS + WAITING_MS];

    expect(codeOf(swept(world, deadlineAtMs, deadlineAtMs - 1))).toBe('nothing_to_do at nowMs');
    world.write(swept(world, deadlineAtMs, deadlineAtMs));
    world.log();
    expect(world.item()?.state).toMatchObject({ phase: 'ended', endReason: 'expired' });
    expect(COPIES.map((_, index) => returnsOf(world, index).length)).toEqual([1, 1, 1]);
    expect(name(world, 0)).toBe('already_ended at phase');
    expect(codeOf(swept(world, deadlineAtMs, deadlineAtMs + 1))).toBe('nothing_to_do at phase');
  });

  it.each([UNPAID_MS, HELD_MS, WAITING_MS])('ends an order without a named copy after %i ms', (waitMs) => {
    const [world, deadlineAtMs] = [new OrderWorld(), START_MS + waitMs];

    expect(codeOf(swept(world, deadlineAtMs, deadlineAtMs - 1))).toBe('nothing_to_do at nowMs');
    expect(codeOf(swept(world, deadlineAtMs, deadlineAtMs))).toBe('accepted');
  });

  it('closes a capture without an outcome and cancels unshipped pieces', () => {
    const unpaid = new OrderWorld();
    name(unpaid, 0);
    expect(codeOf(swept(unpaid, 0, START_MS + UNPAID_MS - 1))).toBe('nothing_to_do at nowMs');
    pay(unpaid, 'pay-1');
    expect(codeOf(swept(unpaid, 0, START_MS + CAPTURE_MS - 1))).toBe('nothing_to_do at nowMs');
    unpaid.write(swept(unpaid, 0, START_MS + CAPTURE_MS));
    expect(unpaid.item()?.state).toMatchObject({ phase: 'ended', endReason: 'capture_declined' });

    const paid = paidWorld();
    expect(codeOf(swept(paid, 0, START_MS + FULFIL_MS - 1))).toBe('nothing_to_do at nowMs');
    paid.write(swept(paid, 0, START_MS + FULFIL_MS));
    expect(paid.item()?.pending.at(-1)?.decision).toMatchObject({
      kind: 'claimed',
      purpose: 'cancel',
      isRefundDue: true,
    });
  });
});
