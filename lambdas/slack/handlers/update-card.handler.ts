/**
 * `update-card`: brings cards in Slack up to date. Delivered again, late or out of order it shows what the task is now, so
 * nothing older ever replaces it. What has to wait (429, outage, another update of the same card) is sent again with a
 * delay and holds nothing up; what waits for more than a day, or cannot be read, ends among the dead letters.
 */
import { MetricUnit } from '@aws-lambda-powertools/metrics';
import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { createCardQueue } from '../adapters/card-queue.ts';
import { DynamoDbCardRepo } from '../adapters/dynamodb/card-repo.ts';
import { createDocumentClient } from '../../shared/adapters/dynamodb/document-client.ts';
import { DynamoDbLedgerRepo } from '../../shared/adapters/dynamodb/ledger-repo.ts';
import { DynamoDbTaskRepo } from '../../queue/exports/stores.ts';
import { slackSecret } from '../../shared/adapters/secrets.ts';
import { type CardOutcome, CardUpdater } from '../adapters/card-updater.ts';
import { createSlackClient } from '../../shared/adapters/slack-api/slack-client.ts';
import { randomIds, systemClock } from '../../shared/adapters/system.ts';
import { type CardMessage, cardMessageSchema, isForeignEvent } from '../contracts/cards.ts';
import { Env } from '../../shared/contracts/environment.ts';
import { Metric } from '../../shared/contracts/metric-names.ts';
import { CARD_RETRY, cardRetrySeconds, isPassing, retried } from '../domain/card.ts';
import { evidenceOf, isOwnFault, QueueError, toQueueError } from '../../shared/domain/errors.ts';
import { createFailureCount, createLogger, createMetrics } from '../../shared/platform/observability.ts';
import { requireEnv } from '../../shared/platform/require-env.ts';

const logger = createLogger('update-card');
const metrics = createMetrics();
const countFailure = createFailureCount(metrics);
const store = createDocumentClient();
const tasks = new DynamoDbTaskRepo(store, requireEnv(Env.TasksTable));
const ledger = new DynamoDbLedgerRepo(store, requireEnv(Env.LedgerTable));
const cards = new DynamoDbCardRepo(store, requireEnv(Env.CardsTable));
const sendLater = createCardQueue(requireEnv(Env.CardQueueUrl));
const apiUrl = requireEnv(Env.SlackApiUrl);
const secretArn = requireEnv(Env.SlackSecretArn);
const channel = requireEnv(Env.SlackChannelId);

const client = async () => createSlackClient((await slackSecret(secretArn)).botToken, apiUrl);

const rewriteLater = (taskId: string): Promise<void> =>
  sendLater(
    { detail: { taskId }, retry: { count: 0, sinceMs: systemClock.nowMs(), rewrite: true } },
    CARD_RETRY.rewriteSeconds,
  );

/** Not waited for any longer: that would hold up other cards. */
const BUSY = new QueueError('EFFECT_IN_PROGRESS', {
  detail: 'Another update of the card is under way',
  deferral: true,
});

/** One value for each transition, reported by the update that showed it, whatever became of the rest of that update. */
function report(taskId: string, outcome: CardOutcome): void {
  if (outcome.kind !== 'shown' && outcome.kind !== 'failed') return;
  const { latencies } = outcome;
  if (outcome.kind === 'shown') {
    logger.info('card shown', { taskId, version: outcome.version, latencyMs: latencies.at(-1)?.latencyMs });
  }
  for (const { latencyMs } of latencies) {
    metrics.addMetric(Metric.StatusLatency, MetricUnit.Milliseconds, latencyMs);
  }
}

/** Why the card does not show what the task is; `undefined` when it does. */
async function update(updater: CardUpdater, { detail, retry }: CardMessage): Promise<QueueError | undefined> {
  const { taskId } = detail;
  const outcome = await updater.update(taskId, retry?.rewrite);
  report(taskId, outcome);
  if (outcome.kind === 'failed') return outcome.error;
  return outcome.kind === 'busy' ? BUSY : undefined;
}

/**
 * How long failures of a message are counted, from the first one on. What passes waits 30 s at most, so the last one that counts
 * comes more than a minute after the first: also a single card rings the release alarm, which wants two of five minutes. Seven
 * minutes after the first it is silent again, though the message is tried for a day: it must not stop the release that mends
 * the card.
 */
const COUNTED_MS = 2 * 60 * 1_000;

const isCounted = ({ retry }: CardMessage, error: QueueError, nowMs: number): boolean =>
  isOwnFault(error) && nowMs - (retry?.sinceMs ?? nowMs) < COUNTED_MS;

/** Sends the message again; `false` when it was tried for long enough. */
async function putBack(message: CardMessage, error: QueueError): Promise<boolean> {
  const { taskId } = message.detail;
  const nowMs = systemClock.nowMs();
  const next = retried(message, nowMs);
  const count = message.retry?.count ?? 0;
  const delaySeconds = cardRetrySeconds(error, taskId, count);
  if (error !== BUSY) {
    const { code, detail } = error;
    logger.warn('card not updated', { taskId, code, detail, count, delaySeconds });
  }
  if (isCounted(message, error, nowMs)) countFailure();
  if (!isPassing(error)) metrics.addMetric(Metric.SlackTerminalErrors, MetricUnit.Count, 1);
  if (next === undefined) return false;
  await sendLater(next, delaySeconds);
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

/** Whether the message needs no more deliveries. @throws what waiting does not cure, or a queue that takes no message */
async function handled(message: CardMessage, context: Context): Promise<boolean> {
  const guard = { ledger, clock: systemClock, ids: randomIds, lambdaContext: context };
  const updater = new CardUpdater({ ...guard, tasks, cards, client, channel, rewriteLater });
  const error = await update(updater, message).catch(passingError);
  return error === undefined || putBack(message, error);
}

const sinceMsOf = ({ retry }: CardMessage): number => retry?.sinceMs ?? Number.POSITIVE_INFINITY;

/** Messages of one batch for the same task are one update; the one that waits longest speaks for them. */
function byTask(records: readonly SQSRecord[], failures: Set<string>): Map<string, [CardMessage, string[]]> {
  const groups = new Map<string, [CardMessage, string[]]>();
  for (const { messageId, body } of records) {
    try {
      const parsed: unknown = JSON.parse(body);
      if (isForeignEvent(parsed)) {
        metrics.addMetric(Metric.ForeignRecords, MetricUnit.Count, 1);
        continue;
      }
      const message = cardMessageSchema.parse(parsed);
      const key = `${message.detail.taskId} ${message.retry?.rewrite ?? false}`;
      const [first, ids] = groups.get(key) ?? [message, []];
      groups.set(key, [sinceMsOf(message) < sinceMsOf(first) ? message : first, [...ids, messageId]]);
    } catch {
      logger.error('not a card message', { messageId });
      countFailure();
      failures.add(messageId);
    }
  }
  return groups;
}

/** See the file head. */
export async function handler(event: SQSEvent, context: Context): Promise<SQSBatchResponse> {
  const failures = new Set<string>();
  const work = [...byTask(event.Records, failures).values()].map(async ([message, messageIds]) => {
    const isHandled = await handled(message, context).catch((thrown: unknown) => {
      const { taskId } = message.detail;
      logger.error('card message failed', { taskId, ...evidenceOf(thrown) });
      if (isOwnFault(toQueueError(thrown))) countFailure();
      return false;
    });
    if (!isHandled) messageIds.forEach((messageId) => failures.add(messageId));
  });
  try {
    await Promise.all(work);
    return { batchItemFailures: [...failures].map((itemIdentifier) => ({ itemIdentifier })) };
  } finally {
    if (metrics.hasStoredMetrics()) metrics.publishStoredMetrics();
  }
}
