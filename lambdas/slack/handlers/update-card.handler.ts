/**
 * `update-card`: brings cards in Slack up to date. Delivered again, late or out of order, it shows the present task, so an
 * older version never replaces a newer one. An update that must wait (429, outage, another update of the same card) is sent
 * again with a delay and delays no other card. A message that waits for more than a day, or cannot be read, becomes a dead
 * letter.
 */
import { MetricUnit } from '@aws-lambda-powertools/metrics';
import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { createCardQueue } from '../adapters/card-queue.ts';
import { DynamoDbCardRepo } from '../adapters/dynamodb/card-repo.ts';
import { createDocumentClient } from '../../shared/adapters/dynamodb/document-client.ts';
import { DynamoDbLedgerRepo } from '../../shared/adapters/dynamodb/ledger-repo.ts';
import { DynamoDbTaskRepo } from '../../queue/exports/stores.ts';
import { slackSecret } from '../../shared/adapters/secrets.ts';
import { createCardMessages } from '../adapters/card-messages.ts';
import { createSlackClient } from '../../shared/adapters/slack-api/slack-client.ts';
import { randomIds, systemClock } from '../../shared/adapters/system.ts';
import { type CardMessage, cardMessageSchema, isForeignEvent } from '../contracts/cards.ts';
import { Env } from '../../shared/contracts/environment.ts';
import { Metric } from '../../shared/contracts/metric-names.ts';
import { groupByCard, type QueuedCardMessage } from '../domain/card-retry.ts';
import { type CardWatch, type CardWorkOptions, workCardMessage } from '../domain/work-card-message.ts';
import { evidenceOf, isOwnFault, toQueueError } from '../../shared/domain/errors.ts';
import { createLogger } from '../../shared/platform/logger.ts';
import { createFailureCount, createMetrics } from '../../shared/platform/metrics.ts';
import { requireEnv } from '../../shared/platform/require-env.ts';

const logger = createLogger('update-card');
const metrics = createMetrics();
const countFailure = createFailureCount(metrics);
const store = createDocumentClient();
const tasks = new DynamoDbTaskRepo(store, requireEnv(Env.TasksTable));
const ledger = new DynamoDbLedgerRepo(store, requireEnv(Env.LedgerTable));
const cards = new DynamoDbCardRepo(store, requireEnv(Env.CardsTable));
const queue = createCardQueue(requireEnv(Env.CardQueueUrl));
const apiUrl = requireEnv(Env.SlackApiUrl);
const secretArn = requireEnv(Env.SlackSecretArn);
const channel = requireEnv(Env.SlackChannelId);

const watch: CardWatch = {
  shown: (taskId, version, latencies) =>
    logger.info('card shown', { taskId, version, latencyMs: latencies.at(-1)?.latencyMs }),
  measured: (latencies) => {
    for (const { latencyMs } of latencies) {
      metrics.addMetric(Metric.StatusLatency, MetricUnit.Milliseconds, latencyMs);
    }
  },
  failed: ({ taskId, error: { code, detail }, count, delaySeconds, ...failure }) => {
    if (!failure.isBusy) logger.warn('card not updated', { taskId, code, detail, count, delaySeconds });
    if (failure.isCounted) countFailure();
    if (!failure.isPassing) metrics.addMetric(Metric.SlackTerminalErrors, MetricUnit.Count, 1);
  },
};

/** Options of one invocation. */
function workOptions(context: Context): CardWorkOptions {
  const remainingMs = (): number => context.getRemainingTimeInMillis();
  const guard = { ledger, clock: systemClock, ids: randomIds, remainingMs };
  return {
    clock: systemClock,
    ids: randomIds,
    remainingMs,
    tasks,
    cards,
    channel,
    messages: async () => {
      const { botToken } = await slackSecret(secretArn);
      return createCardMessages({ ...guard, channel, client: createSlackClient(botToken, apiUrl) });
    },
    queue,
    watch,
  };
}

/** The messages of a batch; adds those that are not card messages to `failures`. */
const readMessages = (records: readonly SQSRecord[], failures: Set<string>): readonly QueuedCardMessage[] =>
  records.flatMap(({ messageId, body }) => {
    try {
      const parsed: unknown = JSON.parse(body);
      if (isForeignEvent(parsed)) {
        metrics.addMetric(Metric.ForeignRecords, MetricUnit.Count, 1);
        return [];
      }
      return [{ messageId, message: cardMessageSchema.parse(parsed) }];
    } catch {
      logger.error('not a card message', { messageId });
      countFailure();
      failures.add(messageId);
      return [];
    }
  });

async function isHandled(message: CardMessage, context: Context): Promise<boolean> {
  try {
    return await workCardMessage(workOptions(context), message);
  } catch (thrown) {
    const { taskId } = message.detail;
    logger.error('card message failed', { taskId, ...evidenceOf(thrown) });
    if (isOwnFault(toQueueError(thrown))) countFailure();
    return false;
  }
}

/** Handles a batch of card messages. */
export async function handler(event: SQSEvent, context: Context): Promise<SQSBatchResponse> {
  const failures = new Set<string>();
  const groups = groupByCard(readMessages(event.Records, failures));
  try {
    await Promise.all(
      groups.map(async ({ message, messageIds }) => {
        if (!(await isHandled(message, context))) messageIds.forEach((messageId) => failures.add(messageId));
      }),
    );
    return { batchItemFailures: [...failures].map((itemIdentifier) => ({ itemIdentifier })) };
  } finally {
    if (metrics.hasStoredMetrics()) metrics.publishStoredMetrics();
  }
}
