/**
 * `slack.notify`: posts one message in the quote's thread, with the effect key as metadata. Source: Slack API, "Message
 * metadata" (`include_all_metadata` of conversations.replies).
 */
import type { WebClient } from '@slack/web-api';
import { ActionKind, KINDS } from '../../kinds.ts';
import { slackNotifyPayload } from './contracts/payload.ts';
import type { QuoteSnapshot } from '../../../shared/contracts/quote-snapshot.ts';
import type { EffectResult } from '../../../shared/contracts/effects.ts';
import { permalinkOf } from '../../../shared/domain/slack-permalink.ts';
import type { Effect, EffectTask } from '../../../shared/domain/effect.ts';
import type { GuardOptions } from '../../../shared/adapters/guarded-effect.ts';
import { effectMetadata } from '../../../shared/adapters/slack-api/find-message.ts';
import { sentMessage } from './message-parts.ts';
import type { PostedMessage } from '../../../shared/adapters/slack-api/post-message.ts';
import { ensureThread } from '../../../shared/adapters/slack-api/quote-thread.ts';
import {
  findReply,
  postReply,
  type ThreadVisitor,
} from '../../../shared/adapters/slack-api/thread-messages.ts';
import { payloadOf } from '../../task-payload.ts';

/** What the effect works with. */
export interface NotifySlackOptions extends GuardOptions {
  readonly client: () => Promise<WebClient>;
  readonly channel: string;
}

const visitorOf = (task: EffectTask, snapshot: QuoteSnapshot): ThreadVisitor => ({
  opener: task,
  snapshot,
  sinceMs: task.createdAtMs,
});

/** Posts a message in the quote's thread. */
export class NotifySlack implements Effect {
  readonly kind = ActionKind.SlackNotify;
  readonly deduplicates = KINDS[ActionKind.SlackNotify].deduplicates;
  readonly #options: NotifySlackOptions;

  constructor(options: NotifySlackOptions) {
    this.#options = options;
  }

  /** Hash of the whole task, because the message represents all of it. */
  contentHash(task: EffectTask): string {
    return task.taskHash;
  }

  /** See {@link Effect.apply}. Slack does not deduplicate: after a lost reply, only the probe prevents a second post. */
  async apply(task: EffectTask, effectKey: string): Promise<EffectResult> {
    const { message, snapshot } = payloadOf(task, ActionKind.SlackNotify, slackNotifyPayload);
    const options = { ...this.#options, client: await this.#options.client() };
    const threadTs = await ensureThread(options, task, snapshot);
    const contentHash = this.contentHash(task);
    const metadata = effectMetadata(effectKey, contentHash);
    const reply = { ...sentMessage(message), linksAddresses: true, metadata };
    const posted = await postReply(options, visitorOf(task, snapshot), threadTs, reply);
    return this.#result(posted, contentHash);
  }

  /** See {@link Effect.probe}. It posts nothing: without a thread there is no message. */
  async probe(task: EffectTask, effectKey: string): Promise<EffectResult | undefined> {
    const { snapshot } = payloadOf(task, ActionKind.SlackNotify, slackNotifyPayload);
    const options = { ...this.#options, client: await this.#options.client() };
    const found = await findReply(options, visitorOf(task, snapshot), effectKey);
    return found && this.#result(found, found.contentHash);
  }

  #result({ ts, threadTs }: PostedMessage, contentHash: string): EffectResult {
    const location = permalinkOf(this.#options.channel, ts, threadTs);
    return { provider: 'slack', externalId: ts, location, contentHash };
  }
}
