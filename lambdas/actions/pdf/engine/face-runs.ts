/** Finds a face for every letter: the first in order that has all of it, and the box where none has. */
import type { FontFace } from '../contracts/font-files.ts';
import type { FontSet } from './font-set.ts';
import { REPLACEMENT_CHARACTER } from '../../../shared/contracts/text.ts';

/** A user-perceived character, or a part of one whose parts need different faces. */
export interface Cluster {
  readonly text: string;
  readonly face: FontFace;
  /** Embedding level of the bidirectional algorithm; odd is right to left. */
  readonly level: number;
  /** Offset after it in its paragraph, in UTF-16 code units. */
  readonly endOffset: number;
}

/** Regular or bold; only the text face has a bold. */
interface FaceChoice {
  readonly bold: boolean;
}

const HAN = /\p{Script=Han}/u;
const EMOJI = /\p{Emoji_Presentation}|\uFE0F/u;
const INVISIBLE = /\p{Default_Ignorable_Code_Point}/u;
const ASCII_ONLY = /^[\x20-\x7E]*$/;

const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** Letters of a paragraph. ASCII needs no segmenter, which costs some 1 µs a letter. */
const graphemesOf = (paragraph: string): readonly string[] =>
  ASCII_ONLY.test(paragraph)
    ? paragraph.split('')
    : Array.from(segmenter.segment(paragraph), ({ segment }) => segment);

const codePointOf = (character: string): number => character.codePointAt(0) ?? 0;

/** Chooses faces for one text. */
export class FaceFinder {
  readonly #fonts: FontSet;
  readonly #textOrder: readonly FontFace[];
  readonly #hanOrder: readonly FontFace[];
  readonly #emojiOrder: readonly FontFace[];

  /**
   * Simplified and Japanese forms differ in style: a text with a Han letter that the text face lacks takes all its Han
   * letters from the Han face, so that no word mixes the two.
   */
  constructor(fonts: FontSet, text: string, { bold }: FaceChoice) {
    const textFace: FontFace = bold ? 'textBold' : 'text';
    this.#fonts = fonts;
    this.#textOrder = [textFace, 'symbols', 'emoji', 'han'];
    this.#emojiOrder = ['emoji', textFace, 'symbols', 'han'];
    const needsHanFace = Array.from(text.matchAll(new RegExp(HAN, 'gu'))).some(
      ([letter]) => !fonts.covers(textFace, codePointOf(letter)),
    );
    this.#hanOrder = needsHanFace ? ['han', textFace, 'symbols'] : this.#textOrder;
  }

  /** The letters of a paragraph with their faces. @param levels embedding level per UTF-16 code unit; absent = all 0 */
  clustersOf(paragraph: string, levels: Uint8Array | undefined): readonly Cluster[] {
    let endOffset = 0;
    return graphemesOf(paragraph).flatMap((grapheme) => {
      const level = levels?.[endOffset] ?? 0;
      endOffset += grapheme.length;
      return this.#shown(grapheme).map((part) => ({ ...part, level, endOffset }));
    });
  }

  #shown(grapheme: string): readonly Pick<Cluster, 'text' | 'face'>[] {
    const whole = this.#inOneFace(grapheme);
    if (whole !== undefined) return [whole];
    return Array.from(
      grapheme,
      (character) => this.#inOneFace(character) ?? { text: REPLACEMENT_CHARACTER, face: 'symbols' as const },
    );
  }

  /** The text in the first face that has all of it; marks without shape that the face lacks are left out. */
  #inOneFace(text: string): Pick<Cluster, 'text' | 'face'> | undefined {
    const characters = Array.from(text);
    const visible = characters.filter((character) => !INVISIBLE.test(character));
    const has = (face: FontFace) => (character: string) => this.#fonts.covers(face, codePointOf(character));
    const face = this.#orderFor(text).find((candidate) => visible.every(has(candidate)));
    return face && { text: characters.filter(has(face)).join(''), face };
  }

  #orderFor(text: string): readonly FontFace[] {
    if (EMOJI.test(text)) return this.#emojiOrder;
    return HAN.test(text) ? this.#hanOrder : this.#textOrder;
  }
}
