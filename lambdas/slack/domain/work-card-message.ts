/**
 * Handles a message of the card queue: brings the card up to date, or sends the message again. An update that must wait (429,
 * outage, another update of the same card) is sent again with a delay, so that it delays no other card.
 */
import type { LatencyRecord } from '../../queue/contracts/shown-cards.ts';
import { type QueueError, toQueueError } from '../../shared/domain/errors.ts';
import type { CardMessage } from '../contracts/cards.ts';
import {
  CARD_BUSY,
  CARD_RETRY,
  cardRetrySeconds,
  isCounted,
  isPassing,
  retried,
  rewriteOf,
} from './card-retry.ts';
import { type CardOutcome, CardUpdater, type CardUpdaterOptions } from './card-updater.ts';
import type { CardQueue } from './ports.ts';

/** An update that failed. */
export interface CardFailure {
  readonly taskId: string;
  readonly error: QueueError;
  /** Number of times that the message was sent again before. */
  readonly count: number;
  /** Wait until the next try, in seconds, 1 to 900. */
  readonly delaySeconds: number;
  /** Whether another update of the card is in progress, which is not a failure. */
  readonly isBusy: boolean;
  /** Whether it counts as a failure of this release. */
  readonly isCounted: boolean;
  /** Whether waiting can help; if not, an operator is needed. */
  readonly isPassing: boolean;
}

/** Observes the results of messages, for the log and the metrics. */
export interface CardWatch {
  /** The card shows `version`. */
  shown(taskId: string, version: number, latencies: readonly LatencyRecord[]): void;
  /** The status latencies of transitions. Each is reported once, even if a later step of the update failed. */
  measured(latencies: readonly LatencyRecord[]): void;
  /** The update failed. It is retried until its maximum age of a day. */
  failed(failure: CardFailure): void;
}

/** Options of handling messages. */
export interface CardWorkOptions extends Omit<CardUpdaterOptions, 'rewriteLater'> {
  readonly queue: CardQueue;
  readonly watch: CardWatch;
}

function report({ watch }: CardWorkOptions, taskId: string, outcome: CardOutcome): void {
  if (outcome.kind !== 'shown' && outcome.kind !== 'failed') return;
  if (outcome.kind === 'shown') watch.shown(taskId, outcome.version, outcome.latencies);
  watch.measured(outcome.latencies);
}

/** Why the card does not show the present task; `undefined` when it does. */
async function update(
  options: CardWorkOptions,
  { detail, retry }: CardMessage,
): Promise<QueueError | undefined> {
  const { clock, queue } = options;
  const updater = new CardUpdater({
    ...options,
    rewriteLater: (taskId) => queue.send(rewriteOf(taskId, clock.nowMs()), CARD_RETRY.rewriteSeconds),
  });
  const outcome = await updater.update(detail.taskId, retry?.rewrite);
  report(options, detail.taskId, outcome);
  if (outcome.kind === 'failed') return outcome.error;
  return outcome.kind === 'busy' ? CARD_BUSY : undefined;
}

/** Sends the message again; returns `false` when its maximum age is reached. */
async function putBack(
  { clock, queue, watch }: CardWorkOptions,
  message: CardMessage,
  error: QueueError,
): Promise<boolean> {
  const { taskId } = message.detail;
  const nowMs = clock.nowMs();
  const count = message.retry?.count ?? 0;
  const delaySeconds = cardRetrySeconds(error, taskId, count);
  watch.failed({
    taskId,
    error,
    count,
    delaySeconds,
    isBusy: error === CARD_BUSY,
    isCounted: isCounted(message, error, nowMs),
    isPassing: isPassing(error),
  });
  const next = retried(message, nowMs);
  if (next === undefined) return false;
  await queue.send(next, delaySeconds);
  return true;
}

/**
 * If the store cannot be reached, the message waits as for Slack: if it were reported as failed, it would come back only after
 * its visibility timeout of three minutes. @throws errors for which waiting does not help
 */
function passingError(thrown: unknown): QueueError {
  const error = toQueueError(thrown);
  if (isPassing(error)) return error;
  throw thrown;
}

/**
 * Whether the message needs no further delivery; after a day of tries it needs an operator. Delivered again, it finds the card
 * done.
 * @throws errors for which waiting does not help, and errors of the queue
 */
export async function workCardMessage(options: CardWorkOptions, message: CardMessage): Promise<boolean> {
  const error = await update(options, message).catch(passingError);
  return error === undefined || putBack(options, message, error);
}
