/** Blocks of cards, modals and answers, within Block Kit's limits. Every text with markup is created here. */
import type { ContextBlock, MrkdwnElement, SectionBlock } from '@slack/types';

/** A section allows 3,000 characters; the rest is for the line breaks between its lines. */
const SECTION_LENGTH = 2_900;

/**
 * A text with Slack's markup, in which the caller has escaped all data. At most 3,000 characters, 2,000 as a field. `verbatim`
 * (Block Kit, "Text object"): explicit links and dates work, and Slack creates no others. Without it, an address or a channel
 * name in a reason would become a link.
 */
const mrkdwn = (text: string): MrkdwnElement => ({ type: 'mrkdwn', text, verbatim: true });

/** A paragraph. */
export const section = (text: string): SectionBlock => ({ type: 'section', text: mrkdwn(text) });

/** Titles with their texts, in two columns; 1 to 10. */
export const fields = (entries: readonly (readonly [title: string, text: string])[]): SectionBlock => ({
  type: 'section',
  fields: entries.map(([title, text]) => mrkdwn(`*${title}*\n${text}`)),
});

/** A small grey line. */
export const context = (text: string): ContextBlock => ({ type: 'context', elements: [mrkdwn(text)] });

/** Lines of at most 2,900 characters each, joined as long as they fit into one section. */
export function packed(lines: readonly string[]): readonly string[] {
  const texts: string[] = [];
  for (const line of lines) {
    const last = texts.at(-1);
    if (last !== undefined && last.length + line.length < SECTION_LENGTH) {
      texts[texts.length - 1] = `${last}\n${line}`;
    } else {
      texts.push(line);
    }
  }
  return texts;
}
