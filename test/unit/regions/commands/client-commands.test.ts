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
import { type CommandResult, knownEvents } from '../../../../lambdas/regions/commands/plan.ts';
import { ACCEPTED, REFUSALS } from '../../../../lambdas/regions/commands/refusals.ts';
import { planMissing, planReceived } from '../../../../lambdas/regions/commands/stock-commands.ts';
import { CART_RULES } from '../../../../lambdas/regions/cart/cart-fold.ts';
import { absorbAll, nothingKept } from '../../../../lambdas/regions/folds/kept.ts';
import { foldStock } from '../../../../lambdas/regions/stock/stock-fold.ts';
import { at, claimed, decided, effecting, ended, naming, placed } from '../order/order-lab.ts';
import {
  accountOf,
  cartEvent,
  cartOf,
  checkoutOf,
  envelope,
  NOW_MS,
  orderOf,
  planOf,
  refusalOf,
} from './command-lab.ts';

const cart = cartOf({ x: 2 });
const full = cartOf(Object.fromEntries(Array.from({ length: 80 }, (_, index) => [`s${index}`, 1])));
const wide = cartOf(Object.fromEntries(Array.from({ length: 81 }, (_, index) => [`s${index}`, 1])));
const placing = placed('a1', { x: 5 });
const over = orderOf(placing, ...decided(ended('expired')));
const shipped = orderOf(
  placing,
  ...decided(naming(placing, { x: 5 }), effecting(), claimed('s', 'ship', { x: 3 })),
);
const erased = accountOf(at('a1', 'account.erased', {}, { entity: 'account#u1' }));
const checkout = checkoutOf(cart, { 'sku#x': 9 });
const longVouchers = Array.from({ length: 500 }, () => 'v'.repeat(200));

/** A call for each row of the table. */
const CALLS: Readonly<Record<string, () => CommandResult>> = {
  'add cart_full': () => planAdd(envelope(), full, { sku: 'new', quantity: 1 }),
  'set cart_full': () => planSet(envelope(), full, { sku: 'new', quantity: 1 }),
  'remove not_in_cart': () => planRemove(envelope(), cart, 'y'),
  'merge same_cart': () => planMerge(envelope(), cart, cart),
  'merge empty_cart': () => planMerge(envelope(), cart, cartOf({}, 'g1')),
  'checkout epoch_closed': () => planCheckout(envelope(), { ...checkout, epoch: 2 }),
  'checkout empty_cart': () => planCheckout(envelope(), checkoutOf(cartOf({}), {})),
  'checkout cart_changed': () => planCheckout(envelope(), { ...checkout, expected: {} }),
  'checkout price_missing': () => planCheckout(envelope(), { ...checkout, prices: new Map() }),
  'checkout too_many_items': () => planCheckout(envelope(), checkoutOf(wide, {})),
  'checkout too_large': () => planCheckout(envelope(), { ...checkout, vouchers: longVouchers }),
  'cancel already_ended': () => planCancel(envelope(), over, 'customer'),
  'claim already_ended': () => planClaim(envelope(), over, { purpose: 'ship', lines: 'rest' }),
  'claim over_claimed': () => planClaim(envelope(), shipped, { purpose: 'cancel', lines: { x: 3 } }),
  'answer hold not_held': () => planHoldAnswer(envelope(), orderOf(placing), 'keep', 'u9'),
  'set fields erased': () => planFields(envelope(), erased, { city: 'Rome' }),
  'set fields nothing_to_do': () => planFields(envelope(), accountOf(), {}),
  'claim e-mail erased': () => planEmailClaim(envelope(), erased, 'email#h', 'sealed'),
  'erase erased': () => planErasure(envelope(), erased),
};

const typesOf = (result: CommandResult): readonly string[] =>
  planOf(result).drafts.map(({ content }) => content.type);

const fingerprint = (result: CommandResult): unknown => planOf(result).drafts[0]?.fingerprint;

describe('refusals of commands', () => {
  it.each(REFUSALS)('$command: $code', ({ command, code, field }) => {
    const refusal = refusalOf(
      CALLS[`${command} ${code}`]?.() ?? planAdd(envelope(), cart, { sku: 'x', quantity: 1 }),
    );

    expect(refusal).toMatchObject({ code, ...(field.startsWith('<') ? {} : { field }) });
  });

  it('are in the table, each refusal once', () => {
    expect(REFUSALS.map(({ command, code }) => `${command} ${code}`).toSorted()).toEqual(
      Object.keys(CALLS).toSorted(),
    );
    expect(new Set(ACCEPTED.map(({ command, although }) => command + although)).size).toBe(ACCEPTED.length);
  });

  it('name the invalid field', () => {
    expect(refusalOf(planAdd(envelope(), cart, { sku: 'x', quantity: 0.5 }))).toMatchObject({
      code: 'invalid',
      field: 'payload.quantity',
    });
    expect(refusalOf(planAdd(envelope(''), cart, { sku: 'x', quantity: 1 }))).toMatchObject({
      code: 'command_id',
    });
  });
});

describe('commands that are accepted because another Region may know more', () => {
  it('add any quantity, regardless of stock', () => {
    expect(typesOf(planAdd(envelope(), cart, { sku: 'x', quantity: 1_000 }))).toEqual(['cart.item_added']);
    expect(typesOf(planAdd(envelope(), full, { sku: 's1', quantity: 1 }))).toEqual(['cart.item_added']);
    expect(typesOf(planSet(envelope(), full, { sku: 's1', quantity: 0 }))).toEqual(['cart.item_set']);
  });

  it('report, cancel and claim on an unknown order', () => {
    const report = { paymentId: 'p1', status: 'captured' as const, amountMinor: 5, currency: 'EUR' };

    expect(typesOf(planPaymentReport(NOW_MS, orderOf(), report))).toEqual(['order.payment_reported']);
    expect(typesOf(planPaymentReport(NOW_MS, over, report))).toEqual(['order.payment_reported']);
    expect(typesOf(planCancel(envelope(), orderOf(), 'customer'))).toEqual(['order.cancel_requested']);
    expect(typesOf(planClaim(envelope(), orderOf(), { purpose: 'ship', lines: { x: 9 } }))).toEqual([
      'order.claim_requested',
    ]);
    expect(typesOf(planClaim(envelope(), shipped, { purpose: 'cancel', lines: { x: 2 } }))).toEqual([
      'order.claim_requested',
    ]);
    expect(typesOf(planClaim(envelope(), shipped, { purpose: 'cancel', lines: 'rest' }))).toEqual([
      'order.claim_requested',
    ]);
  });

  it('write fields and claim addresses that others may write', () => {
    expect(typesOf(planFields(envelope(), accountOf(), { city: 'Rome' }))).toEqual(['account.fields_set']);
    expect(typesOf(planEmailClaim(envelope(), accountOf(), 'email#h', 'sealed'))).toEqual([
      'account.email_claimed',
    ]);
    expect(typesOf(planErasure(envelope(), accountOf()))).toEqual(['account.erased']);
  });

  it("record deposits and losses, regardless of this Region's stock", () => {
    const stock = { resource: 'sku#1', state: foldStock('sku#1', []) };

    expect(typesOf(planReceived(envelope(), stock, { pieces: 3, reason: 'goods' }))).toEqual([
      'stock.received',
    ]);
    expect(typesOf(planMissing(envelope(), stock, { pieces: 3, reason: 'count' }))).toEqual([
      'stock.missing',
    ]);
    expect(
      planOf(planMissing(envelope(), stock, { pieces: 3, reason: 'count' })).drafts[0]?.content.entity,
    ).toBe('stock#sku#1');
  });
});

describe('the events of a command', () => {
  it('carry the events that this Region had seen, and their latest time', () => {
    const [draft] = planOf(planRemove(envelope(), cart, 'x')).drafts;

    expect(draft).toMatchObject({
      content: { seen: { vector: { 'a.1': 1 }, beyond: [] }, payload: { sku: 'x' }, schemaVersion: 1 },
      seenHlc: { wallMs: 1_000, counter: 0 },
    });
    expect(planOf(planAdd(envelope(), cartOf({}), { sku: 'x', quantity: 1 })).drafts[0]).not.toHaveProperty(
      'seenHlc',
    );
  });

  it('name the keys of their ciphertext', () => {
    const keys = ['a.1#u1'];

    expect(
      planOf(planFields({ ...envelope(), keys }, accountOf(), { city: 's' })).drafts[0]?.content,
    ).toMatchObject({ keys });
    expect(
      planOf(planFields({ ...envelope(), keys: [] }, accountOf(), { city: 's' })).drafts[0]?.content,
    ).not.toHaveProperty('keys');
  });

  it('have a fingerprint of the request, so that an id cannot be used for another request', () => {
    const again = cartOf({ x: 2, z: 1 });

    expect(fingerprint(planRemove(envelope(), again, 'x'))).toBe(
      fingerprint(planRemove(envelope(), cart, 'x')),
    );
    expect(fingerprint(planRemove(envelope(), again, 'z'))).not.toBe(
      fingerprint(planRemove(envelope(), cart, 'x')),
    );
  });

  it('merge a guest’s cart with one event per cart', () => {
    const plan = planOf(planMerge(envelope(), cart, cartOf({ y: 3 }, 'g1')));

    expect(plan.drafts.map(({ content: { entity, payload } }) => [entity, payload])).toEqual([
      ['cart#k1', { guestCart: 'g1', guestEpoch: 1, lines: [{ sku: 'y', quantity: 3 }] }],
      ['cart#g1', { epoch: 1, into: 'k1' }],
    ]);
  });

  it('have one command id for a report, for any Region and any redelivery', () => {
    const report = { paymentId: 'p1', status: 'captured' as const, amountMinor: 5, currency: 'EUR' };

    expect(planOf(planPaymentReport(NOW_MS, orderOf(), report)).drafts[0]?.content.commandId).toBe(
      'payment:p1:captured',
    );
  });

  it('are found again when the command is sent again', () => {
    const event = cartEvent('b1', 'cart.item_added', { sku: 'x', quantity: 1 });
    const kept = absorbAll(CART_RULES, nothingKept(), [event]);

    expect(knownEvents('cart#k1', kept, 'b1')).toEqual([{ entity: 'cart#k1', id: 'b.1#1' }]);
    expect(knownEvents('cart#k1', kept, 'other')).toEqual([]);
  });
});

describe('a hold', () => {
  it('lasts 24 hours, and is one command in every Region', () => {
    expect(planOf(planHold(NOW_MS, orderOf(placing), 'o0')).drafts[0]?.content).toMatchObject({
      commandId: 'held:o1:o0',
      deadlineAtMs: NOW_MS + 24 * 3_600_000,
      payload: { suspectOf: 'o0' },
    });
  });

  it('is not written again, and not for an ended order', () => {
    const held = orderOf(placing, at('b1', 'order.held', { suspectOf: 'o0' }));

    expect(refusalOf(planHold(NOW_MS, held, 'o0'))).toMatchObject({ code: 'nothing_to_do' });
    expect(refusalOf(planHold(NOW_MS, over, 'o0'))).toMatchObject({ code: 'nothing_to_do' });
    expect(typesOf(planHoldAnswer(envelope(), held, 'keep', 'u9'))).toEqual(['order.hold_answered']);
  });
});
