import { describe, expect, it } from 'vitest';
import { claimEmail } from '../../../../lambdas/regions/agreements/email.ts';
import { decidedContent, type DecidedContent } from '../../../../lambdas/regions/agreements/decided.ts';
import { nameDeposit } from '../../../../lambdas/regions/agreements/deposit.ts';
import {
  evolveOrder,
  type OrderDecision,
  UNDECIDED_ORDER,
} from '../../../../lambdas/regions/agreements/order-state.ts';
import type { OrderItem } from '../../../../lambdas/regions/agreements/order-steps.ts';
import type { AgreementItem } from '../../../../lambdas/regions/agreements/item.ts';
import {
  duplicateVerdict,
  purchaseKeyOf,
  recordPurchase,
} from '../../../../lambdas/regions/agreements/purchase.ts';
import { foldAccount } from '../../../../lambdas/regions/account/account-fold.ts';
import { planDecided } from '../../../../lambdas/regions/commands/decided-commands.ts';
import {
  planAllocate,
  planReturn,
  planShortageCancel,
  returnsToMake,
} from '../../../../lambdas/regions/commands/spender-commands.ts';
import { linesHashOf } from '../../../../lambdas/regions/order/order-id.ts';
import { emptyHead } from '../../../../lambdas/regions/rights/region-item.ts';
import { foldStock } from '../../../../lambdas/regions/stock/stock-fold.ts';
import type { JsonValue, LogEvent } from '../../../../lambdas/regions/log/event.ts';
import { eventOf } from '../folds/history.ts';
import {
  asJson,
  at,
  claimed,
  closedA,
  decided,
  effecting,
  ended,
  naming,
  placed,
  waiting,
} from '../order/order-lab.ts';
import { foldOrder } from '../../../../lambdas/regions/order/order-fold.ts';
import { acceptedEvents, NOW_MS, orderOf, planOf, refusalOf, slot } from './command-lab.ts';

const spender = { origin: 'a.1', nowMs: NOW_MS };

/** The agreement after some decisions; the last `unsecured` of them are not secured yet. */
const itemAfter = (decisions: readonly OrderDecision[], unsecured = 0): OrderItem => ({
  key: 'order#o1',
  generation: 1,
  lineage: [],
  version: decisions.length,
  decided: decisions.length,
  attempts: [],
  state: { ...decisions.reduce(evolveOrder, UNDECIDED_ORDER), bodies: [] },
  pending: decisions
    .map((decision, index) => ({ generation: 1, number: index + 1, attemptId: 't', decision }))
    .slice(decisions.length - unsecured),
});

const slots = (available: number): ReadonlyMap<string, readonly ReturnType<typeof slot>[]> =>
  new Map([['sku#p-x', [slot('sku#p-x', available)]]]);

describe('an allocation', () => {
  const order = orderOf(waiting('a1', { x: 2 }));
  const allocation = { orderId: 'o1', placedId: 'a.1#1', spends: { 'sku#p-x': 2 } };

  it('spends all pieces in the transaction of its event, for 30 minutes, once per origin', () => {
    const plan = planOf(planAllocate(spender, order, allocation, slots(2), 0));

    expect(plan.spends).toMatchObject([{ key: 'rights#sku#p-x/0', add: { available: -2 } }]);
    expect(plan.drafts[0]?.content).toMatchObject({
      type: 'order.allocated',
      commandId: 'allocate:a.1#1@a.1',
      deadlineAtMs: NOW_MS + 30 * 60_000,
    });
  });

  it('is not made if the pieces were spent meanwhile', () => {
    expect(refusalOf(planAllocate(spender, order, allocation, slots(1), 0))).toMatchObject({
      code: 'nothing_to_do',
      field: 'spends',
    });
  });
});

describe('returned pieces', () => {
  const own = placed('a1', { x: 5 });
  const decisions: readonly OrderDecision[] = [
    naming(own, { x: 5 }),
    effecting(),
    claimed('k', 'cancel', { x: 3 }),
  ];
  const order = orderOf(own, ...decided(...decisions));
  const rights = new Map([
    ['sku#p-x', { head: emptyHead('sku#p-x', 'a.1', 1), slots: [slot('sku#p-x', 0)] }],
  ]);

  it("schedule 2: wait until the agreement's decisions are secured", () => {
    const unnamed = orderOf(own, placed('b1', { x: 5 }));

    expect(returnsToMake(spender, order, itemAfter(decisions)).map(({ returnId }) => returnId)).toEqual([
      'return:o1#3',
    ]);
    expect(returnsToMake(spender, order, itemAfter(decisions, 1))).toEqual([]);
    expect(returnsToMake(spender, unnamed, itemAfter([]))).toEqual([]);
  });

  it('are returned only by the Region that spent them', () => {
    expect(returnsToMake({ ...spender, origin: 'b.1' }, order, itemAfter(decisions))).toEqual([]);
  });

  it('are returned for a void copy when another one is named', () => {
    const other = placed('b1', { x: 5 });
    const named = [naming(other, { x: 5 })];

    expect(
      returnsToMake(spender, orderOf(own, other, ...decided(...named)), itemAfter(named)).map(
        ({ returnId }) => returnId,
      ),
    ).toEqual(['return:o1!a.1#1']);
  });

  it('are not returned again, and not for a closed origin', () => {
    const done = orderOf(
      own,
      ...decided(...decisions),
      at('a2', 'order.returned', { returnId: 'return:o1#3' }),
    );
    const closed = {
      orderId: 'o1',
      state: foldOrder('o1', [own, ...decided(...decisions)], closedA([1, 9])),
    };

    expect(returnsToMake(spender, done, itemAfter(decisions))).toEqual([]);
    expect(returnsToMake(spender, closed, itemAfter(decisions))).toEqual([]);
  });

  it('are released and recorded in one transaction, with a mark that prevents a repetition', () => {
    const [due] = order.state.returns;
    if (due === undefined) throw new Error('a return');
    const plan = planOf(planReturn(spender, order, due, rights, 0));

    expect(plan.releases).toMatchObject([
      { key: 'rights#sku#p-x!return:o1#3', condition: { kind: 'absent' } },
      { key: 'rights#sku#p-x/0', add: { available: 3, released: 3 } },
    ]);
    expect(plan.drafts[0]?.content).toMatchObject({
      type: 'order.returned',
      commandId: 'returned:return:o1#3',
    });
    expect(refusalOf(planReturn(spender, order, due, new Map(), 0))).toMatchObject({
      code: 'invalid',
      field: 'rights',
    });
  });
});

describe('a cancellation for a loss', () => {
  it('is requested for an unconfirmed order, once per origin', () => {
    expect(planOf(planShortageCancel(spender, orderOf(placed('a1')))).drafts[0]?.content).toMatchObject({
      type: 'order.cancel_requested',
      commandId: 'shortage:o1@a.1',
      payload: { reason: 'shortage' },
    });
  });

  it('is not requested for a confirmed or ended order', () => {
    const event = placed('a1');

    for (const decision of [naming(event), ended('expired')])
      expect(refusalOf(planShortageCancel(spender, orderOf(event, ...decided(decision))))).toMatchObject({
        code: 'nothing_to_do',
      });
  });
});

const attempt = { attemptId: 't', generation: 1 };

/** The event of the only decision of an item, as a Region writes it. */
function decidedEvent(item: AgreementItem<unknown, JsonValue>): LogEvent {
  const [pending] = item.pending;
  if (pending === undefined) throw new Error('a decision');
  const content: DecidedContent = decidedContent(item, pending);
  const [event] = acceptedEvents(planDecided(NOW_MS, { seen: { vector: {}, beyond: [] } }, content));
  if (event === undefined) throw new Error('an event');
  return event;
}

describe('decided events that agreements make and folds read', () => {
  it('name a deposit', () => {
    const deposit = eventOf({
      entity: 'stock#sku#1',
      at: 'a',
      seq: 1,
      type: 'stock.received',
      payload: { pieces: 4, reason: 'goods' },
    });
    const candidate = {
      eventId: deposit.id,
      origin: deposit.origin,
      direction: 'in',
      pieces: { 'sku#1': 4 },
    } as const;
    const named = nameDeposit('a1', undefined, { ...candidate, isSecured: true, closing: 'none' }, attempt);
    if (!named.ok) throw new Error('named');

    expect(foldStock('sku#1', [deposit, decidedEvent(named.value.next)])).toMatchObject({
      counted: { in: 4 },
      deposits: [{ standing: 'count' }],
      unread: {},
    });
  });

  it('give an address to an account', () => {
    const claim = eventOf({
      entity: 'account#u1',
      at: 'a',
      seq: 1,
      type: 'account.email_claimed',
      payload: { emailKey: 'email#abc', email: 'sealed' },
    });
    const owned = claimEmail(
      { addressHmac: 'abc', read: undefined, attempt },
      { accountId: 'u1', eventId: claim.id, isSecured: true },
    );
    if (!owned.ok) throw new Error('owned');
    const event = decidedEvent({
      ...owned.value.next,
      pending: owned.value.next.pending.map((one) => ({ ...one, decision: asJson(one.decision) })),
    });

    expect(foldAccount('u1', [claim, event])).toMatchObject({ email: { status: 'owned' }, unread: {} });
    expect(foldAccount('u2', [claim, event])).toMatchObject({ email: { status: 'taken' } });
  });
});

describe('the watch for duplicates', () => {
  it('schedule 20: holds the same lines of another cart two minutes later, at any time of day', () => {
    const lines = [{ sku: 'x', quantity: 2 }];
    const key = purchaseKeyOf('u1', linesHashOf(lines));
    const [noon, second] = [Date.UTC(2026, 10, 30, 11, 59), Date.UTC(2026, 10, 30, 12, 1)];
    const first = recordPurchase(
      { key, read: undefined, attempt },
      { orderId: 'o1', cartId: 'k1', placedAtMs: noon },
    );
    if (!first.ok) throw new Error('recorded');
    const next = recordPurchase(
      { key, read: first.value.next, attempt: { ...attempt, attemptId: 't2' } },
      { orderId: 'o2', cartId: 'k2', placedAtMs: second },
    );
    if (!next.ok) throw new Error('recorded');

    expect(duplicateVerdict(next.value.next, 'o1')).toBe('clear');
    expect(duplicateVerdict(next.value.next, 'o2')).toBe('held');
  });
});
