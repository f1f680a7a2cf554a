/**
 * Right-to-left text. pdfmake sets every line from left to right, and fontkit reverses the letters of a right-to-left word. So
 * a line is divided into pieces of one direction and face, and the pieces are put into visual order here (rule L2 of the
 * Unicode Bidirectional Algorithm).
 */
import bidiFactory from 'bidi-js';
import type { FontFace } from '../contracts/font-files.ts';
import type { Cluster } from './face-runs.ts';

/** A piece of a line for pdfmake: from left to right, one face. */
export interface FaceRun {
  readonly text: string;
  readonly font: FontFace;
}

const bidi = bidiFactory();

/** Letters and marks that can give a paragraph, or a part of it, right-to-left direction. */
const RIGHT_TO_LEFT =
  /[\u0590-\u08FF\u200F\u2067\u2068\uFB1D-\uFDFF\uFE70-\uFEFF\u{10800}-\u{10FFF}\u{1E800}-\u{1EFFF}]/u;
/** Right-to-left scripts that fontkit shapes and the faces contain. */
const SHAPED_RIGHT_TO_LEFT =
  /[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}]/u;

const isOdd = (level: number): boolean => level % 2 === 1;

/** Directions in a paragraph. */
interface Directions {
  /** Embedding level for each UTF-16 code unit; absent if all text is left-to-right. */
  readonly levels: Uint8Array | undefined;
  /** Whether the paragraph is right-to-left, so that it is aligned to the right. */
  readonly rightToLeft: boolean;
}

/** Directions by the first strong letter and the Unicode Bidirectional Algorithm. */
export function directionsOf(paragraph: string): Directions {
  if (!RIGHT_TO_LEFT.test(paragraph)) return { levels: undefined, rightToLeft: false };
  const { levels, paragraphs } = bidi.getEmbeddingLevels(paragraph);
  return { levels, rightToLeft: isOdd(paragraphs[0]?.level ?? 0) };
}

interface Piece {
  readonly clusters: Cluster[];
  readonly face: FontFace;
  readonly level: number;
  readonly space: boolean;
}

/** pdfkit sets words one by one, in the order of the text, so a space between right-to-left words is a separate piece. */
function piecesOf(line: readonly Cluster[]): readonly Piece[] {
  const pieces: Piece[] = [];
  for (const cluster of line) {
    const space = isOdd(cluster.level) && cluster.text === ' ';
    const last = pieces.at(-1);
    if (last?.face === cluster.face && last.level === cluster.level && last.space === space)
      last.clusters.push(cluster);
    else pieces.push({ clusters: [cluster], face: cluster.face, level: cluster.level, space });
  }
  return pieces;
}

/** Rule L2: from the highest level down, reverses every sequence of pieces at that level or above. */
function reordered(pieces: readonly Piece[]): readonly Piece[] {
  const order = [...pieces];
  for (let level = Math.max(0, ...pieces.map((piece) => piece.level)); level > 0; level -= 1) {
    for (let start = 0; start < order.length; start += 1) {
      let end = start;
      while ((order[end]?.level ?? -1) >= level) end += 1;
      if (end > start) order.splice(start, end - start, ...order.slice(start, end).toReversed());
      start = Math.max(start, end);
    }
  }
  return order;
}

const mirrored = (text: string): string =>
  Array.from(text, (character) => bidi.getMirroredCharacter(character) ?? character).join('');

const joined = (clusters: readonly Cluster[]): string => clusters.map((cluster) => cluster.text).join('');

/** Texts of a piece from left to right. */
function textsOf({ clusters, level }: Piece): readonly string[] {
  const text = joined(clusters);
  const shapedByFontkit = SHAPED_RIGHT_TO_LEFT.test(text);
  if (isOdd(level)) return [mirrored(shapedByFontkit ? text : joined(clusters.toReversed()))];
  // Persian digits are written from left to right, but fontkit reverses them with their script, so each digit is a separate
  // text.
  return shapedByFontkit ? clusters.map((cluster) => cluster.text) : [text];
}

/** A line in visual order, from left to right. */
export const visualRuns = (line: readonly Cluster[]): readonly FaceRun[] =>
  reordered(piecesOf(line)).flatMap((piece) => textsOf(piece).map((text) => ({ text, font: piece.face })));
