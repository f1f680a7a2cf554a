import { fc, test } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { CURRENCIES_BY_DIGITS } from '../../../../lambdas/shared/contracts/currencies.ts';
import { formatMoney, minorUnitDigits, toDecimalString } from '../../../../lambdas/shared/domain/money.ts';

const currency = fc.constantFrom('EUR', 'USD', 'JPY', 'KWD', 'CLF', 'COP', 'HUF', 'CHF', 'XXX');
const minorAmount = fc.bigInt({ min: -(10n ** 19n) + 1n, max: 10n ** 19n - 1n });

/** Reads an amount by its sign and digits and ignores other characters. */
const minorFromText = (text: string): bigint => BigInt(text.replaceAll(/[^\d-]/g, ''));

describe('minorUnitDigits', () => {
  it.each([
    ['EUR', 2],
    ['JPY', 0],
    ['ISK', 0],
    ['KWD', 3],
    ['IQD', 3],
    ['CLF', 4],
    ['UYW', 4],
    ['HUF', 2],
    ['COP', 2],
    ['QQQ', 2],
  ])('gives %s its %i digits of ISO 4217', (code, digits) => {
    expect(minorUnitDigits(code)).toBe(digits);
  });
});

describe('toDecimalString', () => {
  it.each([
    ['123450', 'EUR', '1234.50'],
    ['-5', 'EUR', '-0.05'],
    ['0', 'EUR', '0.00'],
    ['7', 'JPY', '7'],
    ['1', 'KWD', '0.001'],
    [12345n, 'CLF', '1.2345'],
  ])('writes %s minor units of %s as %s', (minor, code, decimal) => {
    expect(toDecimalString(minor, code)).toBe(decimal);
  });

  it.each(['', '1.5', '1e3', ' 1', '+1', '--1', 'NaN', '١'])('refuses "%s" and names the field', (minor) => {
    expect(() => toDecimalString(minor, 'EUR')).toThrow('minor: expected an integer');
  });

  test.prop([minorAmount, currency])('keeps every digit', (minor, code) => {
    expect(BigInt(toDecimalString(minor, code).replace('.', ''))).toBe(minor);
  });

  test.prop([minorAmount, currency])('shows as many decimals as the currency has', (minor, code) => {
    const [, fraction = ''] = toDecimalString(minor, code).split('.');

    expect(fraction).toHaveLength(minorUnitDigits(code));
  });
});

describe('formatMoney', () => {
  it.each([
    ['123450', 'EUR', '€1,234.50'],
    ['-123450', 'EUR', '-€1,234.50'],
    ['1234567', 'JPY', '¥1,234,567'],
    ['1234567', 'KWD', 'KWD\u00A01,234.567'],
    ['100', 'HUF', 'HUF\u00A01.00'],
    ['12345', 'IDR', 'IDR\u00A0123.45'],
    ['9999999999999999999', 'USD', '$99,999,999,999,999,999.99'],
    ['-9999999999999999999', 'USD', '-$99,999,999,999,999,999.99'],
    ['123456', 'XAD', 'XAD\u00A01,234.56'],
    ['123456', 'UYW', 'UYW\u00A012.3456'],
    ['1234567', 'UYI', 'UYI\u00A01,234,567'],
    ['123456', 'BGN', 'BGN\u00A01,234.56'],
    ['123456', 'HRK', 'HRK\u00A01,234.56'],
  ])('writes %s minor units of %s as %s', (minor, code, text) => {
    expect(formatMoney(minor, code)).toBe(text);
  });

  it('refuses a currency that is not three letters', () => {
    expect(() => formatMoney('1', 'EURO')).toThrow(RangeError);
  });

  it('shows each currency in use with the digits of ISO, also if this Node.js does not know it', () => {
    const wrong = Object.entries(CURRENCIES_BY_DIGITS).flatMap(([digits, codes]) =>
      codes.filter((code) => {
        const text = formatMoney('-12345678', code);
        const fraction = /\.(\d+)$/.exec(text)?.[1] ?? '';
        return fraction.length !== Number(digits) || minorFromText(text) !== -12345678n;
      }),
    );

    expect(wrong).toEqual([]);
  });

  test.prop([minorAmount, currency])('can be read back without loss', (minor, code) => {
    expect(minorFromText(formatMoney(String(minor), code))).toBe(minor);
  });
});
