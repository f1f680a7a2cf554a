import { fc, test } from '@fast-check/vitest';
import { afterAll, describe, expect, it } from 'vitest';
import path from 'node:path';
import { readdirSync } from 'node:fs';
import { FONT_FAMILIES } from '../../../../../lambdas/actions/pdf/contracts/font-files.ts';
import { fontOrder } from '../../../../../lambdas/actions/pdf/engine/font-order.ts';
import { GlyphCoverage } from '../../../../../lambdas/actions/pdf/engine/glyph-coverage.ts';
import { BOX, PrintableText } from '../../../../../lambdas/actions/pdf/engine/printable-text.ts';
import { ownRenderer } from './renderer.ts';
import { quoteSnapshot } from './snapshots.ts';

const { dir, renderer, remove } = ownRenderer();
afterAll(remove);

const PACKAGES = path.resolve(import.meta.dirname, '../../../../../node_modules');
const families = Object.values(FONT_FAMILIES);
const keys = Object.keys(FONT_FAMILIES);
const coverageOf = (weight: 0 | 1) =>
  new GlyphCoverage(families.map(({ packagePaths }) => path.join(PACKAGES, packagePaths[weight])));
const coverage = coverageOf(0);

const printed = (text: string): { readonly text: string; readonly boxes: number } => {
  const texts = new PrintableText(coverage);
  return { text: texts.of(text), boxes: texts.boxCount };
};

const SCRIPTS = [
  ['Latin', 'Zażółć gęślą jaźń, Łódź'],
  ['Vietnamese', 'Tiếng Việt ổ ữ'],
  ['Greek', 'Ελληνικά ά'],
  ['Cyrillic', 'Кириллица їґ'],
  ['Hebrew', 'בַּיִת שָׁלוֹם'],
  ['Arabic', 'لَكِنَّ الأمل'],
  ['Urdu', 'پانی کے پمپ ہاؤس ٹھیک ۔'],
  ['Persian', 'می\u200Cشود ۱۲۳'],
  ['Thai', 'ไทยที่ น้ำ'],
  ['Devanagari', 'हिन्दी क्षेत्र'],
  ['Bengali', 'বাংলা ক্ষ'],
  ['Tamil', 'தமிழ் கோ'],
  ['Japanese', '東京 カタカナ ひらがな、'],
  ['Korean', '한국어 펌프'],
  ['simplified Chinese', '软件 上海'],
  ['traditional Chinese', '軟體 臺灣'],
  ['emoji', '😀 👩🏽‍🚀 ❤\uFE0F'],
  ['currencies', '€ £ ¥ ₹ ₺ ₽ ₩ ₪ ₫ ₱ ₴ ₸ ₾ ₼ ₿ ৳ ฿ ﷼'],
  ['signs', '→ ≤ ± × √ Հայ ქართ'],
] as const;

describe('PrintableText', () => {
  it.each(SCRIPTS)('leaves %s as it is: %s', (_, text) => {
    expect(printed(text)).toStrictEqual({ text: text.normalize('NFC'), boxes: 0 });
  });

  it.each([
    ['ꀀꀁ', BOX.repeat(2), 2],
    ['a\u0000b\u001Bc', `a${BOX}b${BOX}c`, 2],
    ['a\uD800b\uDC00', `a${BOX}b${BOX}`, 2],
    ['\u202Eabc\u202C', `${BOX}abc${BOX}`, 2],
    ['\uFFFF', BOX, 1],
    ['ж\u0E34', `ж${BOX}`, 1],
  ])('shows and counts a box for each code point of %j that has no glyph', (text, shown, boxes) => {
    expect(printed(text)).toStrictEqual({ text: shown, boxes });
  });

  it('turns tabs into spaces and every line end into one', () => {
    expect(printed('a\tb\r\n\nc\u2028d').text).toBe('a    b\n\nc\nd');
  });

  test.prop([fc.string({ unit: 'binary', maxLength: 80 })])('leaves no grapheme without a font', (text) => {
    for (const { segment } of new Intl.Segmenter('en').segment(printed(text).text))
      expect(segment === '\n' || coverage.covers(segment)).toBe(true);
  });
});

describe('blank lines', () => {
  it('stay between paragraphs and are left out at the end', () => {
    expect(printed('\n  a\n\nb \n \n\n').text).toBe('\n  a\n\nb');
  });
});

describe('the bold weight', () => {
  it('has what the regular one has, in every script', () => {
    const bold = coverageOf(1);

    for (const [, text] of SCRIPTS)
      for (const { segment } of new Intl.Segmenter('en').segment(text.normalize('NFC')))
        expect([segment, bold.covers(segment)]).toStrictEqual([segment, true]);
  });
});

describe('what is covered', () => {
  test.prop([fc.array(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }), { maxLength: 4 })], {
    numRuns: 60,
  })('is set by the compiler in an accessible document', async (parts) => {
    const { standard } = await renderer.render(quoteSnapshot({ notes: parts.join(' ') }));

    expect(standard).toBe('ua-1');
  });
});

const firstOf = (text: string): string | undefined =>
  fontOrder(text, (family, letters) => coverage.fontCovers(keys.indexOf(family), letters)).find((name) =>
    /Japanese|Chinese|Korean/.test(name),
  );

describe('the order of fonts', () => {
  it.each([
    ['東京 と', 'Noto Sans Japanese'],
    ['上海软件', 'Noto Sans S Chinese'],
    ['嗰啲軟體', 'Noto Sans T Chinese'],
    ['漢字 한국', 'Noto Sans Korean'],
  ])('asks for the Han letters of %s in %s first', (text, family) => {
    expect(firstOf(text)).toBe(family);
  });

  it('names each family once', () => {
    const order = fontOrder('上海', () => true);

    expect(order.toSorted()).toStrictEqual(families.map(({ name }) => name).toSorted());
    expect(order[0]).toBe('Noto Sans');
  });

  it('has a file for each weight in the folder', () => {
    const files = readdirSync(path.join(dir, 'fonts'));

    expect(files.toSorted()).toStrictEqual(
      families.flatMap(({ packagePaths }) => packagePaths.map((file) => path.basename(file))).toSorted(),
    );
  });
});
