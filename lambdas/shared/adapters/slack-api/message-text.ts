/**
 * Turns text of quotes, people and providers into Slack's markup; this is the only place that does so. Data never becomes a
 * mention, a link or a line that looks like ours.
 *
 * Invariants
 * 1. Escaped text contains no markup. Slack also looks for addresses and names in text without markup unless it is told not to;
 *    blocks (message-blocks.ts) and messages (post-message.ts) tell it.
 * 2. The result contains no lone surrogate, directional embedding or override, and no control character except line feed and
 *    tab. Directional marks and isolates are kept, because right-to-left typing needs them, as on paper
 *    (../pdf/printable-text.ts).
 * 3. All texts except the message of `slack.notify` are one line (`escapeLine`, `clipped`), so that data never begins a line.
 * 4. Text is cut between graphemes, and never within an escape sequence.
 *
 * Slack has no escape for `*`, `_`, `~` and backticks: text between them is shown as bold and so on.
 */
import {
  ELLIPSIS,
  graphemesOf,
  REPLACEMENT_CHARACTER,
  singleLine,
  withPlainBreaks,
} from '../../contracts/text.ts';

/** Lone surrogates, embeddings, overrides and their end, and control characters except line feed and tab. */
const WITHOUT_SHAPE = /[\p{Cs}\u202A-\u202E]|(?![\n\t])\p{Cc}/gu;

/** Slack's three control characters, escaped, so that data cannot become `<!channel>`, `<@U…>` or a link. */
const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** A text of several lines; U+FFFD replaces characters without a glyph and those that change the text's direction. */
const severalLines = (text: string): string =>
  withPlainBreaks(text).replaceAll(WITHOUT_SHAPE, REPLACEMENT_CHARACTER);

/** A text of several lines, escaped. */
export const escapeText = (text: string): string => escaped(severalLines(text));

/** A text as one line, escaped. */
export const escapeLine = (text: string): string => escaped(singleLine(text));

/** Each of `&`, `<` and `>` is sent as at most five characters. */
const MOST_PER_CHARACTER = 5;

/** Maximum length of a text. */
interface TextLimits {
  /** UTF-16 code units of the text as people see it. */
  readonly seen: number;
  /** UTF-16 code units of the text as it is sent, escaped. */
  readonly sent: number;
}

/** The longest beginning of whole graphemes within the limits; not escaped. */
function headWithin(text: string, { seen, sent }: TextLimits): string {
  let head = '';
  let sentLength = 0;
  for (const grapheme of graphemesOf(text)) {
    sentLength += escaped(grapheme).length;
    if (head.length + grapheme.length > seen || sentLength > sent) break;
    head += grapheme;
  }
  return head;
}

/** The text, or its beginning and `…`; not escaped. */
function cutWithin(text: string, { seen, sent }: TextLimits): string {
  if (text.length <= seen && escaped(text).length <= sent) return text;
  const room = ELLIPSIS.length;
  return `${headWithin(text, { seen: seen - room, sent: sent - room })}${ELLIPSIS}`;
}

/**
 * One line, escaped, of at most `seen` UTF-16 code units as people see it. A longer text is cut between graphemes and ends in
 * `…`.
 * @param sent maximum UTF-16 code units that are sent; @default the maximum that `seen` code units can become
 */
export const clipped = (text: string, seen: number, sent: number = seen * MOST_PER_CHARACTER): string =>
  escaped(singleLine(cutWithin(singleLine(text), { seen, sent })));

/** Maximum length of a quote id; ids of the API have at most 64 characters. */
const MAX_QUOTE_ID = 64;

/** The id of a quote, escaped. */
export const quoteName = (quoteId: string): string => clipped(quoteId, MAX_QUOTE_ID);

/** Like {@link escapeText}, but at most `sent` UTF-16 code units are sent. */
export const clippedText = (text: string, sent: number): string =>
  escaped(cutWithin(severalLines(text), { seen: sent, sent }));

/** The best end of a part: after its last line, else after its last word, else its end. */
function endOfPart(pieces: readonly string[]): number {
  const ends = [pieces.lastIndexOf('\n') + 1, pieces.lastIndexOf(' ') + 1];
  return ends.find((end) => end > pieces.length / 2) ?? pieces.length;
}

/** The graphemes of a text, escaped; a grapheme that fits into no part is divided into its code points. */
function* piecesOf(text: string, partLength: number): Generator<string> {
  for (const grapheme of graphemesOf(text)) {
    const piece = escaped(grapheme);
    if (piece.length <= partLength) yield piece;
    else for (const character of grapheme) yield escaped(character);
  }
}

/**
 * A text of several lines, escaped, in parts of at most `partLength` UTF-16 code units as sent. A grapheme that fits into a
 * part is not divided.
 * @param partLength at least 5, the maximum of an escaped character
 * @param sent maximum that is sent in all; a longer text ends in `…`
 */
export function escapedParts(text: string, partLength: number, sent: number): readonly string[] {
  const parts: string[] = [];
  let pieces: string[] = [];
  let length = 0;
  for (const piece of piecesOf(cutWithin(severalLines(text), { seen: sent, sent }), partLength)) {
    while (length + piece.length > partLength) {
      const end = endOfPart(pieces);
      parts.push(pieces.slice(0, end).join(''));
      pieces = pieces.slice(end);
      length = pieces.join('').length;
    }
    pieces.push(piece);
    length += piece.length;
  }
  return [...parts, pieces.join('')];
}

/** A time in the reader's own zone; UTC if the client cannot show it so. @param atMs ms since the epoch */
export function dateText(atMs: number): string {
  const fallback = new Date(atMs)
    .toISOString()
    .replace('T', ' ')
    .replace(/\.\d+Z$/, ' UTC');
  return `<!date^${Math.floor(atMs / 1_000)}^{date_short_pretty} {time_secs}|${fallback}>`;
}

/** Maximum name of an actor: as people see it, and as it is sent. */
const MAX_ACTOR = { seen: 200, sent: 300 } as const;

/**
 * `slack:T0/U0 (ada)` is shown as `ada`; any other actor unchanged. Never a mention, because an edit must not notify anyone.
 */
export function actorName(actor: string): string {
  const name = /^slack:[^ ]+ \((.+)\)$/s.exec(actor)?.[1];
  return clipped(name ?? actor, MAX_ACTOR.seen, MAX_ACTOR.sent);
}
