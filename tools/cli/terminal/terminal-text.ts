/**
 * Makes text safe for a terminal; this is the only place that does so. Control and direction characters in data are shown by
 * their code, like `\u001b`, and never sent. `print`, `errorLine` and `LiveBlock` send only text that has passed here.
 *
 * A number that differs in each run marks our own colours: {@link coloured} writes it into its sequences, and only sequences
 * with this number are sent. So colours in data are never sent.
 *
 * In JSON the same codes are escapes of the same characters: the document stays valid and keeps its value.
 */
import { randomInt } from 'node:crypto';
import { styleText } from 'node:util';

/** Colours and weights in use. */
export type TerminalStyle = 'red' | 'green' | 'yellow' | 'cyan' | 'gray' | 'bold';

const OURS = randomInt(100_000, 1_000_000);

/**
 * Control characters except line feed; lone surrogates; line separators; direction marks; invisible characters except the
 * joiners that emoji and several scripts need.
 */
const HIDDEN = String.raw`(?!\n)\p{Cc}|\p{Cs}|[\u2028\u2029\u061C\u200E\u200F\u202A-\u202E\u2066-\u206F\u200B\u2060-\u2065\uFEFF\uFFF9-\uFFFB\u180E]`;
// eslint-disable-next-line no-control-regex -- the sequences of `coloured`
const OURS_OR_HIDDEN = new RegExp(String.raw`(?<ours>\u001B\[${OURS};(?<codes>\d+)m)|${HIDDEN}`, 'gu');

const codeOf = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;

/** Consecutive line ends and tabs in data. */
const LINE_ENDS = /[\t\n\r\v\f\u0085\u2028\u2029]+/g;

/** A text of one or several lines, made safe for the terminal. */
export const shownText = (text: string): string =>
  text.replaceAll(OURS_OR_HIDDEN, (found: string, ours?: string, codes?: string) =>
    ours === undefined ? codeOf(found) : `\u001B[${codes}m`,
  );

/** A text from data as one line. Our own colours in it are kept and sent by {@link shownText}. */
export const shownLine = (text: string): string =>
  text
    .replaceAll(LINE_ENDS, ' ')
    .replaceAll(OURS_OR_HIDDEN, (found: string, ours?: string) =>
      ours === undefined ? codeOf(found) : found,
    );

/** The text in a style, if the stream has colours. */
export const coloured = (
  style: TerminalStyle,
  text: string,
  stream: NodeJS.WritableStream = process.stdout,
): string =>
  // eslint-disable-next-line no-control-regex -- the sequences of `styleText`
  styleText(style, shownLine(text), { stream }).replaceAll(/\u001B\[(?=\d+m)/g, `\u001B[${OURS};`);

/** A value from data with each of its texts as one line, so that data never begins a new line. */
export function shownValue<T>(value: T): T;
export function shownValue(value: unknown): unknown {
  if (typeof value === 'string') return shownLine(value);
  if (Array.isArray(value)) return value.map((item: unknown) => shownValue(item));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, shownValue<unknown>(inner)]));
}
