/** Steps on an agreement that does not exist, has ended, or belongs to somebody else. */
import { describe, expect, it } from 'vitest';
import {
  evolveClose,
  finishClosing,
  listHoldings,
  loseSurvivor,
} from '../../../../lambdas/regions/agreements/close.ts';
import {
  decideEffect,
  finishEffect,
  renewEffect,
} from '../../../../lambdas/regions/agreements/effect-report.ts';
import type { EffectItem, EffectState } from '../../../../lambdas/regions/agreements/effect-state.ts';
import { blankEmail, freeEmail } from '../../../../lambdas/regions/agreements/email.ts';
import { dropSecured } from '../../../../lambdas/regions/agreements/item.ts';
import {
  cancelOrder,
  closeCapture,
  expireOrder,
  nameCopy,
  recordCaptured,
} from '../../../../lambdas/regions/agreements/order-steps.ts';
import { codeOf, nextOf, present } from '../answers.ts';
import { name, paidWorld } from './order-story.ts';
import { candidateOf, COPIES, OrderWorld, START_MS } from './order-world.ts';

const attempt = { attemptId: 'x', generation: 1 };
const OWNER = { owner: 'eu-central-1.a1', fence: 4 };
const effectWith = (state: Partial<EffectState> = {}): EffectItem => ({
  key: 'effect#capture:o1',
  generation: 1,
  lineage: [],
  version: 1,
  decided: 0,
  attempts: [],
  pending: [],
  state: {
    status: 'running',
    owner: OWNER.owner,
    region: 'a',
    epoch: 1,
    fence: OWNER.fence,
    leaseExpiresAtMs: START_MS,
    claims: 1,
    sinceMs: START_MS,
    earlierLeaseMs: 0,
    isInDoubt: true,
    ...state,
  },
});
const effectAt = (read: EffectItem | undefined) => ({
  key: 'effect#capture:o1',
  read,
  attempt,
  nowMs: START_MS,
});

describe('an effect', () => {
  it('accepts reports of its present owner and fence only', () => {
    const renewed = (by: typeof OWNER) => codeOf(renewEffect(effectAt(effectWith()), by));

    expect(renewed(OWNER)).toBe('accepted');
    expect(renewed({ ...OWNER, fence: 3 })).toBe('fence_lost at fence');
    expect(renewed({ ...OWNER, owner: 'eu-west-1.b1' })).toBe('fence_lost at fence');
  });

  it('accepts no report and no answer of a person before it is claimed', () => {
    const done = { kind: 'done', result: 'ok' } as const;

    expect(codeOf(finishEffect(effectAt(undefined), OWNER, done))).toBe('fence_lost at fence');
    expect(codeOf(decideEffect(effectAt(undefined), done))).toBe('nothing_to_do at status');
  });

  it('is refused if a person says that it is', () => {
    const waiting = effectAt(effectWith({ status: 'person_needed' }));
    const outcome = { kind: 'refused', reason: 'declined', askedAtMs: START_MS } as const;
    const next = nextOf(decideEffect(waiting, outcome));

    expect(next.state).toMatchObject({ status: 'refused', outcome: 'declined' });
    expect(next.pending).toMatchObject([{ decision: { kind: 'refused', fence: 4, reason: 'declined' } }]);
  });
});

describe('an address', () => {
  it('that nobody owns is neither freed nor blanked', () => {
    const context = { addressHmac: 'h', read: undefined, attempt };

    expect(codeOf(freeEmail(context, 'u1', 'a.1#1'))).toBe('not_owner at accountId');
    expect(codeOf(blankEmail(context, 'u1'))).toBe('not_owner at accountId');
  });
});

describe('a closing', () => {
  it('that has not begun takes no list and cannot finish', () => {
    const context = { origin: 'a.1', read: undefined, attempt };
    const cut = { origin: 'a.1', kept: new Map(), lost: 0, bound: 'at_most' } as const;

    expect(codeOf(listHoldings(context, 'b.1', null))).toBe('not_closing at phase');
    expect(codeOf(loseSurvivor(context, 'b.1'))).toBe('not_closing at phase');
    expect(codeOf(finishClosing(context, cut))).toBe('not_closing at phase');
  });

  it('forgets the list of a survivor that is lost, and keeps the other lists', () => {
    const state = { phase: 'closing', survivors: ['b.1', 'c.1'], lists: { 'b.1': 1, 'c.1': 2 } } as const;

    expect(evolveClose(state, { kind: 'survivor_lost', survivor: 'b.1' })).toEqual({
      phase: 'closing',
      survivors: ['c.1'],
      lists: { 'c.1': 2 },
    });
  });
});

describe('an order', () => {
  it('is named once, and a recorded capture is recorded once', () => {
    const world = paidWorld();
    const candidate = candidateOf(present(COPIES[0]));

    expect(codeOf(nameCopy(world.context(), candidate, START_MS))).toBe('nothing_to_do at eventId');
    expect(codeOf(recordCaptured(world.context(), 'pay-1'))).toBe('nothing_to_do at paymentId');
    expect(codeOf(recordCaptured(new OrderWorld().context(), 'pay-1'))).toBe('not_effecting at phase');
    expect(codeOf(closeCapture(new OrderWorld().context(), 'pay-1', 'c'))).toBe('not_effecting at paymentId');
  });

  it('is cancelled before it is paid, and ends once', () => {
    const world = new OrderWorld();
    name(world, 0);
    world.write(cancelOrder(world.context(), 'cancel-1'));

    expect(world.item()?.state).toMatchObject({ phase: 'ended', endReason: 'cancelled' });
    expect(codeOf(expireOrder(world.context(), 'sweep'))).toBe('already_ended at phase');
    expect(codeOf(closeCapture(world.context(), 'pay-1', 'c'))).toBe('already_ended at phase');
  });

  it('drops a secured decision once, and only in its own generation', () => {
    const world = new OrderWorld();
    name(world, 0);
    const item = present(world.item());
    const dropped = (numbers: readonly number[], generation = 1): string =>
      codeOf(dropSecured(item, new Set(numbers), { attemptId: 'x', generation }));

    expect(dropped([1])).toBe('accepted');
    expect(dropped([])).toBe('nothing_to_do at pending');
    expect(dropped([1], 2)).toBe('other_generation at generation');
    expect(item.attempts).toHaveLength(1);
    expect(item.lineage).toEqual([]);
  });
});
