/**
 * Makes user text printable. No character is dropped: a character without a glyph becomes a visible box.
 *
 * Invariants
 * 1. The result contains no control character, lone surrogate, or directional embedding or override. Overrides could show other
 *    digits and words than the text contains, so they are shown as the box. Directional marks and isolates are kept, because
 *    right-to-left typing needs them.
 * 2. Each line of the text is one paragraph, including empty ones.
 */

import { LINE_BREAK, REPLACEMENT_CHARACTER } from '../../../shared/contracts/text.ts';

const WITHOUT_SHAPE = /[\p{Cc}\p{Cs}\u202A-\u202E]/gu;
const TAB = '    ';

/** The paragraphs of a text, at least one; combined into single letters where Unicode has them (NFC). */
export const printableParagraphs = (text: string): readonly string[] =>
  text
    .split(LINE_BREAK)
    .map((line) =>
      line.replaceAll('\t', TAB).replaceAll(WITHOUT_SHAPE, REPLACEMENT_CHARACTER).normalize('NFC'),
    );
