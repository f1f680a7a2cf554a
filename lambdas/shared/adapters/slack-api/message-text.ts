/**
 * Text of quotes, people and providers in Slack: the one place where it becomes markup. Never a mention, a link or a line of ours.
 *
 * Invariants
 * 1. What is escaped here is no markup. Slack also looks for addresses and names in text without markup, unless it is told not
 *    to: blocks do (message-blocks.ts), and so do messages (post-message.ts).
 * 2. No lone surrogate, directional embedding or override comes out of here, and no control character but line feed and tab.
 *    Directional marks and isolates, which right-to-left typing needs, stay and act, as on paper (../pdf/printable-text.ts).
 * 3. Everything but the message of `slack.notify` is one line (`escapeLine`, `clipped`): data begins no line of its own.
 * 4. A cut is between graphemes, and no escape sequence is cut.
 *
 * Slack knows no escape for `*`, `_`, `~` and backticks: what is between them is shown as bold and the like.
 */
import {
  ELLIPSIS,
  graphemesOf,
  REPLACEMENT_CHARACTER,
  singleLine,
  withPlainBreaks,
} from '../../contracts/text.ts';

/** Lone surrogates, embeddings, overrides and their end, and control characters but line feed and tab. */
const WITHOUT_SHAPE = /[\p{Cs}\u202A-\u202E]|(?![\n\t])\p{Cc}/gu;

/** Slack's three control characters, escaped, so that no `<!channel>`, `<@U…>` or link can come from data. */
const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** A text of several lines; U+FFFD is in the place of what has no shape or turns the text around. */
const severalLines = (text: string): string =>
  withPlainBreaks(text).replaceAll(WITHOUT_SHAPE, REPLACEMENT_CHARACTER);

/** A text of several lines, escaped. */
export const escapeText = (text: string): string => escaped(severalLines(text));

/** A text as one line, escaped. */
export const escapeLine = (text: string): string => escaped(singleLine(text));

/** Each of `&`, `<` and `>` is sent as five characters at most. */
const MOST_PER_CHARACTER = 5;

/** How much of a text is kept. */
interface TextLimits {
  /** UTF-16 code units of the text as people see it. */
  readonly seen: number;
  /** UTF-16 code units of the text as it is sent, escaped. */
  readonly sent: number;
}

/** The longest head of whole graphemes within the limits; not escaped. */
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

/** The text itself, or its head and `…`; not escaped. */
function cutWithin(text: string, { seen, sent }: TextLimits): string {
  if (text.length <= seen && escaped(text).length <= sent) return text;
  const room = ELLIPSIS.length;
  return `${headWithin(text, { seen: seen - room, sent: sent - room })}${ELLIPSIS}`;
}

/**
 * One line, escaped, of at most `seen` UTF-16 code units as people see it. A longer one is cut between graphemes and ends in `…`.
 * @param sent most UTF-16 code units that are sent; @default as many as `seen` of them can become
 */
export const clipped = (text: string, seen: number, sent: number = seen * MOST_PER_CHARACTER): string =>
  escaped(singleLine(cutWithin(singleLine(text), { seen, sent })));

/** Longest id of a quote; those of the API have at most 64 characters. */
const MAX_QUOTE_ID = 64;

/** The id of a quote, escaped. */
export const quoteName = (quoteId: string): string => clipped(quoteId, MAX_QUOTE_ID);

/** As {@link escapeText}, of which at most `sent` UTF-16 code units are sent. */
export const clippedText = (text: string, sent: number): string =>
  escaped(cutWithin(severalLines(text), { seen: sent, sent }));

/** Where a part is divided best: after its last line, else after its last word, else at its end. */
function endOfPart(pieces: readonly string[]): number {
  const ends = [pieces.lastIndexOf('\n') + 1, pieces.lastIndexOf(' ') + 1];
  return ends.find((end) => end > pieces.length / 2) ?? pieces.length;
}

/** The graphemes of a text, escaped; one that fits into no part comes in its code points. */
function* piecesOf(text: string, partLength: number): Generator<string> {
  for (const grapheme of graphemesOf(text)) {
    const piece = escaped(grapheme);
    if (piece.length <= partLength) yield piece;
    else for (const character of grapheme) yield escaped(character);
  }
}

/**
 * A text of several lines, escaped, in parts of at most `partLength` UTF-16 code units as they are sent; no grapheme is divided that
 * fits into a part.
 * @param partLength at least 5, the longest of an escaped character
 * @param sent most that is sent in all; a longer text ends in `…`
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

/** A point in time in the reader's own zone; UTC where it cannot be shown so. @param atMs ms since the epoch */
export function dateText(atMs: number): string {
  const fallback = new Date(atMs)
    .toISOString()
    .replace('T', ' ')
    .replace(/\.\d+Z$/, ' UTC');
  return `<!date^${Math.floor(atMs / 1_000)}^{date_short_pretty} {time_secs}|${fallback}>`;
}

/** Longest name of an actor: as people see it, and as it is sent. */
const MAX_ACTOR = { seen: 200, sent: 300 } as const;

/** `slack:T0/U0 (ada)` is shown as `ada`; any other actor as it is. Never a mention: an edit must not ring. */
export function actorName(actor: string): string {
  const name = /^slack:[^ ]+ \((.+)\)$/s.exec(actor)?.[1];
  return clipped(name ?? actor, MAX_ACTOR.seen, MAX_ACTOR.sent);
}
