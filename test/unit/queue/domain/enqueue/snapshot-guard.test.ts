import { fc, test } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import {
  type QuoteSnapshot,
  quoteSnapshotSchema,
} from '../../../../../lambdas/shared/contracts/quote-snapshot.ts';
import {
  isCurrencyInUse,
  snapshotViolations,
} from '../../../../../lambdas/queue/domain/enqueue/snapshot-guard.ts';
import { ENGINE, lineOf, snapshotOf } from '../../../../helpers/builders.ts';

const violations = (snapshot: QuoteSnapshot, quoteId = 'Q-1001'): readonly string[] =>
  snapshotViolations(snapshot, quoteId, new Set([ENGINE])).map((violation) => violation.pointer);
const granted = snapshotOf().approval;
const { approvedBy: _by, ...withoutName } = granted;
const { approvedAt: _at, ...withoutTime } = granted;
const { reference: _reference, ...withoutReference } = granted;
const failedPolicy = { name: 'discount-policy', version: '7', outcome: 'fail' } as const;

describe('snapshotViolations', () => {
  it('finds no violation in a signed-off snapshot', () => {
    expect(quoteSnapshotSchema.safeParse(snapshotOf()).success).toBe(true);
    expect(violations(snapshotOf())).toEqual([]);
  });

  it.each<[rule: string, pointer: string, broken: Partial<QuoteSnapshot>]>([
    ['a currency out of use', '/currency', { currency: 'DEM' }],
    ['a currency that left this year', '/currency', { currency: 'BGN' }],
    ['gold', '/currency', { currency: 'XAU' }],
    ['an engine of another version', '/engine', { engine: { name: 'cpq-pricing', version: '4.2.1' } }],
    ['an engine of another name', '/engine', { engine: { name: 'llm-pricing', version: '4.2.0' } }],
    ['a subtotal that is not the sum', '/subtotalMinor', { subtotalMinor: '3501', totalMinor: '4306' }],
    ['a total without tax', '/totalMinor', { totalMinor: '3500' }],
    ['an approval still pending', '/approval/decision', { approval: { ...granted, decision: 'pending' } }],
    ['a rejected approval', '/approval/decision', { approval: { ...granted, decision: 'rejected' } }],
    [
      'a needed approval waved through',
      '/approval/decision',
      { approval: { ...granted, decision: 'not_required' } },
    ],
    ['an approval by nobody', '/approval/approvedBy', { approval: withoutName }],
    ['an approval at no time', '/approval/approvedAt', { approval: withoutTime }],
    ['an approval without reference', '/approval/reference', { approval: withoutReference }],
    [
      'a failed policy without approval',
      '/approval/decision',
      { policy: failedPolicy, approval: { required: false, decision: 'not_required' } },
    ],
    [
      'an approval that is not needed but rejected',
      '/approval/decision',
      { approval: { required: false, decision: 'rejected' } },
    ],
  ])('refuses %s and names only %s', (_rule, pointer, broken) => {
    expect(violations(snapshotOf(broken))).toEqual([`/payload/snapshot${pointer}`]);
  });
});

describe('identity, lines and approval', () => {
  it('refuses a snapshot of another quote', () => {
    expect(violations(snapshotOf(), 'Q-1002')).toEqual(['/payload/snapshot/quoteId']);
  });

  it('names each line that does not add up', () => {
    const lines = [lineOf(), lineOf({ totalMinor: '3499' }), lineOf({ quantity: '4', totalMinor: '3500' })];
    const snapshot = snapshotOf({ lines, subtotalMinor: '10499', totalMinor: '11304' });

    expect(violations(snapshot)).toEqual([
      '/payload/snapshot/lines/1/totalMinor',
      '/payload/snapshot/lines/2/totalMinor',
    ]);
  });

  it('accepts an approved failed policy, and a quote that needs no approval', () => {
    expect(violations(snapshotOf({ policy: failedPolicy }))).toEqual([]);
    expect(violations(snapshotOf({ approval: { required: false, decision: 'not_required' } }))).toEqual([]);
  });
});

describe('amounts', () => {
  it('distinguishes adjacent totals of 19 digits', () => {
    const big = '9223372036854775807';
    const line = lineOf({ quantity: '1', unitPriceMinor: big, discountMinor: '0', totalMinor: big });
    const exact = snapshotOf({ lines: [line], subtotalMinor: big, taxMinor: '0', totalMinor: big });

    expect(violations(exact)).toEqual([]);
    expect(violations({ ...exact, totalMinor: '9223372036854775806' })).toEqual([
      '/payload/snapshot/totalMinor',
    ]);
  });

  it('adds credit lines and negative tax', () => {
    const credit = lineOf({
      quantity: '2',
      unitPriceMinor: '-5000',
      discountMinor: '-1',
      totalMinor: '-9999',
    });
    const snapshot = snapshotOf({
      lines: [lineOf(), credit],
      subtotalMinor: '-6499',
      taxMinor: '-1495',
      totalMinor: '-7994',
    });

    expect(violations(snapshot)).toEqual([]);
  });

  const amount = fc.bigInt({ min: -(10n ** 15n), max: 10n ** 15n });
  const line = fc.record({ quantity: fc.bigInt({ min: 1n, max: 999n }), unit: amount, discount: amount });

  test.prop([
    fc.array(line, { minLength: 1, maxLength: 20 }),
    amount,
    fc.bigInt({ min: 1n, max: 10n ** 6n }),
  ])('accepts exactly the totals that add up', (parts, tax, off) => {
    const lines = parts.map(({ quantity, unit, discount }) =>
      lineOf({
        quantity: String(quantity),
        unitPriceMinor: String(unit),
        discountMinor: String(discount),
        totalMinor: String(quantity * unit - discount),
      }),
    );
    const subtotal = parts.reduce((sum, part) => sum + part.quantity * part.unit - part.discount, 0n);
    const totals = {
      subtotalMinor: String(subtotal),
      taxMinor: String(tax),
      totalMinor: String(subtotal + tax),
    };

    expect(violations(snapshotOf({ lines, ...totals }))).toEqual([]);
    expect(violations(snapshotOf({ lines, ...totals, totalMinor: String(subtotal + tax + off) }))).toEqual([
      '/payload/snapshot/totalMinor',
    ]);
  });
});

describe('isCurrencyInUse', () => {
  it.each(['EUR', 'JPY', 'CLF', 'UYW', 'VED', 'XAD', 'XCG', 'ZWG', 'SLE'])('accepts %s', (code) => {
    expect(isCurrencyInUse(code)).toBe(true);
  });

  it.each(['BOV', 'CHE', 'CHW', 'CLF', 'COU', 'MXV', 'USN', 'UYI', 'UYW'])('accepts the fund %s', (code) => {
    expect(isCurrencyInUse(code)).toBe(true);
  });

  it.each(['HRK', 'ANG', 'SLL', 'ZWL', 'CUC', 'BGN', 'DEM'])('refuses %s, which is out of use', (code) => {
    expect(isCurrencyInUse(code)).toBe(false);
  });

  it.each(['XAU', 'XAG', 'XDR', 'XSU', 'XUA', 'XBA', 'XTS', 'XXX'])(
    'refuses %s, which has no minor units',
    (code) => {
      expect(isCurrencyInUse(code)).toBe(false);
    },
  );

  it.each(['QQQ', 'EURO', 'eur', ''])('refuses "%s"', (code) => {
    expect(isCurrencyInUse(code)).toBe(false);
  });
});
