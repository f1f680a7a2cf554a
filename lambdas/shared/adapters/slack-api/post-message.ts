/** Posts one message once, and edits one. */
import { WebAPIPlatformError, type WebClient } from '@slack/web-api';
import type { KnownBlock } from '@slack/types';
import * as z from 'zod/mini';
import { QueueError } from '../../domain/errors.ts';
import type { effectMetadata } from './find-message.ts';
import { MESSAGE_TS, slackError } from './slack-client.ts';

/**
 * By default, addresses in a text become links; with `none` only explicit links and dates do (Slack's reference of
 * `chat.postMessage`). An edit sets it too, because the default of `chat.update` differs.
 */
export const AS_WRITTEN = { parse: 'none' } as const;

/** A message that is an effect. */
export interface EffectPost {
  readonly channel: string;
  /** Escaped text; also the fallback of notifications. */
  readonly text: string;
  /** Whether Slack turns addresses in the text into links; for text that a person wrote for people. @default false */
  readonly linksAddresses?: boolean;
  readonly blocks?: KnownBlock[];
  readonly threadTs?: string;
  readonly metadata: ReturnType<typeof effectMetadata>;
}

/** The place of a posted message. */
export interface PostedMessage {
  readonly ts: string;
  /**
   * Root of the thread that contains it as a reply; absent if it is in the channel itself. If the root has just been deleted
   * and had no replies, Slack puts a reply into the channel without an error.
   */
  readonly threadTs?: string;
}

const messageTs = z.string().check(z.regex(MESSAGE_TS));
/** Any other answer does not tell whether the message was posted. */
const answerSchema = z.object({
  ts: messageTs,
  message: z.optional(z.object({ thread_ts: z.optional(messageTs) })),
});

/** The place according to Slack: `thread_ts` is present exactly if the message is in a thread. */
function placeOf({ ts, message }: z.infer<typeof answerSchema>, asked: string | undefined): PostedMessage {
  const threadTs = message === undefined ? asked : message.thread_ts;
  return threadTs === undefined || threadTs === ts ? { ts } : { ts, threadTs };
}

/** Posts once. @throws {QueueError} as {@link slackError} */
export async function postMessage(client: WebClient, post: EffectPost): Promise<PostedMessage> {
  try {
    const answer = await client.chat.postMessage({
      channel: post.channel,
      text: post.text,
      metadata: post.metadata,
      ...(post.linksAddresses === true ? {} : AS_WRITTEN),
      unfurl_links: false,
      unfurl_media: false,
      ...(post.blocks === undefined ? {} : { blocks: post.blocks }),
      ...(post.threadTs === undefined ? {} : { thread_ts: post.threadTs }),
    });
    const posted = answerSchema.safeParse(answer);
    if (!posted.success)
      throw new QueueError('PROVIDER_UNAVAILABLE', { detail: 'Slack answered without ts' });
    return placeOf(posted.data, post.threadTs);
  } catch (thrown) {
    throw thrown instanceof QueueError ? thrown : slackError(thrown);
  }
}

/** An edit of a message; absent fields are not changed. */
export interface MessageEdit {
  readonly channel: string;
  readonly ts: string;
  readonly text: string;
  readonly blocks: KnownBlock[];
}

/** A person deleted the message. */
const GONE: ReadonlySet<string> = new Set(['message_not_found', 'cant_update_message']);

/** Edits a message; a repeated edit changes nothing. @throws {QueueError} as {@link slackError} */
export async function editMessage(client: WebClient, edit: MessageEdit): Promise<'edited' | 'gone'> {
  try {
    await client.chat.update({ ...edit, ...AS_WRITTEN });
    return 'edited';
  } catch (thrown) {
    if (thrown instanceof WebAPIPlatformError && GONE.has(thrown.data.error)) return 'gone';
    throw slackError(thrown);
  }
}
