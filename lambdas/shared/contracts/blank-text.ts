/** Text that shows nothing: Unicode white space, zero-width and other invisible characters. */
import * as z from 'zod/mini';

/** White space, control and format characters, unassigned ones, fillers, and the blank Braille pattern. */
const BLANK = String.raw`[\p{White_Space}\p{C}\p{Default_Ignorable_Code_Point}\u2800]`;
const BLANK_START = new RegExp(`^${BLANK}+`, 'u');
const BLANK_CHARACTER = new RegExp(BLANK, 'u');

/** The text without the blank characters around it; empty when it shows nothing. */
export function withoutBlankEnds(text: string): string {
  const characters = Array.from(text.replace(BLANK_START, ''));
  const last = characters.findLastIndex((character) => !BLANK_CHARACTER.test(character));
  return characters.slice(0, last + 1).join('');
}

/** Whether other checks of the field name what is wrong with it: that it is empty, or ill-formed. */
const isNamedElsewhere = (text: string): boolean => text === '' || !text.isWellFormed();

/** Check of a field whose text must show something. @param expected what a blank text is answered with */
export const visibleText = (expected: string) =>
  z.refine<string>((text) => isNamedElsewhere(text) || withoutBlankEnds(text) !== '', expected);
