/** Posts one message, once. */
import type { WebClient } from '@slack/web-api';
import { QueueError } from '../../domain/errors.ts';
import type { effectMetadata } from './find-message.ts';
import { slackError } from './slack-client.ts';

/** A message that is an effect. */
export interface EffectPost {
  readonly channel: string;
  /** Escaped text; also the fallback of notifications. */
  readonly text: string;
  readonly threadTs?: string;
  readonly metadata: ReturnType<typeof effectMetadata>;
}

/** Posts and returns the message's `ts`. @throws {QueueError} as {@link slackError} */
export async function postMessage(client: WebClient, post: EffectPost): Promise<string> {
  try {
    const answer = await client.chat.postMessage({
      channel: post.channel,
      text: post.text,
      metadata: post.metadata,
      unfurl_links: false,
      unfurl_media: false,
      ...(post.threadTs === undefined ? {} : { thread_ts: post.threadTs }),
    });
    if (answer.ts === undefined)
      throw new QueueError('PROVIDER_UNAVAILABLE', { detail: 'Slack answered without ts' });
    return answer.ts;
  } catch (thrown) {
    throw thrown instanceof QueueError ? thrown : slackError(thrown);
  }
}
