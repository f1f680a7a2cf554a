/** The retry policy of card updates: when, for how long, and which failures count. */
import type { CardMessage } from '../contracts/cards.ts';
import { isOwnFault, QueueError } from '../../shared/domain/errors.ts';
import { fractionOf } from '../../shared/domain/hashing.ts';

/** Times of the retries. */
export const CARD_RETRY = {
  /** Wait after the first failure, before jitter; doubles each time. */
  baseSeconds: 1,
  /** Maximum wait in an outage, before jitter, so that cards are right half a minute after it ends. */
  capSeconds: 30,
  /** Maximum delay that SQS allows. */
  maxDelaySeconds: 900,
  /** Maximum age of the message; then it becomes a dead letter. */
  maxAgeMs: 24 * 60 * 60 * 1_000,
  /** After this time an edit without an answer has either arrived or never will, so the card is written once more. */
  rewriteSeconds: 30,
} as const;

/** Whether waiting can help. Any other error needs an operator and counts as a terminal error of Slack. */
export const isPassing = (error: QueueError): boolean =>
  error.deferral || error.kind === 'retryable' || error.kind === 'unknown' || error.kind === 'conflict';

/**
 * Wait in seconds before the `count`-th retry (from 0): the time that Slack asks for, or a growing one with jitter that depends
 * only on task and count. If an operator is needed, it is tried every 15 minutes, so that the card is right soon after the
 * repair.
 */
export function cardRetrySeconds(error: QueueError, taskId: string, count: number): number {
  const { baseSeconds, capSeconds, maxDelaySeconds } = CARD_RETRY;
  if (!isPassing(error)) return maxDelaySeconds;
  const growing = Math.min(capSeconds, baseSeconds * 2 ** Math.min(count, 30));
  const fraction = fractionOf('quoteq/card', taskId, count);
  const wish = error.retryAfterSeconds;
  // If ten cards are told to come back in 30 s, jitter spreads them over several seconds.
  const seconds = wish === undefined ? growing / 2 + (growing / 2) * fraction : wish + growing * fraction;
  return Math.min(maxDelaySeconds, Math.max(1, Math.ceil(seconds)));
}

/** The message for the next try after a failure at `nowMs`; `undefined` when its maximum age is reached. */
export function retried(message: CardMessage, nowMs: number): CardMessage | undefined {
  const { count = 0, sinceMs = nowMs, rewrite } = message.retry ?? {};
  if (nowMs - sinceMs >= CARD_RETRY.maxAgeMs) return undefined;
  return {
    detail: { taskId: message.detail.taskId },
    retry: { count: count + 1, sinceMs, ...(rewrite === undefined ? {} : { rewrite }) },
  };
}

/** Another update of the card takes long. A longer wait would delay other cards. */
export const CARD_BUSY = new QueueError('EFFECT_IN_PROGRESS', {
  detail: 'Another update of the card is under way',
  deferral: true,
});

/** The message that writes a card once more, even if it shows the present version. @param nowMs ms since the epoch */
export const rewriteOf = (taskId: string, nowMs: number): CardMessage => ({
  detail: { taskId },
  retry: { count: 0, sinceMs: nowMs, rewrite: true },
});

/**
 * How long failures of a message count, after its first one. A passing failure waits at most 30 s, so the last one that counts
 * is more than a minute after the first. So a single card can ring the release alarm, which needs two of five minutes. Seven
 * minutes after the first failure the alarm is silent again, although the message is retried for a day: it must not stop the
 * release that repairs the card.
 */
const COUNTED_MS = 2 * 60 * 1_000;

/** Whether a failure of a message counts as one of this release. @param nowMs ms since the epoch */
export const isCounted = ({ retry }: CardMessage, error: QueueError, nowMs: number): boolean =>
  isOwnFault(error) && nowMs - (retry?.sinceMs ?? nowMs) < COUNTED_MS;

/** A message of the queue, by its id there. */
export interface QueuedCardMessage {
  readonly messageId: string;
  readonly message: CardMessage;
}

/** Messages that ask for the same update. */
export interface CardMessageGroup {
  /** The message that has waited longest represents all of them. */
  readonly message: CardMessage;
  readonly messageIds: readonly string[];
}

const sinceMsOf = ({ retry }: CardMessage): number => retry?.sinceMs ?? Number.POSITIVE_INFINITY;

/** Messages of one batch for the same task are one update; a message with `rewrite` is a separate update. */
export function groupByCard(messages: readonly QueuedCardMessage[]): readonly CardMessageGroup[] {
  const groups = new Map<string, CardMessageGroup>();
  for (const { messageId, message } of messages) {
    const key = `${message.detail.taskId} ${message.retry?.rewrite ?? false}`;
    const { message: first, messageIds } = groups.get(key) ?? { message, messageIds: [] };
    const oldest = sinceMsOf(message) < sinceMsOf(first) ? message : first;
    groups.set(key, { message: oldest, messageIds: [...messageIds, messageId] });
  }
  return [...groups.values()];
}
