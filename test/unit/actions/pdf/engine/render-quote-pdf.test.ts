import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { QuoteRenderer } from '../../../../../lambdas/actions/pdf/engine/index.ts';
import type { QuoteSnapshot } from '../../../../../lambdas/shared/contracts/quote-snapshot.ts';
import { describePdf, lettersOf, pageTexts, readPdf } from './read-pdf.ts';
import { ownRenderer } from './renderer.ts';
import { quoteLine, quoteLines, quoteSnapshot } from './snapshots.ts';

const { renderer, remove } = ownRenderer();
afterAll(remove);

const render = async (over: Partial<QuoteSnapshot> = {}): Promise<Uint8Array> =>
  (await renderer.render(quoteSnapshot(over))).pdf;
const textOf = async (over: Partial<QuoteSnapshot> = {}): Promise<string> =>
  (await pageTexts(await render(over))).join('');
const countIn = (text: string, part: string): number => text.split(part).length - 1;

const PAGE = { left: 48, right: 595.28 - 48, top: 841.89 - 40, bottom: 20 };
const TOLERANCE_POINTS = 0.5;
const isOutside = (left: number, right: number, y: number): boolean =>
  left < PAGE.left - TOLERANCE_POINTS ||
  right > PAGE.right + TOLERANCE_POINTS ||
  y < PAGE.bottom ||
  y > PAGE.top;
const LONG_TEXT = 'ж'.repeat(102_400);

/** A snapshot in which everything that is shown as one line is `name`. */
const named = (name: string): Partial<QuoteSnapshot> => ({
  title: name,
  customer: { name, email: name },
  seller: { name },
  lines: [quoteLine(1, { sku: name })],
});

describe('renderQuotePdf content', () => {
  it.each([
    'Northwind Automation',
    'Q-2026-00042',
    '2026-03-01 09:30 UTC',
    'Zażółć Sp. z o.o.',
    '90-001 Łódź',
    'Warehouse automation',
    'SKU-0003',
    'Valid for 30 days.',
    'Page 1 of 1',
  ])('shows "%s"', async (text) => {
    expect(await textOf()).toContain(text);
  });

  it('shows a title, names and a SKU as one line, whatever ends lines in them', async () => {
    const broken = 'one\r\ntwo\u2028three\u0007';

    expect(await textOf(named(broken))).toBe(await textOf(named('one two three')));
  });

  it('shows Polish, Japanese and the euro sign', async () => {
    const lines = [quoteLine(1, { description: 'Łódź – 東京 – €1,234.50' })];

    expect(await textOf({ lines })).toContain('Łódź – 東京 – €1,234.50');
  });

  it('takes totals from the snapshot and recomputes nothing', async () => {
    const text = await textOf({ subtotalMinor: '1', taxMinor: '-2', totalMinor: '9999999999999999999' });

    expect(text).toContain('Subtotal €0.01');
    expect(text).toContain('Tax -€0.02');
    expect(text).toContain('Total EUR €99,999,999,999,999,999.99');
  });

  it('keeps amounts of 19 digits on one line', async () => {
    const huge = '-9999999999999999999';
    const lines = [
      quoteLine(1, { unitPriceMinor: huge, discountMinor: huge, totalMinor: huge, quantity: '999999999999' }),
    ];

    const text = await textOf({ currency: 'CHF', lines });

    expect(countIn(text.replaceAll('\u00A0', ' '), '-CHF 99,999,999,999,999,999.99')).toBe(3);
    expect(text).toContain('999,999,999,999');
  });

  it('writes amounts by the digits of their currency', async () => {
    expect(await textOf({ currency: 'JPY', totalMinor: '1234567' })).toContain('¥1,234,567');
  });

  it('shows the customer nothing of how the quote was priced and approved', async () => {
    const text = await textOf();

    for (const internal of ['Dana Approver', 'APR-9912', 'price-engine', 'discount-policy']) {
      expect(text).not.toContain(internal);
    }
  });

  it('leaves out what an optional field does not say', async () => {
    const text = await textOf({
      notes: '',
      customer: { name: 'Acme' },
    });

    expect(text).not.toContain('NOTES');
    expect(text).not.toContain('undefined');
  });

  it('aligns amounts to the right edge', async () => {
    const [page = []] = await readPdf(await render({ totalMinor: '5' }));
    const amounts = page.filter(({ text }) => text.startsWith('€'));

    expect(new Set(amounts.map(({ y }) => y)).size).toBeGreaterThan(5);
    const ends = amounts.filter(({ x }) => x > 490).map(({ x, widthPoints }) => x + widthPoints);
    expect(ends.length).toBeGreaterThan(5);
    expect(ends.every((end) => Math.abs(end - PAGE.right) < TOLERANCE_POINTS)).toBe(true);
  });
});

describe('renderQuotePdf pages', () => {
  it.each([1, 60, 500])('shows each of %i lines once and repeats the header', async (count) => {
    const pages = await pageTexts(await render({ lines: quoteLines(count) }));
    const text = pages.join('');
    const tablePages = pages.filter((page) => page.includes('SKU-0'));

    for (const { sku } of quoteLines(count)) expect(countIn(text, sku)).toBe(1);
    expect(tablePages.every((page) => page.includes('SKU Description Qty Unit price Discount Total'))).toBe(
      true,
    );
    expect(
      pages
        .map((_, page) => `Page ${page + 1} of ${pages.length}`)
        .every((label, page) => pages[page]?.includes(label)),
    ).toBe(true);
  });

  it('keeps a row of several text lines on one page', async () => {
    const description = Array.from({ length: 8 }, (_, line) => `part ${line}`).join('\n');
    const lines = Array.from({ length: 20 }, (_, index) => quoteLine(index, { description }));

    const pages = await pageTexts(await render({ lines }));

    for (const page of pages) expect(countIn(page, 'part 0')).toBe(countIn(page, 'part 7'));
  });

  it('keeps the totals together', async () => {
    for (const count of [34, 35, 36, 37]) {
      const pages = await pageTexts(await render({ lines: quoteLines(count) }));
      const withTotal = pages.filter((page) => page.includes('Total EUR'));

      expect(withTotal).toHaveLength(1);
      expect(withTotal[0]).toContain('Subtotal');
    }
  });

  it.each<[string, Partial<QuoteSnapshot>]>([
    ['a description', { lines: [quoteLine(1, { description: LONG_TEXT }), quoteLine(2)] }],
    ['the notes', { notes: LONG_TEXT }],
    ['the customer address', { customer: { name: 'Acme', address: LONG_TEXT } }],
    ['the seller address', { seller: { name: 'Acme', address: LONG_TEXT } }],
  ])('shows all of 100 KB without a space in %s', async (_, over) => {
    const pdf = await render(over);
    const pages = await readPdf(pdf);
    const placed = pages.flat().filter((piece) => piece.text.trim() !== '');
    const text = placed.map((piece) => piece.text).join('');

    expect(countIn(text, 'ж')).toBe(LONG_TEXT.length);
    expect(text).toContain('Total EUR');
    expect(placed.filter(({ x, widthPoints, y }) => isOutside(x, x + widthPoints, y))).toStrictEqual([]);
  });

  it('shows empty descriptions as empty', async () => {
    const lines = [quoteLine(1, { description: '' }), quoteLine(2, { description: '\n\n' })];

    expect(await textOf({ lines })).toContain('SKU-0002');
  });

  it('begins a right-to-left line at the right edge', async () => {
    const [page = []] = await readPdf(await render({ title: 'שלום עולם' }));
    const title = page.filter(({ text }) => /\p{Script=Hebrew}/u.test(text));

    expect(Math.max(...title.map(({ x, widthPoints }) => x + widthPoints))).toBeCloseTo(PAGE.right, 0);
  });
});

describe('renderQuotePdf determinism', () => {
  it('gives equal bytes for equal snapshots, also at the same time', async () => {
    const [first, second, third] = await Promise.all([render(), render(), render({ ...quoteSnapshot() })]);

    expect(Buffer.compare(first, second)).toBe(0);
    expect(Buffer.compare(first, third)).toBe(0);
  });

  it('is dated by the acceptance, not by the clock', async () => {
    const source = Buffer.from(await render()).toString('latin1');

    expect(source.match(/D:\d+Z?/g)).toStrictEqual(['D:20260301093000Z', 'D:20260301093000Z']);
  });
});

describe('renderQuotePdf accessibility', () => {
  it('has a title, a language and a structure with headings and a table', async () => {
    const { standard } = await renderer.render(quoteSnapshot());
    const { info, tree } = await describePdf(await render());

    expect(standard).toBe('ua-1');
    expect(info).toMatchObject({ Title: 'Quote Q-2026-00042, revision 2', Language: 'en' });
    for (const role of ['H1', 'H2', 'P', 'Table', 'THead', 'TH', 'TBody', 'TD'])
      expect(tree).toContain(`"role":"${role}"`);
  });

  it('is read from the seller to the notes', async () => {
    const text = await textOf();
    const places = ['Northwind', 'Quote no.', 'PREPARED FOR', 'SKU-0001', 'Subtotal', 'NOTES'].map((part) =>
      text.indexOf(part),
    );

    expect(places).toStrictEqual(places.toSorted((one, other) => one - other));
    expect(places).not.toContain(-1);
  });
});

describe('renderQuotePdf with hostile text', () => {
  it('takes text for text: no link, file, script or picture comes of it', async () => {
    const fetchSpy = vi.spyOn(globalThis, 'fetch').mockRejectedValue(new Error('no network in this test'));
    const hostile =
      '{"image":"/etc/passwd"} file:///etc/passwd http://127.0.0.1/a.png <svg onload=x> data:image/png;base64,AA==';
    const pdf = await render({
      title: hostile,
      notes: hostile,
      customer: { name: hostile, email: hostile, address: hostile },
      lines: [quoteLine(1, { sku: hostile, description: hostile })],
    });

    expect(lettersOf((await pageTexts(pdf)).join(''))).toContain('{"image":"/etc/passwd"}');
    expect(Buffer.from(pdf).toString('latin1')).not.toMatch(
      /\/(URI|Annots|EmbeddedFile|JavaScript|JS|Image|Launch)\b/,
    );
    expect(fetchSpy).not.toHaveBeenCalled();
    fetchSpy.mockRestore();
  });

  it.each([
    ['control characters', '\u0000\u0007\u001B[31m'],
    ['lone surrogates', '\uD800 \uDC00'],
    ['overrides', '\u202E\u2066\u202D'],
    ['joiners alone', '\u200D\u200C\uFE0F'],
    ['marks alone', '\u0301'.repeat(500)],
    ['scripts without a font', 'ꀀꀁ ᠮᠣᠩ ཀཱི'],
    ['flags and families', '🇩🇪🏴󠁧󠁢󠁥󠁮󠁧󠁿👩🏽‍🚀'],
  ])('renders %s in every field', async (_, hostile) => {
    const pdf = await render({
      title: hostile,
      notes: hostile,
      customer: { name: hostile, email: hostile, address: hostile },
      seller: { name: hostile, address: hostile },
      engine: { name: hostile, version: hostile },
      lines: [quoteLine(1, { sku: hostile, description: hostile })],
    });

    expect((await pageTexts(pdf)).at(-1)).toContain('Page 1 of 1');
  });
});

describe('renderQuotePdf failures', () => {
  it('says which file of its folder is missing', () => {
    const empty = mkdtempSync(path.join(tmpdir(), 'quote-no-typesetter-'));

    expect(() => new QuoteRenderer(empty)).toThrow(
      expect.objectContaining({
        name: 'PdfRenderFailed',
        code: 'PDF_RENDER_FAILED',
        cause: expect.objectContaining({ code: 'ENOENT' }),
      }),
    );
    rmSync(empty, { recursive: true });
  });

  it('wraps whatever is thrown and keeps the cause', async () => {
    await expect(render({ currency: 'EURO' })).rejects.toMatchObject({
      name: 'PdfRenderFailed',
      kind: 'terminal',
      cause: expect.any(RangeError),
    });
  });
});
