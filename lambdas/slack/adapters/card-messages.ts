/**
 * The messages of a card through Slack's Web API: the card, which is posted once under the ledger and then edited, and one
 * message for each recovery.
 */
import type { WebClient } from '@slack/web-api';
import type { CardRecord } from '../../queue/contracts/shown-cards.ts';
import { cardPayloadSchema } from '../contracts/card-payload.ts';
import type { StoredTask } from '../../queue/contracts/records.ts';
import { EffectProof, type EffectResult } from '../../shared/contracts/effects.ts';
import { cardKeyOf, type Recovery, recoveryKeyOf } from '../domain/card.ts';
import type { CardMessages } from '../domain/ports.ts';
import { permalinkOf, threadOfPermalink } from '../../shared/domain/slack-permalink.ts';
import { hashOf } from '../../shared/domain/hashing.ts';
import type { EffectOutcome } from '../../shared/domain/effect.ts';
import { payloadOf } from '../../actions/task-payload.ts';
import { type GuardOptions, runGuarded } from '../../shared/adapters/guarded-effect.ts';
import { recoveryText, type RenderedCard, renderCard } from './card-blocks.ts';
import { effectMetadata } from '../../shared/adapters/slack-api/find-message.ts';
import { editMessage, type PostedMessage } from '../../shared/adapters/slack-api/post-message.ts';
import { ensureThread, keepThread } from '../../shared/adapters/slack-api/quote-thread.ts';
import { findReply, postReply, type ThreadVisitor } from '../../shared/adapters/slack-api/thread-messages.ts';

/** Options of the messages. */
export interface CardMessagesOptions extends GuardOptions {
  readonly client: WebClient;
  readonly channel: string;
}

/** A message in the quote's thread, under an effect key. */
interface ThreadMessage {
  readonly visitor: ThreadVisitor;
  /** Root message that existed a moment ago. */
  readonly threadTs: string;
  readonly effectKey: string;
  readonly message: Pick<RenderedCard, 'text'> & Partial<RenderedCard>;
}

/** The card's lock holder in the thread of the task's quote. */
const visitorOf = (task: StoredTask, { owner, lockExpiresAtMs }: CardRecord): ThreadVisitor => ({
  opener: { owner, leaseExpiresAtMs: lockExpiresAtMs },
  snapshot: payloadOf(task, task.kind, cardPayloadSchema).snapshot,
  sinceMs: task.createdAtMs,
});

async function postOnce(
  options: CardMessagesOptions,
  card: CardRecord,
  { visitor, threadTs, effectKey, message }: ThreadMessage,
): Promise<EffectOutcome> {
  // The identity of the message: the text of a card changes, the card does not.
  const contentHash = hashOf(['quoteq/message', effectKey]);
  const resultOf = (posted: PostedMessage, hash: string): EffectResult => ({
    provider: 'slack',
    externalId: posted.ts,
    location: permalinkOf(options.channel, posted.ts, posted.threadTs),
    contentHash: hash,
  });
  return runGuarded(options, {
    claim: {
      effectKey,
      taskHash: contentHash,
      owner: card.owner ?? '',
      fence: 0,
      deduplicates: false,
      leaseExpiresAtMs: card.lockExpiresAtMs ?? 0,
    },
    contentHash,
    apply: async () => {
      const reply = { ...message, metadata: effectMetadata(effectKey, contentHash) };
      return resultOf(await postReply(options, visitor, threadTs, reply), contentHash);
    },
    probe: async () => {
      const found = await findReply(options, visitor, effectKey);
      return found && resultOf(found, found.contentHash);
    },
  });
}

/**
 * Root of the thread with the card: the card itself, if Slack put it into the channel. A result of an earlier release does not
 * name it.
 */
const rootOf = ({ result, proof }: EffectOutcome, threadTs: string): string =>
  threadOfPermalink(result.location) ?? (proof === EffectProof.Replayed ? threadTs : result.externalId);

async function tellRecovery(
  options: CardMessagesOptions,
  task: StoredTask,
  card: CardRecord,
  recovery: Recovery,
): Promise<void> {
  if (card.threadTs === undefined) throw new TypeError('threadTs: expected a card that is shown');
  const visitor = visitorOf(task, card);
  // A card in the channel itself is not in the quote's thread.
  const threadTs =
    card.threadTs === card.ts
      ? await ensureThread(options, visitor.opener, visitor.snapshot)
      : await keepThread(options, visitor.opener, visitor.snapshot, card.threadTs);
  const effectKey = recoveryKeyOf(task.taskId, recovery.transition.version);
  const message = { text: recoveryText(task, recovery) };
  await postOnce(options, card, { visitor, threadTs, effectKey, message });
}

/** Messages of cards in the channel of `options`, through its client. */
export const createCardMessages = (options: CardMessagesOptions): CardMessages => ({
  edit: async (task, ts) => {
    const { client, channel } = options;
    return (await editMessage(client, { channel, ts, ...renderCard(task) })) === 'edited';
  },
  openThread: (task, card) => {
    const { opener, snapshot } = visitorOf(task, card);
    return ensureThread(options, opener, snapshot);
  },
  post: async (task, card, { threadTs, posting }) => {
    const effectKey = cardKeyOf(options.channel, card.taskId, posting);
    const message = { visitor: visitorOf(task, card), threadTs, effectKey, message: renderCard(task) };
    const outcome = await postOnce(options, card, message);
    const isNew = outcome.proof === EffectProof.Applied;
    return { ts: outcome.result.externalId, threadTs: rootOf(outcome, threadTs), isNew };
  },
  tellRecovery: (task, card, recovery) => tellRecovery(options, task, card, recovery),
});
