/**
 * The messages of a card: the card itself, posted once under the ledger and edited from then on, and one message for each
 * recovery.
 */
import type { WebClient } from '@slack/web-api';
import * as z from 'zod/mini';
import type { CardRecord } from '../../queue/contracts/shown-cards.ts';
import { quoteSnapshotSchema } from '../../shared/contracts/quote-snapshot.ts';
import { isKnownTask, type StoredTask } from '../../queue/contracts/records.ts';
import { EffectProof, type EffectResult } from '../../shared/contracts/effects.ts';
import { cardKeyOf, type Recovery, recoveryKeyOf } from '../domain/card.ts';
import { permalinkOf, threadOfPermalink } from '../../shared/domain/slack-permalink.ts';
import { QueueError } from '../../shared/domain/errors.ts';
import { hashOf } from '../../shared/domain/hashing.ts';
import type { EffectOutcome } from '../../shared/domain/effect.ts';
import { payloadOf, readsAs } from '../../actions/task-payload.ts';
import { type GuardOptions, runGuarded } from '../../shared/adapters/guarded-effect.ts';
import { recoveryText, type RenderedCard, renderCard } from './card-blocks.ts';
import { effectMetadata } from '../../shared/adapters/slack-api/find-message.ts';
import { editMessage, type PostedMessage } from '../../shared/adapters/slack-api/post-message.ts';
import { ensureThread, keepThread } from '../../shared/adapters/slack-api/quote-thread.ts';
import { findReply, postReply, type ThreadVisitor } from '../../shared/adapters/slack-api/thread-messages.ts';

/** What the messages are made with. */
export interface CardMessagesOptions extends GuardOptions {
  readonly client: WebClient;
  readonly channel: string;
}

/** Where the card is now. */
export interface CardPlace {
  readonly threadTs: string;
  readonly ts: string;
  readonly postings: number;
}

/** Every kind's payload has it. */
const payloadSchema = z.object({ snapshot: quoteSnapshotSchema });

/** Whether the task has a place in Slack: a kind of a newer release may have a payload without a quote. */
export const hasThread = (task: StoredTask): boolean => isKnownTask(task) || readsAs(task, payloadSchema);

/** A message in the quote's thread, under an effect key. */
interface ThreadMessage {
  readonly visitor: ThreadVisitor;
  /** Root that was there a moment ago. */
  readonly threadTs: string;
  readonly effectKey: string;
  readonly message: Pick<RenderedCard, 'text'> & Partial<RenderedCard>;
}

/** The card's holder in the thread of the task's quote. */
const visitorOf = (task: StoredTask, { owner, lockExpiresAtMs }: CardRecord): ThreadVisitor => ({
  opener: { owner, leaseExpiresAtMs: lockExpiresAtMs },
  snapshot: payloadOf(task, task.kind, payloadSchema).snapshot,
  sinceMs: task.createdAtMs,
});

async function postOnce(
  options: CardMessagesOptions,
  card: CardRecord,
  { visitor, threadTs, effectKey, message }: ThreadMessage,
): Promise<EffectOutcome> {
  // What the key stands for: the text of a card changes, the card does not.
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
 * Root of the thread that a card is in: the card itself, if Slack put it into the channel. A result of an earlier release does not name
 * it.
 */
const rootOf = ({ result, proof }: EffectOutcome, threadTs: string): string =>
  threadOfPermalink(result.location) ?? (proof === EffectProof.Replayed ? threadTs : result.externalId);

const edited = async (
  { client, channel }: CardMessagesOptions,
  ts: string,
  rendered: RenderedCard,
): Promise<boolean> => (await editMessage(client, { channel, ts, ...rendered })) === 'edited';

/** A posting that was found instead of made may show an older version, or may be deleted by now. */
const MAX_POSTINGS_AT_ONCE = 3;

async function postAnew(
  options: CardMessagesOptions,
  card: CardRecord,
  visitor: ThreadVisitor,
  rendered: RenderedCard,
): Promise<CardPlace> {
  const threadTs = await ensureThread(options, visitor.opener, visitor.snapshot);
  for (let tries = 1; tries <= MAX_POSTINGS_AT_ONCE; tries += 1) {
    const postings = card.postings + tries;
    const effectKey = cardKeyOf(options.channel, card.taskId, postings);
    const outcome = await postOnce(options, card, { visitor, threadTs, effectKey, message: rendered });
    const ts = outcome.result.externalId;
    if (outcome.proof === EffectProof.Applied || (await edited(options, ts, rendered))) {
      return { threadTs: rootOf(outcome, threadTs), ts, postings };
    }
  }
  throw new QueueError('PROVIDER_REFUSED', { detail: 'Each card that was posted is deleted at once' });
}

/**
 * Shows `task` on its card, which `card` locks: edits it, or posts it in the quote's thread when it is not there (any more).
 * @throws {QueueError} as the Slack client; `EFFECT_IN_PROGRESS` (a deferral) while another is posting
 */
export async function showCard(
  options: CardMessagesOptions,
  task: StoredTask,
  card: CardRecord,
): Promise<CardPlace> {
  const rendered = renderCard(task);
  if (card.ts !== undefined && card.threadTs !== undefined && (await edited(options, card.ts, rendered))) {
    return { threadTs: card.threadTs, ts: card.ts, postings: card.postings };
  }
  return postAnew(options, card, visitorOf(task, card), rendered);
}

/** Says in the thread, once, how the task moved on. @throws {QueueError} as {@link showCard} */
export async function tellRecovery(
  options: CardMessagesOptions,
  task: StoredTask,
  card: CardRecord,
  recovery: Recovery,
): Promise<void> {
  if (card.threadTs === undefined) throw new TypeError('threadTs: expected a card that is shown');
  const visitor = visitorOf(task, card);
  // A card in the channel itself has no thread of the quote's to name.
  const threadTs =
    card.threadTs === card.ts
      ? await ensureThread(options, visitor.opener, visitor.snapshot)
      : await keepThread(options, visitor.opener, visitor.snapshot, card.threadTs);
  const effectKey = recoveryKeyOf(task.taskId, recovery.transition.version);
  const message = { text: recoveryText(task, recovery) };
  await postOnce(options, card, { visitor, threadTs, effectKey, message });
}
