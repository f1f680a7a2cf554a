/**
 * Makes user text printable. No character is dropped: a character without a glyph becomes a visible box.
 *
 * Invariants
 * 1. The result contains no control character, lone surrogate, or directional embedding or override. Overrides could show other
 *    digits and words than the text contains, so they are shown as the box. Directional marks and isolates are kept, because
 *    right-to-left typing needs them.
 * 2. Each line of the text is one paragraph, including empty ones before its end.
 * 3. One font has all of each grapheme, so the compiler never shows a box that was not counted.
 */

import { graphemesOf, LINE_BREAK } from '../../../shared/contracts/text.ts';
import type { GlyphCoverage } from './glyph-coverage.ts';

/** Shown for a character that no font has. Not U+FFFD, which a PDF may not map a glyph to. */
export const BOX = '\u25A1';

const WITHOUT_SHAPE = /[\p{Cc}\p{Cs}\u202A-\u202E]/gu;
const TAB = '    ';

/** Bullets of word processors: code points of private use that their symbol fonts show so. */
const SYMBOLS: Readonly<Record<string, string>> = {
  '\uF0B7': '\u2022',
  '\uF0A7': '\u25AA',
  '\uF0D8': '\u27A2',
  '\uF0FC': '\u2713',
  '\uF0E0': '\u2192',
};
const WORD_SYMBOLS = new RegExp(`[${Object.keys(SYMBOLS).join('')}]`, 'g');

/** Text beyond ASCII with the letter before it, which its first mark may belong to. */
const BEYOND_ASCII = /[ -~]?[^ -~]+/gu;

/** Makes the texts of one document printable and counts the boxes in them. */
export class PrintableText {
  readonly #coverage: GlyphCoverage;
  #boxCount = 0;

  constructor(coverage: GlyphCoverage) {
    this.#coverage = coverage;
  }

  /** Boxes in the texts so far. */
  get boxCount(): number {
    return this.#boxCount;
  }

  /**
   * A text with `\n` between its paragraphs; combined into single letters where Unicode has them (NFC). Blank lines at its end
   * are left out: they could begin a page that shows nothing.
   */
  of(text: string): string {
    return text
      .split(LINE_BREAK)
      .map((line) => this.#line(line))
      .join('\n')
      .trimEnd();
  }

  #line(line: string): string {
    return line
      .replaceAll('\t', TAB)
      .replaceAll(WITHOUT_SHAPE, () => this.#box())
      .replaceAll(WORD_SYMBOLS, (symbol) => SYMBOLS[symbol] ?? symbol)
      .normalize('NFC')
      .replaceAll(BEYOND_ASCII, (run) => this.#covered(run));
  }

  #covered(run: string): string {
    let shown = '';
    for (const grapheme of graphemesOf(run))
      shown += this.#coverage.covers(grapheme) ? grapheme : this.#split(grapheme);
    return shown;
  }

  /** A grapheme that no font has as a whole: the letters that fit its first font, and boxes. */
  #split(grapheme: string): string {
    let shown = '';
    for (const character of grapheme) {
      shown += this.#coverage.covers(shown + character) ? character : this.#box();
    }
    return shown;
  }

  #box(): string {
    this.#boxCount += 1;
    return BOX;
  }
}
