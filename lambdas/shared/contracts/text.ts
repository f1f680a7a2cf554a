/**
 * Rules for text from people and providers, the same for every sink. Each sink has one place that applies them:
 *
 * | sink | place | what it adds |
 * |---|---|---|
 * | Slack | `shared/adapters/slack-api/message-text.ts` | escapes markup, counts what is sent |
 * | CRM | the effects in `actions/crm` | what the property needs |
 * | paper | `actions/pdf/engine/printable-text.ts`, `quote-page.ts` | a box for what has no shape |
 * | terminal | `tools/cli/terminal/terminal-text.ts` | shows control and direction characters by their code |
 * | storage, API, logs | `shared/domain/errors.ts`, the schemas of `contracts` | the limits of the fields |
 *
 * `quote-snapshot.ts` says which fields of a quote are single lines. Actors, reasons, and details of errors are one line too. The
 * stored request is never changed, only what is shown.
 */

import * as z from 'zod/mini';

/** Replaces a character that must have no effect or has no glyph. */
export const REPLACEMENT_CHARACTER = '\uFFFD';

/** Every way to end a line. CRLF is one line break. */
export const LINE_BREAK = /\r\n|[\n\r\v\f\u0085\u2028\u2029]/g;

/** A sequence of control characters and line breaks. */
const BREAKS_OF_A_LINE = /[\p{Cc}\u2028\u2029]+/gu;

/** Directional embeddings and overrides and their end: with them a text could show other digits and words than it contains. */
const TURNS = /[\u202A-\u202E]/g;

const ISOLATES = /[\u2066-\u2069]/g;
const ISOLATE_END = '\u2069';

/** Whether the isolates of a text are balanced. */
function isolatesAreClosed(text: string): boolean {
  let open = 0;
  for (const [isolate] of text.matchAll(ISOLATES)) {
    open += isolate === ISOLATE_END ? -1 : 1;
    if (open < 0) return false;
  }
  return open === 0;
}

/** Unbalanced isolates become U+FFFD, because they would change the direction of what follows the text. */
const withClosedIsolates = (text: string): string =>
  isolatesAreClosed(text) ? text : text.replaceAll(ISOLATES, REPLACEMENT_CHARACTER);

/** A text with `\n` as its only kind of line break. */
export const withPlainBreaks = (text: string): string => text.replaceAll(LINE_BREAK, '\n');

/**
 * A text as one well-formed line: line breaks and other control characters become one space; embeddings, overrides, lone
 * surrogates and isolates that do not end become U+FFFD. Marks and balanced isolates are kept, because right-to-left typing needs
 * them.
 */
export const singleLine = (text: string): string =>
  withClosedIsolates(
    text.replaceAll(BREAKS_OF_A_LINE, ' ').replaceAll(TURNS, REPLACEMENT_CHARACTER).toWellFormed().trim(),
  );

const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** The user-perceived characters (extended grapheme clusters, UAX #29), in order. */
export function* graphemesOf(text: string): Generator<string> {
  for (const { segment } of segmenter.segment(text)) yield segment;
}

/** The longest head of at most `limit` UTF-16 code units that ends between two graphemes. */
export function headOf(text: string, limit: number): string {
  if (text.length <= limit) return text;
  return text.slice(0, segmenter.segment(text).containing(limit)?.index ?? 0);
}

/** Shows people that a text was cut. */
export const ELLIPSIS = '…';

/**
 * A well-formed text of at most `limit` UTF-16 code units. A longer one loses whole graphemes at its end and gets {@link ELLIPSIS}.
 * @param limit at least 1
 */
export function cutText(text: string, limit: number): string {
  const whole = text.toWellFormed();
  return whole.length <= limit ? whole : `${headOf(whole, limit - ELLIPSIS.length)}${ELLIPSIS}`;
}

/** The text as {@link singleLine}, cut as by {@link cutText}; an isolate that the cut leaves open becomes U+FFFD. */
export const cutLine = (text: string, limit: number): string =>
  withClosedIsolates(cutText(singleLine(text), limit));

const CODE = /^[A-Za-z$][A-Za-z0-9_.$]{0,63}$/;

/** A code or the name of an error as a provider gives it: letters, digits, `_`, `.` and `$`; anything else is `unnamed`. */
export const codeWord = (text: string): string => (CODE.test(text) ? text : 'unnamed');

// Text that shows nothing: Unicode white space, zero-width and other invisible characters.

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

/** Checks that a field's text shows something. @param expected the error text for a blank text */
export const visibleText = (expected: string) =>
  z.refine<string>((text) => isNamedElsewhere(text) || withoutBlankEnds(text) !== '', expected);
