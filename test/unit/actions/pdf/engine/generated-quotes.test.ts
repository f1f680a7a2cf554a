/** Quotes of every size, script and currency. `QUOTEQ_PDF_RUNS` sets how many; the suite takes few, because each is rendered. */
import process from 'node:process';
import { fc, test } from '@fast-check/vitest';
import { afterAll, describe, expect } from 'vitest';
import { TYPESET_LIMITS } from '../../../../../lambdas/actions/pdf/contracts/typeset-message.ts';
import { CURRENCIES_BY_DIGITS } from '../../../../../lambdas/shared/contracts/currencies.ts';
import type { QuoteLine, QuoteSnapshot } from '../../../../../lambdas/shared/contracts/quote-snapshot.ts';
import { lettersOf, type ReadPage, readPdf, viewerTexts } from './read-pdf.ts';
import { ownRenderer } from './renderer.ts';
import { quoteLine, quoteSnapshot } from './snapshots.ts';

/** Time is not what this test is about, and it shares its processors. */
const { renderer, remove } = ownRenderer(undefined, { ...TYPESET_LIMITS, timeMs: 120_000 });
afterAll(remove);

const RUNS = Number(process.env['QUOTEQ_PDF_RUNS'] ?? 8);

const PAGE = { left: 48, right: 595.28 - 48, top: 841.89 - 40, bottom: 20 };
/** Baselines of content lie above, that of the footer below. Points from the lower edge. */
const FOOTER_TOP = 58;
/** A letter may reach over the edge of its own width by so much. */
const TOLERANCE_POINTS = 0.6;

const PLAIN_WORDS = ['pump', 'Łódź', 'Größe', 'насос', 'A-12/3', '1,234.50', '2026-03-27'] as const;
const LEFT_TO_RIGHT = [
  ...PLAIN_WORDS,
  ...'naïve Tiếng Việt Ελληνικά € ₾ → 😀 ปั๊มน้ำ हिन्दी বাংলা தமிழ் ポンプ 東京 한국어 软件 軟體'.split(' '),
  'x'.repeat(120),
];
/** With plain words only: in a line from right to left, viewers mix up hyphens, and marks and emoji of other scripts. */
const RIGHT_TO_LEFT = ['pump', 'Łódź', '15', 'משאבה', 'مضخة', 'للتجارة', 'پمپ', 'ہاؤس'] as const;

const sentence = (maxLength: number) =>
  fc
    .oneof(
      fc.array(fc.constantFrom(...LEFT_TO_RIGHT), { minLength: 1, maxLength }),
      fc.array(fc.constantFrom(...RIGHT_TO_LEFT), { minLength: 1, maxLength }),
    )
    .map((words) => words.join(' '));
const paragraphs = (lines: number, words: number) =>
  fc
    .array(fc.oneof({ weight: 5, arbitrary: sentence(words) }, { weight: 1, arbitrary: fc.constant('') }), {
      minLength: 1,
      maxLength: lines,
    })
    .map((texts) => texts.join('\n'));

const amount = fc.bigInt({ min: 0n, max: 10n ** 15n }).map(String);
const line = fc.record<Partial<QuoteLine>>({
  sku: sentence(1),
  description: paragraphs(4, 12),
  quantity: fc.integer({ min: 1, max: 1_000_000 }).map(String),
  unitPriceMinor: amount,
  totalMinor: amount,
});

/** Few lines that differ, repeated up to 500. */
const lines = fc
  .tuple(
    fc.array(line, { minLength: 1, maxLength: 8 }),
    fc.oneof(fc.integer({ min: 1, max: 60 }), fc.constantFrom(100, 500)),
  )
  .map(([kinds, count]) =>
    Array.from({ length: count }, (_, index) => quoteLine(index, kinds[index % kinds.length])),
  );

const quotes = fc.record<Partial<QuoteSnapshot>>({
  title: sentence(10),
  currency: fc.constantFrom(...Object.values(CURRENCIES_BY_DIGITS).flat()),
  customer: fc.record({ name: sentence(6), address: paragraphs(4, 6) }),
  seller: fc.record({ name: sentence(4), address: paragraphs(4, 6) }),
  lines,
  notes: paragraphs(60, 20),
});

const outside = (page: ReadPage) =>
  page.filter(
    ({ text, x, widthPoints, y }) =>
      text.trim() !== '' &&
      (x < PAGE.left - TOLERANCE_POINTS ||
        x + widthPoints > PAGE.right + TOLERANCE_POINTS ||
        y < PAGE.bottom ||
        y > PAGE.top),
  );
const content = (page: ReadPage): string =>
  lettersOf(
    page
      .filter(({ y }) => y > FOOTER_TOP)
      .map(({ text }) => text)
      .join(''),
  );
const HEADER = lettersOf('SKU Description Qty Unit price Discount Total');

const textsOf = (quote: QuoteSnapshot): readonly string[] => [
  quote.title,
  ...[quote.customer, quote.seller].flatMap(({ name, address = '' }) => [name, address]),
  quote.notes ?? '',
  ...quote.lines.slice(0, 8).map(({ description }) => description),
];
const wordsOf = (quote: QuoteSnapshot): ReadonlySet<string> =>
  new Set(
    textsOf(quote)
      .flatMap((text) => text.split(/\s+/))
      .map(lettersOf),
  );

describe('any quote', () => {
  test.prop([quotes], { numRuns: RUNS, endOnFailure: true })(
    'fills its pages within their margins, repeats the header and keeps every word',
    async (over) => {
      const quote = quoteSnapshot(over);

      const { pdf, boxCount, standard } = await renderer.render(quote);

      const pages = await readPdf(pdf);
      // Two viewers: one knows lines from right to left, the other does not turn what shares a line with them.
      const texts = [...(await viewerTexts(pdf)), ...pages.flat().map((piece) => piece.text)];
      const text = lettersOf(texts.join(''));
      const inTable = pages.findLastIndex((page) => content(page).includes('Total' + quote.currency));
      expect(boxCount).toBe(0);
      expect(standard).toBe('ua-1');
      expect(pages.flatMap(outside)).toStrictEqual([]);
      expect(pages.filter((page) => content(page) === '')).toStrictEqual([]);
      expect(pages.slice(1, inTable).filter((page) => !content(page).startsWith(HEADER))).toStrictEqual([]);
      expect([...wordsOf(quote)].filter((each) => !text.includes(each))).toStrictEqual([]);
    },
    RUNS * 30_000,
  );
});
