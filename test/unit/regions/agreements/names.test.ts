/** Names and limits that other releases, tables and people rely on: they never change. */
import { describe, expect, it } from 'vitest';
import { closeKeyOf } from '../../../../lambdas/regions/agreements/close.ts';
import { contradictions, decidedContent, kindOfKey } from '../../../../lambdas/regions/agreements/decided.ts';
import { depositKeyOf } from '../../../../lambdas/regions/agreements/deposit.ts';
import { effectKeyOf } from '../../../../lambdas/regions/agreements/effect-state.ts';
import { emailKeyOf } from '../../../../lambdas/regions/agreements/email.ts';
import { failoverKeyOf } from '../../../../lambdas/regions/agreements/failover-state.ts';
import { orderKeyOf } from '../../../../lambdas/regions/agreements/order-steps.ts';
import {
  CAPTURE_MS,
  FULFIL_MS,
  HELD_MS,
  UNPAID_MS,
  WAITING_MS,
} from '../../../../lambdas/regions/agreements/order-sweep.ts';
import { purchaseKeyOf } from '../../../../lambdas/regions/agreements/purchase.ts';

describe('the key of an agreement', () => {
  it.each([
    [orderKeyOf('o1'), 'order#o1'],
    [effectKeyOf('capture', 'o1'), 'effect#capture:o1'],
    [depositKeyOf('received-1'), 'deposit#received-1'],
    [closeKeyOf('eu-central-1.a1'), 'close#eu-central-1.a1'],
    [emailKeyOf('f00d'), 'email#f00d'],
    [purchaseKeyOf('ada', 'f00d'), 'purchase#ada/f00d'],
    [failoverKeyOf('eu-central-1', 2), 'failover#eu-central-1/2'],
  ])('%s is %s', (key, expected) => {
    expect(key).toBe(expected);
  });

  it('begins with the kind of the agreement', () => {
    expect(kindOfKey('effect#capture:o1#2')).toBe('effect');
  });
});

describe('the deadlines of an order', () => {
  it('are 30 minutes, 24 hours, 7 days, 24 hours and 30 days', () => {
    expect([UNPAID_MS, HELD_MS, WAITING_MS, CAPTURE_MS, FULFIL_MS]).toEqual([
      1_800_000, 86_400_000, 604_800_000, 86_400_000, 2_592_000_000,
    ]);
  });
});

describe('the event of a decision', () => {
  const item = { key: 'order#o1', generation: 1 };
  const pending = { number: 3, attemptId: 'attempt-1', decision: { kind: 'named' } };

  it('has a type of its own for each kind of agreement', () => {
    expect(decidedContent(item, pending)).toEqual({
      commandId: 'decided:order#o1#3',
      type: 'order.decided',
      schemaVersion: 1,
      payload: { ...item, ...pending },
    });
  });

  it('raises an alarm if another content has the same command id', () => {
    const content = decidedContent(item, pending);
    const other = decidedContent(item, { ...pending, decision: { kind: 'ended' } });
    const next = decidedContent(item, { ...pending, number: 4 });

    expect(contradictions([content, content, next])).toEqual([]);
    expect(contradictions([content, next, other])).toEqual([content.commandId]);
  });
});
