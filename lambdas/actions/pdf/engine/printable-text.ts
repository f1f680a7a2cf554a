/**
 * User text made fit for paper. Nothing is dropped: what has no shape on paper becomes a visible box.
 *
 * Invariants
 * 1. No control character, lone surrogate, or directional embedding or override comes out of here. Overrides would let
 *    a text show other digits and words than it holds, so they are shown as the box. Directional marks and isolates,
 *    which right-to-left typing needs, stay and act.
 * 2. Each line of the text is one paragraph, the empty ones too.
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
