/**
 * Turns user text into pdfmake content. This is the only way to pdfmake: user text reaches it as lines of runs, never as
 * objects.
 */
import type { Content } from 'pdfmake/interfaces.js';
import type { FontSet } from './font-set.ts';
import type { Style } from './page-style.ts';
import { flowText, singleLinePoints, type TextLine } from './text-flow.ts';

/** Alignment of lines; `start` means left, or right for a right-to-left paragraph. */
export type Side = 'start' | 'right';

/** An empty run in the text face gives each line its height, so that lines in other faces have the same distance. */
const STRUT = { text: '', font: 'text' } as const;

/** A line as a pdfmake node. */
export const lineContent = (line: TextLine, { sizePoints, color }: Style, side: Side = 'start'): Content => ({
  text: [STRUT, ...line.runs],
  noWrap: true,
  fontSize: sizePoints,
  color,
  alignment: side === 'right' || line.rightToLeft ? 'right' : 'left',
});

/** Sets texts in a column of a given width. */
export class TextBlocks {
  readonly fonts: FontSet;

  constructor(fonts: FontSet) {
    this.fonts = fonts;
  }

  /** Lines of a text in a column. @throws {PdfRenderFailed} when a font file cannot be read */
  lines(text: string, style: Style, widthPoints: number): readonly TextLine[] {
    return flowText(this.fonts, text, style, widthPoints);
  }

  /** A text as pdfmake lines. @throws {PdfRenderFailed} when a font file cannot be read */
  block(text: string, style: Style, widthPoints: number, side: Side = 'start'): Content[] {
    return this.lines(text, style, widthPoints).map((line) => lineContent(line, style, side));
  }

  /** As {@link block}; nothing for an absent or empty text. */
  optionalBlock(text: string | undefined, style: Style, widthPoints: number): Content[] {
    return text === undefined || text === '' ? [] : this.block(text, style, widthPoints);
  }

  /** Column width in which a text stays on one line. Points. */
  widthPoints(text: string, style: Style): number {
    return singleLinePoints(this.fonts, text, style);
  }
}
