/** When the update of a card is tried again, for how long, and which failures count. */
import type { CardMessage } from '../contracts/cards.ts';
import { isOwnFault, QueueError } from '../../shared/domain/errors.ts';
import { fractionOf } from '../../shared/domain/hashing.ts';

/** When an update that could not be done is tried again, and for how long. */
export const CARD_RETRY = {
  /** Wait after the first failure, before jitter; doubles each time. */
  baseSeconds: 1,
  /** Longest wait of an outage before jitter: cards are right half a minute after it. */
  capSeconds: 30,
  /** Longest wait that SQS takes. */
  maxDelaySeconds: 900,
  /** After this the message is a dead letter. */
  maxAgeMs: 24 * 60 * 60 * 1_000,
  /** An edit without an answer has arrived by then, or never will: the card is written once more. */
  rewriteSeconds: 30,
} as const;

/** Waiting cures it; anything else wants a person and counts as a terminal error of Slack. */
export const isPassing = (error: QueueError): boolean =>
  error.deferral || error.kind === 'retryable' || error.kind === 'unknown' || error.kind === 'conflict';

/**
 * Wait in seconds before the `count`-th retry (from 0): Slack's wish, or a growing one with jitter that depends on task
 * and count only. What wants a person is tried every 15 minutes, so that the card is right soon after the repair.
 */
export function cardRetrySeconds(error: QueueError, taskId: string, count: number): number {
  const { baseSeconds, capSeconds, maxDelaySeconds } = CARD_RETRY;
  if (!isPassing(error)) return maxDelaySeconds;
  const growing = Math.min(capSeconds, baseSeconds * 2 ** Math.min(count, 30));
  const fraction = fractionOf('quoteq/card', taskId, count);
  const wish = error.retryAfterSeconds;
  // Ten cards that are told to come back in 30 s do not come back in the same second.
  const seconds = wish === undefined ? growing / 2 + (growing / 2) * fraction : wish + growing * fraction;
  return Math.min(maxDelaySeconds, Math.max(1, Math.ceil(seconds)));
}

/** The message that asks again after a failure at `nowMs`, or `undefined` when it has been tried long enough. */
export function retried(message: CardMessage, nowMs: number): CardMessage | undefined {
  const { count = 0, sinceMs = nowMs, rewrite } = message.retry ?? {};
  if (nowMs - sinceMs >= CARD_RETRY.maxAgeMs) return undefined;
  return {
    detail: { taskId: message.detail.taskId },
    retry: { count: count + 1, sinceMs, ...(rewrite === undefined ? {} : { rewrite }) },
  };
}

/** Another update of the card takes long. Waiting for it any longer would hold up other cards. */
export const CARD_BUSY = new QueueError('EFFECT_IN_PROGRESS', {
  detail: 'Another update of the card is under way',
  deferral: true,
});

/** The message that has a card written once more although it shows the present version. @param nowMs ms since the epoch */
export const rewriteOf = (taskId: string, nowMs: number): CardMessage => ({
  detail: { taskId },
  retry: { count: 0, sinceMs: nowMs, rewrite: true },
});

/**
 * How long failures of a message are counted, from the first one on. A passing failure waits 30 s at most, so the last one that
 * counts comes more than a minute after the first: also a single card rings the release alarm, which wants two of five minutes.
 * Seven minutes after the first one the alarm is silent again, though the message is tried for a day: it must not stop the release
 * that repairs the card.
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
  /** The one that waits longest speaks for all of them. */
  readonly message: CardMessage;
  readonly messageIds: readonly string[];
}

const sinceMsOf = ({ retry }: CardMessage): number => retry?.sinceMs ?? Number.POSITIVE_INFINITY;

/** Messages of one batch for the same task are one update; one that has the card rewritten is an update of its own. */
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
