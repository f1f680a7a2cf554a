/** Quotes that once came out wrong. Each is a file of `test/fixtures/pdf-cases`. */
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import {
  type QuoteSnapshot,
  quoteSnapshotSchema,
} from '../../../../../lambdas/shared/contracts/quote-snapshot.ts';
import { lettersOf, pageTexts, readPdf, viewerTexts } from './read-pdf.ts';
import { ownRenderer, sourceOf } from './renderer.ts';

const { renderer, remove } = ownRenderer();
afterAll(remove);

const caseOf = (name: string): QuoteSnapshot =>
  quoteSnapshotSchema.parse(JSON.parse(sourceOf(path.join('test/fixtures/pdf-cases', `${name}.json`))));
const rendered = (name: string) => renderer.render(caseOf(name));
/** The letters of a text in any order: viewers disagree on where a mark over a letter belongs. */
const sortedLetters = (text: string): string =>
  Array.from(lettersOf(text).normalize('NFKD')).toSorted().join('');
const linesWith = (text: string, pattern: RegExp): string[] =>
  text.split(/\r?\n/).filter((line) => pattern.test(line));

describe('quotes of the field', () => {
  it.each([
    ['blank-last-page-22-lines', 1],
    ['blank-last-page-32-note-lines', 1],
  ])('%s needs %i page', async (name, count) => {
    const pages = await pageTexts((await rendered(name)).pdf);

    expect(pages).toHaveLength(count);
    expect(pages[0]).toContain('Page 1 of 1');
    expect(pages[0]).toContain('Total EUR');
  });

  it('has each point of Hebrew once and at its letter', async () => {
    const snapshot = caseOf('hebrew-vowel-points');
    const { pdf, boxCount } = await renderer.render(snapshot);

    const [name = ''] = linesWith((await viewerTexts(pdf)).join('\n'), /\p{Script=Hebrew}/u);

    expect(boxCount).toBe(0);
    expect(sortedLetters(name)).toBe(sortedLetters(snapshot.customer.name));
  });

  it('has every letter of Urdu, in words that a viewer finds', async () => {
    const snapshot = caseOf('urdu-letters-boxed');
    const { pdf, boxCount } = await renderer.render(snapshot);

    const text = lettersOf((await viewerTexts(pdf)).join(''));

    expect(boxCount).toBe(0);
    expect(text).toContain(lettersOf(snapshot.customer.name));
    expect(text).toContain(lettersOf('ایک پمپ ہے۔ قیمت 10 یورو'));
  });

  it('has Arabic words and numbers in the order of reading', async () => {
    const { pdf, boxCount } = await rendered('arabic-harakat-and-numbers');

    const text = lettersOf((await viewerTexts(pdf)).join(''));

    expect(boxCount).toBe(0);
    for (const part of ['شركة الأمل للتجارة', 'عرض سعر رقم 15', 'مضخة 1.5 كيلوواط'])
      expect(text).toContain(lettersOf(part));
    expect(text).toContain('2026-03-27');
  });

  it('keeps the indent of sub-items', async () => {
    const [page = []] = await readPdf((await rendered('indented-sub-items')).pdf);
    const leftOf = (part: string): number => {
      const piece = page.find(({ text }) => text.includes(part));
      return (piece?.x ?? Number.NaN) + (piece?.text.search(/\S/) ?? 0) * 2.3;
    };

    expect(leftOf('1 x motor')).toBeGreaterThan(leftOf('Pump set') + 5);
    expect(leftOf('- rotor')).toBeGreaterThan(leftOf('1 x motor') + 5);
    expect(leftOf('1 x frame')).toBeCloseTo(leftOf('1 x motor'), 0);
    expect(leftOf('end')).toBeCloseTo(leftOf('Pump set'), 0);
    expect(leftOf('i) net')).toBeGreaterThan(leftOf('a) 30 days') + 5);
  });

  it('shows a hyphen where a word is divided at a soft hyphen', async () => {
    const { pdf } = await rendered('soft-hyphen-break');
    const [page = []] = await readPdf(pdf);
    const hyphenated = page.filter(({ text }) => /[-\u00AD\u2010]$/.test(text));

    expect(hyphenated.length).toBeGreaterThan(0);
    expect(lettersOf((await pageTexts(pdf)).join('')).replaceAll(/[-\u2010]/g, '')).toContain(
      'Haftpflichtversicherungsgesellschaftsvertragsentwurf',
    );
  });

  it('shows the bullets of word processors and the signs of currencies', async () => {
    const { pdf, boxCount } = await rendered('word-bullets-and-currency-signs');

    const text = (await viewerTexts(pdf)).join('');

    expect(boxCount).toBe(0);
    for (const part of [
      '• motor',
      '▪ frame',
      '• cover',
      '100 ₾',
      '200 ₼',
      '0.1 ₿',
      '500 ৳',
      '300 ₦',
      '900 ₸',
      '12 ₺',
    ])
      expect(text).toContain(part);
  });
});
