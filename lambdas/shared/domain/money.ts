/**
 * Money for people. Amounts stay integers in minor units; no amount becomes a binary fraction. The currencies in use and their
 * digits come from ISO's list, because the CLDR data behind `Intl` has other digits for some (COP, IDR, HUF …), lacks some, and
 * differs between releases of Node.js.
 */
import { CURRENCIES_BY_DIGITS } from '../contracts/currencies.ts';

const DIGITS_BY_CURRENCY: ReadonlyMap<string, number> = new Map(
  Object.entries(CURRENCIES_BY_DIGITS).flatMap(([digits, currencies]) =>
    currencies.map((currency) => [currency, Number(digits)] as const),
  ),
);

/** Digits of currencies that are no longer in use: quotes that were accepted in one are still shown, printed and synced. */
const DIGITS_WHEN_UNLISTED = 2;

/** An exact decimal number as text, as `Intl.NumberFormat` takes it without loss. */
export type DecimalString = `${number}`;

/** Digits after the decimal point of a currency by ISO 4217, 0 to 4; 2 for a code that is not in its list. */
export const minorUnitDigits = (currency: string): number =>
  DIGITS_BY_CURRENCY.get(currency) ?? DIGITS_WHEN_UNLISTED;

const isDecimal = (text: string): text is DecimalString => /^-?\d+(\.\d+)?$/.test(text);

/**
 * An amount in major units, exact: `("123450", "EUR")` is `1234.50`.
 * @throws {RangeError} when `minor` is not an integer in decimal digits
 */
export function toDecimalString(minor: bigint | string, currency: string): DecimalString {
  const text = String(minor);
  if (!/^-?\d+$/.test(text)) throw new RangeError('minor: expected an integer in decimal digits');
  const sign = text.startsWith('-') ? '-' : '';
  const fractionDigits = minorUnitDigits(currency);
  const digits = text.slice(sign.length).padStart(fractionDigits + 1, '0');
  const whole = digits.slice(0, digits.length - fractionDigits);
  const decimal = fractionDigits === 0 ? sign + whole : `${sign}${whole}.${digits.slice(-fractionDigits)}`;
  if (!isDecimal(decimal)) throw new RangeError('minor: expected an integer in decimal digits');
  return decimal;
}

const formats = new Map<string, Intl.NumberFormat>();

function formatOf(currency: string): Intl.NumberFormat {
  const known = formats.get(currency);
  if (known !== undefined) return known;
  const digits = minorUnitDigits(currency);
  const format = new Intl.NumberFormat('en-US', {
    style: 'currency',
    currency,
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
  formats.set(currency, format);
  return format;
}

/**
 * An amount for people, in en-US style and exact at any size: `("123450", "EUR")` is `€1,234.50`.
 * @throws {RangeError} when `minor` is no integer in decimal digits, or `currency` not three letters.
 */
export const formatMoney = (minor: string, currency: string): string =>
  formatOf(currency).format(toDecimalString(minor, currency));
