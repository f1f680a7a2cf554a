/**
 * Works on a message of the card queue: brings the card up to date, or sends the message again. What has to wait (429, outage,
 * another update of the same card) is sent again with a delay and holds nothing up.
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

/** An update that could not be done. */
export interface CardFailure {
  readonly taskId: string;
  readonly error: QueueError;
  /** How often the message was sent again before. */
  readonly count: number;
  /** Wait until the next try, 1 to 900. */
  readonly delaySeconds: number;
  /** Another update of the card is under way, which is no failure. */
  readonly isBusy: boolean;
  /** Whether it counts as a failure of this release. */
  readonly isCounted: boolean;
  /** Whether waiting cures it; if not, it wants a person. */
  readonly isPassing: boolean;
}

/** Who is told what becomes of messages: the log and the metrics. */
export interface CardWatch {
  /** The card shows `version`. */
  shown(taskId: string, version: number, latencies: readonly LatencyRecord[]): void;
  /** How long transitions took to be seen: each one once, whatever became of the rest of the update. */
  measured(latencies: readonly LatencyRecord[]): void;
  /** The update could not be done; it is tried again unless it was tried for a day. */
  failed(failure: CardFailure): void;
}

/** What working on messages needs. */
export interface CardWorkOptions extends Omit<CardUpdaterOptions, 'rewriteLater'> {
  readonly queue: CardQueue;
  readonly watch: CardWatch;
}

function report({ watch }: CardWorkOptions, taskId: string, outcome: CardOutcome): void {
  if (outcome.kind !== 'shown' && outcome.kind !== 'failed') return;
  if (outcome.kind === 'shown') watch.shown(taskId, outcome.version, outcome.latencies);
  watch.measured(outcome.latencies);
}

/** Why the card does not show what the task is; `undefined` when it does. */
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

/** Sends the message again; `false` when it was tried for long enough. */
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
 * A store that cannot be asked now is waited for like Slack: reported back, the message would come again only when its
 * visibility timeout is over, in three minutes. @throws what waiting does not cure
 */
function passingError(thrown: unknown): QueueError {
  const error = toQueueError(thrown);
  if (isPassing(error)) return error;
  throw thrown;
}

/**
 * Whether the message needs no more deliveries; one that was tried for a day needs a person. Delivered again it finds the card done.
 * @throws what waiting does not cure, or what a queue throws that takes no message
 */
export async function workCardMessage(options: CardWorkOptions, message: CardMessage): Promise<boolean> {
  const error = await update(options, message).catch(passingError);
  return error === undefined || putBack(options, message, error);
}
