import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import {
  CURRENCIES_FILE,
  LIST_ONE,
  parseListOne,
  renderCurrencies,
} from '../../../../tools/generate/currencies.ts';

const entry = (code: string, digits: string): string =>
  `<CcyNtry><CtryNm>LAND</CtryNm><CcyNm>Name</CcyNm><Ccy>${code}</Ccy><CcyNbr>001</CcyNbr><CcyMnrUnts>${digits}</CcyMnrUnts></CcyNtry>`;
const list = (...entries: readonly string[]): string =>
  `<?xml version="1.0"?><ISO_4217 Pblshd="2026-01-01"><CcyTbl>${entries.join('\r\n')}</CcyTbl></ISO_4217>`;

describe('the list of currencies', () => {
  it('equals the result of the generation from the list of ISO', async () => {
    expect(await readFile(CURRENCIES_FILE, 'utf8')).toBe(await renderCurrencies());
  });

  it('is the edition in which Bulgaria has the euro, with the digits of ISO', async () => {
    const { published, codesByDigits, withoutMinorUnits } = parseListOne(await readFile(LIST_ONE, 'utf8'));
    const sizes = [...codesByDigits].map(([digits, codes]) => [digits, codes.length]);

    expect(published).toBe('2026-01-01');
    expect(sizes).toEqual([
      [0, 17],
      [2, 139],
      [3, 7],
      [4, 2],
    ]);
    expect(withoutMinorUnits.join(' ')).toBe('XAG XAU XBA XBB XBC XBD XDR XPD XPT XSU XTS XUA XXX');
  });
});

describe('parseListOne', () => {
  it('reads each code once, with or without minor units, and skips countries without a currency', () => {
    const land = '<CcyNtry><CtryNm>ANTARCTICA</CtryNm><CcyNm>No universal currency</CcyNm></CcyNtry>';
    const parsed = parseListOne(
      list(entry('EUR', '2'), land, entry('JPY', '0'), entry('EUR', '2'), entry('XAU', 'N.A.')),
    );

    expect(parsed.codesByDigits).toEqual(
      new Map([
        [0, ['JPY']],
        [2, ['EUR']],
      ]),
    );
    expect(parsed.withoutMinorUnits).toEqual(['XAU']);
  });

  it.each([
    ['another root', '<html></html>', 'list: expected ISO_4217'],
    [
      'two minor units of one code',
      list(entry('EUR', '2'), entry('EUR', '3')),
      'EUR: expected one minor unit',
    ],
    ['a minor unit of another form', list(entry('EUR', 'two')), 'EUR: expected a digit or N.A., got "two"'],
    ['a code without minor units', list('<Ccy>EUR</Ccy>'), 'list: expected code, number and minor units'],
  ])('refuses %s', (_what, xml, message) => {
    expect(() => parseListOne(xml)).toThrow(message);
  });
});
