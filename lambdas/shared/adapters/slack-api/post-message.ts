/** Posts one message, once, and edits one. */
import { WebAPIPlatformError, type WebClient } from '@slack/web-api';
import type { KnownBlock } from '@slack/types';
import * as z from 'zod/mini';
import { QueueError } from '../../domain/errors.ts';
import type { effectMetadata } from './find-message.ts';
import { MESSAGE_TS, slackError } from './slack-client.ts';

/**
 * By default, addresses in a text become links; with `none` only links and dates that are written as such do (Slack's reference
 * of `chat.postMessage`). An edit says it too: the default of `chat.update` is another.
 */
export const AS_WRITTEN = { parse: 'none' } as const;

/** A message that is an effect. */
export interface EffectPost {
  readonly channel: string;
  /** Escaped text; also the fallback of notifications. */
  readonly text: string;
  /** Whether Slack makes links of the addresses in it: what a person wrote for people to read. @default false */
  readonly linksAddresses?: boolean;
  readonly blocks?: KnownBlock[];
  readonly threadTs?: string;
  readonly metadata: ReturnType<typeof effectMetadata>;
}

/** Where a message was posted. */
export interface PostedMessage {
  readonly ts: string;
  /**
   * Root of the thread that it is a reply in; absent in the channel itself. Slack puts a reply into the channel, and reports no
   * error, if the root has just been deleted and had no replies.
   */
  readonly threadTs?: string;
}

const messageTs = z.string().check(z.regex(MESSAGE_TS));
/** An answer with anything else does not say what became of the message. */
const answerSchema = z.object({
  ts: messageTs,
  message: z.optional(z.object({ thread_ts: z.optional(messageTs) })),
});

/** What Slack says of the message: its `thread_ts` is there exactly if it is in a thread. */
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

/** An edit of a message; what it leaves out stays as it is. */
export interface MessageEdit {
  readonly channel: string;
  readonly ts: string;
  readonly text: string;
  readonly blocks: KnownBlock[];
}

/** Somebody deleted the message. */
const GONE: ReadonlySet<string> = new Set(['message_not_found', 'cant_update_message']);

/** Edits a message; the same edit again changes nothing. @throws {QueueError} as {@link slackError} */
export async function editMessage(client: WebClient, edit: MessageEdit): Promise<'edited' | 'gone'> {
  try {
    await client.chat.update({ ...edit, ...AS_WRITTEN });
    return 'edited';
  } catch (thrown) {
    if (thrown instanceof WebAPIPlatformError && GONE.has(thrown.data.error)) return 'gone';
    throw slackError(thrown);
  }
}
