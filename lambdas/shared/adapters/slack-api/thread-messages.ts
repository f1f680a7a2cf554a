/**
 * Messages in the thread of a quote, even while operators delete its root. Invariants upheld here:
 * 1. A reply is posted again only after Slack has refused it: a message that Slack accepted is never posted a second time,
 *    wherever it is.
 * 2. A message counts as absent only after a search of every thread that the quote has had since the ledger began, and of the
 *    channel, because Slack puts a reply to a root that has just been deleted into the channel.
 */
import { WebAPIPlatformError } from '@slack/web-api';
import type { QuoteSnapshot } from '../../contracts/quote-snapshot.ts';
import { QueueError } from '../../domain/errors.ts';
import { type EffectMessage, findMessage, RootState, searchMessages } from './find-message.ts';
import { type EffectPost, type PostedMessage, postMessage } from './post-message.ts';
import {
  ensureThread,
  findThread,
  MESSAGE_SEARCH_MS,
  type QuoteThreadOptions,
  type ThreadOpener,
} from './quote-thread.ts';

/** A task that works in the thread of its quote. */
export interface ThreadVisitor {
  readonly opener: ThreadOpener;
  readonly snapshot: QuoteSnapshot;
  /** Time at which the task was enqueued, in ms since the epoch; none of its messages is older. */
  readonly sinceMs: number;
}

/** A reply without its place. */
export type Reply = Omit<EffectPost, 'channel' | 'threadTs'>;

/** Slack's answers to a reply whose root cannot have replies (any more); nothing was posted. */
const NO_ROOT: ReadonlySet<string> = new Set(['thread_not_found', 'cannot_reply_to_message']);

const isRootless = (thrown: unknown): boolean =>
  thrown instanceof QueueError &&
  thrown.cause instanceof WebAPIPlatformError &&
  NO_ROOT.has(thrown.cause.data.error);

/** A root is rarely deleted between the check and the reply; three times means that a person wants it. */
const MAX_TRIES = 3;

/**
 * Posts a reply in the thread of a quote.
 * @param threadTs root that existed a moment ago, from {@link ensureThread}; if it was deleted since, the next one is opened
 * @throws {QueueError} as the Slack client and {@link ensureThread}
 */
export async function postReply(
  options: QuoteThreadOptions,
  { opener, snapshot }: ThreadVisitor,
  threadTs: string,
  reply: Reply,
): Promise<PostedMessage> {
  const { client, channel } = options;
  const deleted = new Set<string>();
  let root = threadTs;
  for (let tries = 1; ; tries += 1) {
    try {
      return await postMessage(client, { ...reply, channel, threadTs: root });
    } catch (thrown) {
      if (tries === MAX_TRIES || !isRootless(thrown)) throw thrown;
    }
    deleted.add(root);
    root = await ensureThread(options, opener, snapshot, deleted);
  }
}

/** A message of the thread, or of the channel itself, with an effect key. */
export type FoundReply = EffectMessage & Pick<PostedMessage, 'threadTs'>;

/** More than our clocks differ from Slack's: a message that is not found would be posted twice. */
const CLOCK_MARGIN_MS = 60 * 60 * 1_000;

/**
 * Slack allows some 50 pages of a channel a minute, and a page has 200 messages, so only messages since the task are searched.
 */
async function findInChannel(
  { client, channel, clock }: QuoteThreadOptions,
  sinceMs: number,
  effectKey: string,
): Promise<FoundReply | undefined> {
  const oldestMs = Math.max(clock.nowMs() - MESSAGE_SEARCH_MS, sinceMs - CLOCK_MARGIN_MS);
  return findMessage(client, { channel, oldestMs }, effectKey);
}

/**
 * Finds a reply in the thread of a quote; posts nothing.
 * @throws {QueueError} as {@link searchMessages}
 */
export async function findReply(
  options: QuoteThreadOptions,
  { opener, snapshot, sinceMs }: ThreadVisitor,
  effectKey: string,
): Promise<FoundReply | undefined> {
  const { client, channel } = options;
  let deleted: string | undefined;
  for (;;) {
    const threadTs = await findThread(options, opener, snapshot, deleted);
    if (threadTs === undefined) break;
    const { message, root } = await searchMessages(client, { channel, threadTs }, effectKey);
    if (message !== undefined) return { ...message, threadTs };
    if (root === RootState.There) break;
    deleted = threadTs;
  }
  return deleted === undefined ? undefined : findInChannel(options, sinceMs, effectKey);
}
