/**
 * Formats the message of `slack.notify` as one Slack message.
 *
 * Slack divides a longer `text` into several messages. Its reference of `chat.postMessage` recommends at most 4,000 characters;
 * texts were seen to be divided from 4,046 on (slackapi/java-slack-sdk#704). The length after escaping counts. A longer message
 * goes into sections of at most 3,000 characters (Block Kit reference, "Section"), which are never divided. All blocks of a
 * message may have about 11,300 characters before Slack refuses them as `msg_blocks_too_long` (slackapi/bolt-js#2867); no
 * reference documents that limit.
 */
import type { KnownBlock } from '@slack/types';
import { section } from '../../../shared/adapters/slack-api/message-blocks.ts';
import { clippedText, escapedParts, escapeText } from '../../../shared/adapters/slack-api/message-text.ts';

const MAX_TEXT = 4_000;
/** Maximum of all sections together, after escaping. */
const MAX_SECTIONS_TEXT = 10_000;
const MAX_SECTION = 2_900;
/** Maximum text that notifications show of a message in sections. */
const MAX_FALLBACK = 1_000;

/** Text and blocks of `chat.postMessage`. */
export interface SentMessage {
  readonly text: string;
  /** Absent if the text alone is the message. */
  readonly blocks?: KnownBlock[];
}

/** The message for people; Slack refuses a section that contains only blanks. */
export function sentMessage(message: string): SentMessage {
  const text = escapeText(message);
  if (text.length <= MAX_TEXT) return { text };
  const parts = escapedParts(message, MAX_SECTION, MAX_SECTIONS_TEXT);
  return {
    text: clippedText(message, MAX_FALLBACK),
    blocks: parts.filter((part) => part.trim() !== '').map(section),
  };
}
