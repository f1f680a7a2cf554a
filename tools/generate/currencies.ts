/**
 * Writes `lambdas/shared/contracts/currencies.ts` from "List One", the list of currencies in use that the maintenance agency of
 * ISO 4217 publishes. The stored file differs from the agency's only in its line ends. The PyPI package `iso4217` contains each
 * new edition (`iso4217/table.xml`).
 */
import { readFile, writeFile } from 'node:fs/promises';
import { format, resolveConfig } from 'prettier';

/** The agency's list, as published. */
export const LIST_ONE = new URL('iso-4217-list-one.xml', import.meta.url);
/** Path of the generated file. */
export const CURRENCIES_FILE = new URL('../../lambdas/shared/contracts/currencies.ts', import.meta.url);

/** An edition of the list. */
export interface CurrencyList {
  /** Date of the edition, `2026-01-01`. */
  readonly published: string;
  /** Number of digits after the decimal point → codes, in alphabetical order. */
  readonly codesByDigits: ReadonlyMap<number, readonly string[]>;
  /** Codes without minor units (precious metals, units of account, test codes), in alphabetical order. */
  readonly withoutMinorUnits: readonly string[];
}

const ENTRY = /<Ccy>([A-Z]{3})<\/Ccy>\s*<CcyNbr>\d{3}<\/CcyNbr>\s*<CcyMnrUnts>([^<]*)<\/CcyMnrUnts>/g;
const NOT_APPLICABLE = 'N.A.';

function digitsByCode(xml: string): ReadonlyMap<string, string> {
  const digits = new Map<string, string>();
  for (const [, code = '', given = ''] of xml.matchAll(ENTRY)) {
    if (!/^\d$/.test(given) && given !== NOT_APPLICABLE)
      throw new TypeError(`${code}: expected a digit or ${NOT_APPLICABLE}, got ${JSON.stringify(given)}`);
    if ((digits.get(code) ?? given) !== given) throw new TypeError(`${code}: expected one minor unit`);
    digits.set(code, given);
  }
  if (digits.size !== new Set(xml.match(/(?<=<Ccy>)[^<]*/g)).size)
    throw new TypeError('list: expected code, number and minor units in each entry with a code');
  return digits;
}

/** Reads the list. @throws {TypeError} that names the part with an unexpected form */
export function parseListOne(xml: string): CurrencyList {
  const published = /<ISO_4217 Pblshd="(\d{4}-\d\d-\d\d)">/.exec(xml)?.[1];
  if (published === undefined) throw new TypeError('list: expected ISO_4217 with the day of its publication');
  const digits = digitsByCode(xml);
  const { [NOT_APPLICABLE]: withoutMinorUnits = [], ...counted } = Object.groupBy(
    [...digits.keys()].toSorted(),
    (code) => digits.get(code) ?? NOT_APPLICABLE,
  );
  const codesByDigits = new Map(
    Object.entries(counted).map(([given, codes = []]) => [Number(given), codes] as const),
  );
  return { published, codesByDigits, withoutMinorUnits };
}

const renderList = ({ published, codesByDigits }: CurrencyList): string => `
/**
 * Currencies and funds of ISO 4217 in use, by their digits after the decimal point: those that have minor units. Generated with
 * \`npm run generate\` from the list of the maintenance agency, published on ${published}; a test fails when it is stale.
 */
export const CURRENCIES_BY_DIGITS = {
${[...codesByDigits.entries()]
  .toSorted(([a], [b]) => a - b)
  .map(([digits, codes]) => `${digits}: [${codes.map((code) => `'${code}'`).join(', ')}],`)
  .join('\n')}
} as const satisfies Readonly<Record<number, readonly string[]>>;
`;

/** The generated file's text. */
export async function renderCurrencies(): Promise<string> {
  const list = parseListOne(await readFile(LIST_ONE, 'utf8'));
  const options = await resolveConfig(CURRENCIES_FILE);
  return format(renderList(list), { ...options, parser: 'typescript' });
}

/** Writes the file. */
export const writeCurrencies = async (): Promise<void> =>
  writeFile(CURRENCIES_FILE, await renderCurrencies());
