/** The fingerprint of each request. It never changes: a command that is sent again after a release must be recognised. */
import { describe, expect, it } from 'vitest';
import {
  planEmailClaim,
  planErasure,
  planFields,
} from '../../../../lambdas/regions/commands/account-commands.ts';
import {
  planAdd,
  planMerge,
  planRemove,
  planSet,
} from '../../../../lambdas/regions/commands/cart-commands.ts';
import { planCheckout } from '../../../../lambdas/regions/commands/checkout.ts';
import {
  planCancel,
  planClaim,
  planHold,
  planHoldAnswer,
  planPaymentReport,
} from '../../../../lambdas/regions/commands/order-commands.ts';
import type { CommandResult } from '../../../../lambdas/regions/commands/plan.ts';
import {
  planAllocate,
  planReturn,
  planShortageCancel,
} from '../../../../lambdas/regions/commands/spender-commands.ts';
import { planMissing, planReceived } from '../../../../lambdas/regions/commands/stock-commands.ts';
import { fingerprintOf } from '../../../../lambdas/regions/log/command.ts';
import { orderIdOf } from '../../../../lambdas/regions/order/order-id.ts';
import { foldStock } from '../../../../lambdas/regions/stock/stock-fold.ts';
import { at, placed, waiting } from '../order/order-lab.ts';
import { accountOf, cartOf, checkoutOf, envelope, NOW_MS, orderOf, planOf, slot } from './command-lab.ts';

const cart = cartOf({ x: 2 });
const line = { sku: 'x', quantity: 1 };
const stock = { resource: 'sku#1', state: foldStock('sku#1', []) };
const report = { paymentId: 'p1', status: 'captured', amountMinor: 5, currency: 'EUR' } as const;
const held = orderOf(placed('a1'), at('b1', 'order.held', { suspectOf: 'o0' }));
const spender = { origin: 'a.1', nowMs: NOW_MS };
const order = `order#${orderIdOf('k1', 1)}`;
const due = {
  returnId: 'return:o1#3',
  eventId: 'a.1#1',
  by: 'a.1',
  pieces: {},
  isByLedger: false,
  isDone: false,
};

/** Name, plan, the request that the fingerprint is made of, and the entities of the events. */
const ROWS: readonly (readonly [string, CommandResult, unknown, readonly string[]])[] = [
  ['add', planAdd(envelope(), cart, line), ['add', 'k1', line], ['cart#k1']],
  ['set', planSet(envelope(), cart, line), ['set', 'k1', line], ['cart#k1']],
  ['remove', planRemove(envelope(), cart, 'x'), ['remove', 'k1', 'x'], ['cart#k1']],
  [
    'merge',
    planMerge(envelope(), cart, cartOf({ y: 3 }, 'g1')),
    ['merge', 'k1', 'g1', 1],
    ['cart#k1', 'cart#g1'],
  ],
  [
    'checkout',
    planCheckout(envelope(), checkoutOf(cart, {})),
    ['checkout', 'k1', 1, 'u1', { x: 2 }, []],
    ['cart#k1', order],
  ],
  [
    'report payment',
    planPaymentReport(NOW_MS, orderOf(), report),
    ['payment', 'o1', { ...report }],
    ['order#o1'],
  ],
  ['cancel', planCancel(envelope(), orderOf(), 'customer'), ['cancel', 'o1', 'customer'], ['order#o1']],
  [
    'claim',
    planClaim(envelope(), orderOf(), { purpose: 'ship', lines: 'rest' }),
    ['claim', 'o1', { purpose: 'ship', lines: 'rest' }],
    ['order#o1'],
  ],
  ['hold', planHold(NOW_MS, orderOf(placed('a1')), 'o0'), ['hold', 'o1', 'o0'], ['order#o1']],
  [
    'answer hold',
    planHoldAnswer(envelope(), held, 'keep', 'u9'),
    ['hold answer', 'o1', { answer: 'keep', personId: 'u9' }],
    ['order#o1'],
  ],
  [
    'set fields',
    planFields(envelope(), accountOf(), { city: 'Rome' }),
    ['fields', 'u1', { city: 'Rome' }],
    ['account#u1'],
  ],
  [
    'claim e-mail',
    planEmailClaim(envelope(), accountOf(), 'email#h', 'sealed'),
    ['email', 'u1', 'email#h'],
    ['account#u1'],
  ],
  ['erase', planErasure(envelope(), accountOf()), ['erase', 'u1'], ['account#u1']],
  [
    'record deposit',
    planReceived(envelope(), stock, { pieces: 3, reason: 'goods' }),
    ['received', 'sku#1', { pieces: 3, reason: 'goods' }],
    ['stock#sku#1'],
  ],
  [
    'record loss',
    planMissing(envelope(), stock, { pieces: 3, reason: 'count' }),
    ['missing', 'sku#1', { pieces: 3, reason: 'count' }],
    ['stock#sku#1'],
  ],
  [
    'allocate',
    planAllocate(
      spender,
      orderOf(waiting('a1', { x: 2 })),
      { orderId: 'o1', placedId: 'a.1#1', spends: { 'sku#p-x': 2 } },
      new Map([['sku#p-x', [slot('sku#p-x', 2)]]]),
      0,
    ),
    ['allocate', 'o1', 'a.1#1'],
    ['order#o1'],
  ],
  ['cancel for shortage', planShortageCancel(spender, orderOf()), ['shortage', 'o1'], ['order#o1']],
  ['return', planReturn(spender, orderOf(), due, new Map(), 0), ['return', 'return:o1#3'], ['order#o1']],
];

describe('the plan of a command', () => {
  it.each(ROWS)('%s has its fingerprint and its entities', (_name, result, request, entities) => {
    const { drafts } = planOf(result);

    expect(drafts.map(({ content }) => content.entity)).toEqual(entities);
    expect(drafts.map(({ fingerprint }) => fingerprint)).toEqual(entities.map(() => fingerprintOf(request)));
  });

  it('has spends, releases and deadlines only where there are some', () => {
    const { drafts, spends, releases } = planOf(planAdd(envelope(), cart, line));

    expect([spends, releases]).toEqual([[], []]);
    expect(Object.keys(drafts[0]?.content ?? {})).not.toContain('deadlineAtMs');
  });

  it('of a checkout numbers the lines from 1 and has their prices', () => {
    const { drafts } = planOf(planCheckout(envelope(), checkoutOf(cartOf({ x: 2, y: 1 }), {})));

    expect(drafts[1]?.content.payload).toMatchObject({
      lines: [
        { line: 'l1', sku: 'x', quantity: 2, unitPriceMinor: 500 },
        { line: 'l2', sku: 'y', quantity: 1, unitPriceMinor: 500 },
      ],
    });
  });
});
