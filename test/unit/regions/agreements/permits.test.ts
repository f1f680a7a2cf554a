/** What the agreement about an order permits at the providers. */
import { describe, expect, it } from 'vitest';
import { claimEffect } from '../../../../lambdas/regions/agreements/effect-claim.ts';
import { type EffectItem, evolveEffect } from '../../../../lambdas/regions/agreements/effect-state.ts';
import { capturePermit, shippingPermit } from '../../../../lambdas/regions/agreements/order-permits.ts';
import { closeCapture, recordCaptured } from '../../../../lambdas/regions/agreements/order-steps.ts';
import { codeOf, present } from '../answers.ts';
import { claim, name, paidWorld, pay } from './order-story.ts';
import { OrderWorld, START_MS } from './order-world.ts';

/** An order whose payment may be captured, and the decision that says so. */
function dueWorld() {
  const world = new OrderWorld();
  name(world, 0);
  pay(world, 'pay-1');
  world.log();
  const effecting = present(world.records().find(({ decision }) => decision.kind === 'effecting'));
  return { world, effecting };
}

describe('capturePermit', () => {
  it('permits the capture while it is due', () => {
    const { world, effecting } = dueWorld();

    expect(capturePermit(world.item(), effecting)).toBe('apply');
    expect(capturePermit(undefined, effecting)).toBe('not_yet');
    expect(capturePermit(world.item(), { ...effecting, number: effecting.number + 1 })).toBe('not_yet');
  });

  it('withdraws the capture when it has an outcome, or when the order has ended', () => {
    const { world, effecting } = dueWorld();
    const closed = dueWorld();
    world.write(recordCaptured(world.context(), 'pay-1'));
    closed.world.write(closeCapture(closed.world.context(), 'pay-1', 'close-1'));

    expect(world.item()?.state).toMatchObject({ phase: 'effecting', capture: { status: 'captured' } });
    expect(capturePermit(world.item(), effecting)).toBe('withdrawn');
    expect(closed.world.item()?.state.phase).toBe('ended');
    expect(capturePermit(closed.world.item(), closed.effecting)).toBe('withdrawn');
  });
});

describe('shippingPermit', () => {
  it('permits what a secured claim ships, and nothing without an agreement', () => {
    const world = paidWorld();
    claim(world, 'ship', 's1', { pen: 1 });
    const waiting = { generation: 1, number: present(world.item()).decided };

    expect(shippingPermit(world.item(), waiting, 's1')).toBe('not_yet');
    world.log();
    expect(shippingPermit(world.item(), waiting, 's1')).toBe('apply');
    expect(shippingPermit(world.item(), waiting, 's2')).toBe('not_yet');
    expect(shippingPermit(undefined, waiting, 's1')).toBe('not_yet');
  });
});

describe('an effect in doubt', () => {
  const state = {
    status: 'running',
    owner: 'eu-west-1.b1',
    region: 'b',
    epoch: 1,
    fence: 4,
    leaseExpiresAtMs: START_MS,
    claims: 1,
    sinceMs: START_MS,
    earlierLeaseMs: 0,
    isInDoubt: true,
  } as const;
  const read: EffectItem = {
    key: 'effect#capture:o1',
    generation: 1,
    lineage: [],
    version: 1,
    decided: 0,
    attempts: [],
    pending: [],
    state,
  };
  const claimWith = (permission: 'apply' | 'withdrawn', recognisesKeys: boolean, canBeAsked: boolean) => {
    const step = claimEffect(
      { key: read.key, read, attempt: { attemptId: 'x', generation: 1 }, nowMs: START_MS + 3_600_000 },
      {
        owner: 'eu-central-1.a1',
        region: 'a',
        epoch: 1,
        isFenced: false,
        ownersPresentEpoch: 1,
        permission,
        provider: { recognisesKeys, canBeAsked },
      },
    );
    return step.ok ? step.value.begin : codeOf(step);
  };

  it.each([
    ['apply', true, true, 'probe'],
    ['apply', false, true, 'probe'],
    ['apply', true, false, 'apply'],
    ['apply', false, false, 'wait_for_person'],
    ['withdrawn', true, true, 'probe_only'],
    ['withdrawn', true, false, 'wait_for_person'],
    ['withdrawn', false, false, 'wait_for_person'],
  ] as const)(
    'with permission %s, keys recognised: %s, can be asked: %s begins with %s',
    (permission, recognisesKeys, canBeAsked, begin) => {
      expect(claimWith(permission, recognisesKeys, canBeAsked)).toBe(begin);
    },
  );

  it('keeps the largest fence and the outcome of its decision', () => {
    expect(evolveEffect(state, { kind: 'refused', fence: 3, reason: 'declined' })).toMatchObject({
      status: 'refused',
      fence: 4,
      outcome: 'declined',
    });
    expect(evolveEffect(state, { kind: 'done', fence: 5, result: 'ok' })).toMatchObject({
      status: 'done',
      fence: 5,
      outcome: 'ok',
    });
  });
});
