/**
 * `operate-click`: carries out clicks that were verified and acknowledged. Delivered again, a click changes nothing. A click
 * that cannot be read, or fails every delivery, goes to the dead-letter queue.
 */
import { BatchProcessor, EventType, processPartialResponse } from '@aws-lambda-powertools/batch';
import { SFNClient } from '@aws-sdk/client-sfn';
import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { createDocumentClient } from '../../shared/adapters/dynamodb/document-client.ts';
import { DynamoDbTaskRepo, StepFunctionsDriver } from '../../queue/exports/stores.ts';
import { slackSecret } from '../../shared/adapters/secrets.ts';
import { createClickNotices } from '../adapters/ephemeral.ts';
import { clickOfMessage } from '../adapters/click-queue.ts';
import { createSlackClient } from '../../shared/adapters/slack-api/slack-client.ts';
import { systemClock } from '../../shared/adapters/system.ts';
import { Env } from '../../shared/contracts/environment.ts';
import type { Click } from '../contracts/slack-payloads.ts';
import { evidenceOf, isOwnFault, toQueueError } from '../../shared/domain/errors.ts';
import { CLIENT_OPTIONS } from '../../shared/platform/client-options.ts';
import { createLogger } from '../../shared/platform/logger.ts';
import { createFailureCount, createMetrics } from '../../shared/platform/metrics.ts';
import { requireEnv } from '../../shared/platform/require-env.ts';
import { tellClicker, type TellOptions, workClick } from '../domain/work-click.ts';

const logger = createLogger('operate-click');
const countFailure = createFailureCount(createMetrics());
const queue = new DynamoDbTaskRepo(createDocumentClient(), requireEnv(Env.TasksTable));
const driver = new StepFunctionsDriver(new SFNClient(CLIENT_OPTIONS), requireEnv(Env.StateMachineArn));
const secretArn = requireEnv(Env.SlackSecretArn);
const apiUrl = requireEnv(Env.SlackApiUrl);

const telling: TellOptions = {
  notices: async () => {
    const { botToken } = await slackSecret(secretArn);
    return createClickNotices(createSlackClient(botToken, apiUrl));
  },
  onNoticeDropped: ({ taskId }, { code }) => logger.warn('notice dropped', { taskId, code }),
};

async function carryOut(click: Click): Promise<void> {
  const { taskId, action, version } = click;
  const notice = await workClick({ queue, driver, clock: systemClock }, click);
  logger.info('click carried out', { taskId, action, version, hasNotice: notice !== undefined });
  if (notice !== undefined) await tellClicker(telling, click, notice);
}

/** Powertools logs nothing about a failed record, so we log it ourselves. */
async function handle({ messageId, body }: SQSRecord): Promise<void> {
  let click: Click | undefined;
  try {
    click = clickOfMessage(body);
    await carryOut(click);
  } catch (thrown) {
    logger.error('click not carried out', { messageId, taskId: click?.taskId, ...evidenceOf(thrown) });
    if (isOwnFault(toQueueError(thrown))) countFailure();
    throw thrown;
  }
}

const processor = new BatchProcessor(EventType.SQS);

/** Carries out the clicks of a batch. */
export const handler = (event: SQSEvent): Promise<SQSBatchResponse> =>
  processPartialResponse(event, handle, processor, { throwOnFullBatchFailure: false });
