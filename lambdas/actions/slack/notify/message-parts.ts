/**
 * The message of `slack.notify` as one message of Slack.
 *
 * Slack divides a longer `text` into several messages: its reference of `chat.postMessage` recommends at most 4,000 characters, and
 * they were seen to be divided from 4,046 on (slackapi/java-slack-sdk#704). What counts is the text after escaping. A longer
 * one goes into sections of at most 3,000 characters (Block Kit reference, "Section"), which are never divided. All blocks of
 * a message may hold about 11,300 characters before Slack refuses them as `msg_blocks_too_long`
 * (slackapi/bolt-js#2867); that limit is in no reference.
 */
import type { KnownBlock } from '@slack/types';
import { section } from '../../../shared/adapters/slack-api/message-blocks.ts';
import { clippedText, escapedParts, escapeText } from '../../../shared/adapters/slack-api/message-text.ts';

const MAX_TEXT = 4_000;
/** Of all sections together, as they are sent. */
const MAX_SECTIONS_TEXT = 10_000;
const MAX_SECTION = 2_900;
/** What notifications show of a message that is in sections. */
const MAX_FALLBACK = 1_000;

/** Text and blocks of `chat.postMessage`. */
export interface SentMessage {
  readonly text: string;
  /** Absent where the text alone is the message. */
  readonly blocks?: KnownBlock[];
}

/** The message that people read; Slack refuses a section of blanks alone. */
export function sentMessage(message: string): SentMessage {
  const text = escapeText(message);
  if (text.length <= MAX_TEXT) return { text };
  const parts = escapedParts(message, MAX_SECTION, MAX_SECTIONS_TEXT);
  return {
    text: clippedText(message, MAX_FALLBACK),
    blocks: parts.filter((part) => part.trim() !== '').map(section),
  };
}
