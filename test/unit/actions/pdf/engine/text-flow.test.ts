import { fc, test } from '@fast-check/vitest';
import { afterAll, describe, expect, it } from 'vitest';
import { FontSet } from '../../../../../lambdas/actions/pdf/engine/font-set.ts';
import {
  flowText,
  singleLinePoints,
  type TextLine,
} from '../../../../../lambdas/actions/pdf/engine/text-flow.ts';
import { makeFontsDir, removeFontsDir } from './fonts-dir.ts';

const fontsDir = makeFontsDir();
const fonts = new FontSet(fontsDir);
afterAll(() => removeFontsDir(fontsDir));

const STYLE = { sizePoints: 10, bold: false };
const BOX = '\uFFFD';

const flow = (text: string, widthPoints = 200): readonly TextLine[] =>
  flowText(fonts, text, STYLE, widthPoints);
const textOf = (line: TextLine | undefined): string => (line?.runs ?? []).map((run) => run.text).join('');
const textsOf = (text: string, widthPoints?: number): string[] => flow(text, widthPoints).map(textOf);
const runTexts = (text: string): string[] =>
  flow(text, 5_000).flatMap((line) => line.runs.map((run) => run.text));
const facesOf = (text: string): string[] =>
  flow(text, 5_000).flatMap((line) => line.runs.map((run) => run.font));

describe('flowText faces', () => {
  it.each([
    ['Łódź – 東京 – €1,234.50', ['text']],
    ['Ελληνικά Кириллица Tiếng Việt', ['text']],
    ['שלום', ['text']],
    ['مرحبا', ['symbols']],
    ['Հայերեն', ['symbols']],
    ['😀', ['emoji']],
    ['❤\uFE0F', ['emoji']],
    ['软件', ['han']],
  ])('shows "%s" in %j', (text, faces) => {
    expect(facesOf(text)).toStrictEqual(faces);
    expect(textsOf(text, 5_000).join('')).not.toContain(BOX);
  });

  it('takes all Han characters of a text from one face if one of them requires it', () => {
    expect(facesOf('上海软件')).toStrictEqual(['han']);
    expect(facesOf('上海')).toStrictEqual(['text']);
  });

  it('keeps a joined emoji together', () => {
    expect(runTexts('👨‍👩‍👧')).toStrictEqual(['👨‍👩‍👧']);
  });

  it('uses bold only for the text face', () => {
    const [line] = flowText(fonts, 'Ł😀', { sizePoints: 10, bold: true }, 200);

    expect(line?.runs.map((run) => run.font)).toStrictEqual(['textBold', 'emoji']);
  });
});

describe('flowText boxes', () => {
  it.each([
    ['한국어', BOX.repeat(3)],
    ['a\u0000b\u001Bc', `a${BOX}b${BOX}c`],
    ['a\uD800b\uDC00', `a${BOX}b${BOX}`],
    ['\u202Eabc\u202C', `${BOX}abc${BOX}`],
    ['\uFFFF', BOX],
  ])('shows a box for each code point of %j without a glyph', (text, shown) => {
    expect(textsOf(text, 5_000)).toStrictEqual([shown]);
  });

  it('shows a box for a mark without a glyph and keeps its letter', () => {
    expect(textsOf('x\u1DF5')).toStrictEqual([`x${BOX}`]);
  });
});

describe('flowText lines', () => {
  it('breaks lines where Unicode allows it and drops only the space there', () => {
    expect(textsOf('alpha beta gamma delta', 60)).toStrictEqual(['alpha beta', 'gamma', 'delta']);
  });

  it('breaks a word that is wider than the column between letters', () => {
    const lines = textsOf('x'.repeat(100), 60);

    expect(lines.join('')).toBe('x'.repeat(100));
    expect(lines.length).toBeGreaterThan(5);
  });

  it('never splits an emoji or an accented letter', () => {
    const graphemes = ['😀', '👍🏽', 'x\u0323\u0301'];
    const text = graphemes.join('').repeat(30);

    const cut = textsOf(text, 30);

    expect(cut.join('')).toBe(text.normalize('NFC'));
    expect(cut.every((line) => line.isWellFormed() && !/^[\p{M}\u{1F3FB}-\u{1F3FF}]/u.test(line))).toBe(true);
  });

  it('keeps every line of the text, including empty ones', () => {
    expect(textsOf('a\r\n\nb\u2028c\n')).toStrictEqual(['a', '', 'b', 'c', '']);
  });

  it('gives one empty line for an empty text', () => {
    expect(flow('')).toStrictEqual([{ runs: [], rightToLeft: false }]);
  });

  it('puts no comma at the start of a Japanese line', () => {
    const lines = textsOf('これは、長い、文章、です。'.repeat(8), 65);

    expect(lines.filter((line) => /^[、。]/u.test(line))).toStrictEqual([]);
  });

  it('keeps a text on one line in its natural width', () => {
    for (const text of ['€1,234.50', '-₱99,999.00', 'CHF\u00A01', 'AVAVAV To Wa']) {
      expect(textsOf(text, singleLinePoints(fonts, text, STYLE))).toStrictEqual([text]);
    }
  });
});

describe('flowText right to left', () => {
  it('sets Hebrew words from right to left', () => {
    expect(runTexts('שלום עולם')).toStrictEqual(['עולם', ' ', 'שלום']);
  });

  it('keeps numbers from left to right', () => {
    expect(runTexts('מחיר 1,234.50 ₪')).toStrictEqual(['₪', ' ', '1,234.50', ' ', 'מחיר']);
  });

  it('sets a Hebrew phrase inside English in place', () => {
    expect(runTexts('abc שלום עולם def').join('|')).toBe('abc |עולם| |שלום| def');
  });

  it('mirrors brackets', () => {
    expect(runTexts('(שלום)')).toStrictEqual([')שלום(']);
  });

  it('keeps the order of Persian digits in fontkit', () => {
    expect(runTexts('۱۲۳').join('')).toBe('۱۲۳');
    expect(runTexts('۱۲۳')).toHaveLength(3);
  });

  it('aligns a paragraph by its own direction', () => {
    expect(flow('שלום abc\nabc שלום').map((line) => line.rightToLeft)).toStrictEqual([true, false]);
  });

  it('breaks a right-to-left paragraph before it is put in visual order', () => {
    const lines = textsOf('אחת שתיים שלוש ארבע', 60);

    expect(lines).toStrictEqual(['שתיים אחת', 'ארבע שלוש']);
  });
});

/** JavaScript does not treat next-line (U+0085) as white space. */
const nextLineCount = (text: string): number => text.match(/\u0085/g)?.length ?? 0;

describe('flowText with any text', () => {
  const anyText = fc.string({ unit: 'binary', maxLength: 60 });
  const mixedText = fc
    .array(
      fc.constantFrom('שלום', 'abc', '123', ' ', '(', ')', 'مرحبا', '😀', '東', '\n', 'é', '軟', '\u200F'),
      {
        maxLength: 40,
      },
    )
    .map((parts) => parts.join(''));
  const BRACKETS = /[()[\]{}<>«»]/;
  const letters = (text: string): string[] =>
    Array.from(text.normalize('NFC').replaceAll(/[\s\p{Default_Ignorable_Code_Point}]/gu, ''))
      .filter((letter) => !BRACKETS.test(letter))
      .toSorted();

  test.prop([mixedText, fc.integer({ min: 20, max: 300 })])(
    'loses no letter and adds none',
    (text, widthPoints) => {
      expect(letters(textsOf(text, widthPoints).join(''))).toStrictEqual(letters(text));
    },
  );

  test.prop([anyText])('shows each code point or a box for it', (text) => {
    const shown = textsOf(text, 100).join('');

    expect(shown.isWellFormed()).toBe(true);
    expect(letters(shown).length).toBeGreaterThanOrEqual(
      letters(text.normalize('NFC')).length - nextLineCount(text),
    );
  });

  test.prop([mixedText, fc.integer({ min: 20, max: 300 })])(
    'fits every line into the column',
    (text, widthPoints) => {
      for (const line of flow(text, widthPoints)) {
        const widthEm = line.runs.reduce((sum, run) => sum + fonts.widthEm(run.font, run.text), 0);
        expect(widthEm * STYLE.sizePoints).toBeLessThanOrEqual(widthPoints);
      }
    },
  );
});
