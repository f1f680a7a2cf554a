/**
 * Breaks text into lines. pdfmake's own line breaking splits surrogate pairs, takes quadratic time on long texts without spaces
 * and knows only one direction and one font. Therefore it gets only lines that fit.
 */
import LineBreaker from 'linebreak';
import { type Cluster, FaceFinder } from './face-runs.ts';
import type { FontSet } from './font-set.ts';
import { printableParagraphs } from './printable-text.ts';
import { directionsOf, type FaceRun, visualRuns } from './visual-order.ts';

/** Style of a text. */
export interface TextStyle {
  /** Font size in points, above 0. */
  readonly sizePoints: number;
  readonly bold: boolean;
}

/** One line; it fits into the given width. */
export interface TextLine {
  /** From left to right; empty for an empty line. */
  readonly runs: readonly FaceRun[];
  /** Whether it belongs to a right-to-left paragraph. */
  readonly rightToLeft: boolean;
}

/** Kerning between a letter and a space is not measured; this width is reserved for it. Points. */
const SLACK_POINTS = 0.5;
/** Longer words are not shaped as a whole for measuring; the widths of their letters are added. Letters. */
const SHAPED_WORD_LENGTH = 60;

const isSpace = (cluster: Cluster | undefined): boolean => cluster?.text === ' ';

const trimEnd = (clusters: readonly Cluster[]): readonly Cluster[] =>
  clusters.slice(0, clusters.findLastIndex((cluster) => !isSpace(cluster)) + 1);

/** Width of neighbouring letters in ems; letters of the same face are shaped together. */
function widthEmOf(fonts: FontSet, clusters: readonly Cluster[]): number {
  let widthEm = 0;
  for (let start = 0; start < clusters.length;) {
    const face = clusters[start]?.face ?? 'text';
    let text = '';
    let end = start;
    while (clusters[end]?.face === face && end - start < SHAPED_WORD_LENGTH)
      text += clusters[end++]?.text ?? '';
    widthEm += fonts.widthEm(face, text);
    start = end;
  }
  return widthEm;
}

/** Splits a paragraph's letters after every possible line end (UAX 14). */
function wordsOf(paragraph: string, clusters: readonly Cluster[]): readonly (readonly Cluster[])[] {
  const words: Cluster[][] = [];
  const breaker = new LineBreaker(paragraph);
  let wordEnd = 0;
  for (const cluster of clusters) {
    if (cluster.endOffset > wordEnd) words.push([]);
    while (wordEnd < cluster.endOffset) wordEnd = breaker.nextBreak()?.position ?? Number.POSITIVE_INFINITY;
    words.at(-1)?.push(cluster);
  }
  return words;
}

/** Fills lines greedily. */
class LineFiller {
  readonly lines: Cluster[][] = [];
  readonly #fonts: FontSet;
  readonly #maxEm: number;
  #line: Cluster[] = [];
  #lineEm = 0;

  constructor(fonts: FontSet, maxEm: number) {
    this.#fonts = fonts;
    this.#maxEm = maxEm;
  }

  addWord(word: readonly Cluster[]): void {
    const bareEm = widthEmOf(this.#fonts, trimEnd(word));
    if (this.#lineEm + bareEm > this.#maxEm) this.endLine();
    if (bareEm <= this.#maxEm) this.#append(word, widthEmOf(this.#fonts, word));
    else for (const cluster of word) this.#addLetter(cluster);
  }

  endLine(): void {
    if (this.#line.length > 0) this.lines.push(this.#line);
    this.#line = [];
    this.#lineEm = 0;
  }

  /** A word wider than a line is split between letters. */
  #addLetter(cluster: Cluster): void {
    const widthEm = this.#fonts.widthEm(cluster.face, cluster.text);
    if (this.#lineEm + widthEm > this.#maxEm) this.endLine();
    this.#append([cluster], widthEm);
  }

  #append(clusters: readonly Cluster[], widthEm: number): void {
    for (const cluster of clusters) this.#line.push(cluster);
    this.#lineEm += widthEm;
  }
}

function paragraphLines(
  fonts: FontSet,
  finder: FaceFinder,
  paragraph: string,
  maxEm: number,
): readonly TextLine[] {
  const { levels, rightToLeft } = directionsOf(paragraph);
  const filler = new LineFiller(fonts, maxEm);
  for (const word of wordsOf(paragraph, finder.clustersOf(paragraph, levels))) filler.addWord(word);
  filler.endLine();
  if (filler.lines.length === 0) return [{ runs: [], rightToLeft }];
  return filler.lines.map((line) => ({ runs: visualRuns(trimEnd(line)), rightToLeft }));
}

/**
 * Lines of a text in a column of `widthPoints` (above 0). They contain every letter of the text, or the box if no face has the
 * letter; only spaces at line ends are dropped. Lines end where Unicode allows; a word wider than the column is split between
 * letters.
 * @throws {PdfRenderFailed} when a font file cannot be read.
 */
export function flowText(
  fonts: FontSet,
  text: string,
  style: TextStyle,
  widthPoints: number,
): readonly TextLine[] {
  const maxEm = Math.max(1, (widthPoints - SLACK_POINTS) / style.sizePoints);
  const finder = new FaceFinder(fonts, text, style);
  return printableParagraphs(text).flatMap((paragraph) => paragraphLines(fonts, finder, paragraph, maxEm));
}

/**
 * Column width, in points, in which {@link flowText} keeps a text of one paragraph on one line.
 * @throws {PdfRenderFailed} when a font file cannot be read.
 */
export function singleLinePoints(fonts: FontSet, text: string, style: TextStyle): number {
  const finder = new FaceFinder(fonts, text, style);
  const widthsEm = printableParagraphs(text).map((paragraph) =>
    wordsOf(paragraph, finder.clustersOf(paragraph, undefined)).reduce(
      (sumEm, word) => sumEm + widthEmOf(fonts, word),
      0,
    ),
  );
  return Math.max(...widthsEm) * style.sizePoints + 2 * SLACK_POINTS;
}
