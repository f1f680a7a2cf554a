/**
 * `slack.notify`: one message in the quote's thread, carrying the effect key as metadata.
 * Source: Slack API, "Message metadata" (`include_all_metadata` of conversations.replies).
 */
import type { WebClient } from '@slack/web-api';
import { ActionKind, slackNotifyPayload } from '../../contracts/action-kinds.ts';
import type { EffectResult, ExecutionTask } from '../../contracts/records.ts';
import { permalinkOf } from '../../domain/card.ts';
import type { Effect } from '../../domain/ports.ts';
import type { GuardOptions } from '../guarded-effect.ts';
import { effectMetadata, findMessage } from '../slack/find-message.ts';
import { sentMessage } from '../slack/message-parts.ts';
import { postMessage } from '../slack/post-message.ts';
import { ensureThread, findThread } from '../slack/quote-thread.ts';
import { payloadOf } from './task-payload.ts';

/** What the effect works with. */
export interface NotifySlackOptions extends GuardOptions {
  readonly client: () => Promise<WebClient>;
  readonly channel: string;
}

/** See the file head. */
export class NotifySlack implements Effect {
  readonly kind = ActionKind.SlackNotify;
  /** Slack posts again whatever is sent again. */
  readonly deduplicates = false;
  readonly #options: NotifySlackOptions;

  constructor(options: NotifySlackOptions) {
    this.#options = options;
  }

  /** The whole task is what the message stands for. */
  contentHash(task: ExecutionTask): string {
    return task.taskHash;
  }

  /** See {@link Effect.apply}. Slack does not deduplicate: only the probe stands between a lost reply and a second post. */
  async apply(task: ExecutionTask, effectKey: string): Promise<EffectResult> {
    const { channel } = this.#options;
    const { message, snapshot } = payloadOf(task, ActionKind.SlackNotify, slackNotifyPayload);
    const client = await this.#options.client();
    const threadTs = await ensureThread({ ...this.#options, client }, task, snapshot);
    const contentHash = this.contentHash(task);
    const metadata = effectMetadata(effectKey, contentHash);
    const sent = sentMessage(message);
    const ts = await postMessage(client, { channel, threadTs, ...sent, linksAddresses: true, metadata });
    return this.#result(ts, contentHash);
  }

  /** See {@link Effect.probe}. It posts nothing: without a thread there is no message in it. */
  async probe(task: ExecutionTask, effectKey: string): Promise<EffectResult | undefined> {
    const { channel } = this.#options;
    const { snapshot } = payloadOf(task, ActionKind.SlackNotify, slackNotifyPayload);
    const client = await this.#options.client();
    const threadTs = await findThread({ ...this.#options, client }, task, snapshot);
    if (threadTs === undefined) return undefined;
    const found = await findMessage(client, { channel, threadTs }, effectKey);
    return found && this.#result(found.ts, found.contentHash);
  }

  #result(ts: string, contentHash: string): EffectResult {
    const { channel } = this.#options;
    return { provider: 'slack', externalId: ts, location: permalinkOf(channel, ts), contentHash };
  }
}
