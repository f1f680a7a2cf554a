/** Blocks of modals and answers, within Block Kit's limits. */
import type { ContextBlock, SectionBlock } from '@slack/types';

/** A section takes 3,000 characters; some room is left for the line breaks between its lines. */
const SECTION_LENGTH = 2_900;

/** A text with Slack's markup; data in it is escaped by who writes it. At most 3,000 characters. */
export const section = (text: string): SectionBlock => ({ type: 'section', text: { type: 'mrkdwn', text } });

/** A small grey line. */
export const context = (text: string): ContextBlock => ({
  type: 'context',
  elements: [{ type: 'mrkdwn', text }],
});

/** Lines of at most 2,900 characters each, put together as long as they fit into one section. */
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
