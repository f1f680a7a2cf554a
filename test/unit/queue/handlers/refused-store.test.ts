/** The functions behind queues and the stream when DynamoDB refuses every request, as for a release without a permission. */
import { createHash } from 'node:crypto';
import { marshall } from '@aws-sdk/util-dynamodb';
import type { DynamoDBRecord } from 'aws-lambda';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { toItem } from '../../../../lambdas/queue/adapters/dynamodb/task-item.ts';
import { systemClock } from '../../../../lambdas/shared/adapters/system.ts';
import { Env } from '../../../../lambdas/shared/contracts/environment.ts';
import { metricDimensionsOf } from '../../../../lambdas/shared/contracts/metric-names.ts';
import type { Click } from '../../../../lambdas/slack/contracts/slack-payloads.ts';
import { json, type RunningServer, startServer } from '../../../../tools/rig/http/http-server.ts';
import { queuedTask } from '../../../helpers/builders.ts';
import { TABLE_NAMES } from '../../../../tools/rig/aws/dynamodb-server.ts';
import { lambdaContext } from '../../../helpers/lambda-context.ts';
import { writtenLines } from '../../../helpers/cli/written-lines.ts';
import { sqsEvent } from '../../slack/handlers/slack-under-test.ts';

const SECRET = 'no access to the secret table of account 123456789012';

const REFUSED = json(400, { __type: 'com.amazon.coral.service#AccessDeniedException', message: SECRET });
/** The card queue's answer. */
const queue = { status: 400 };

const importHandlers = async () => {
  const [publish, operate, update] = await Promise.all([
    import('../../../../lambdas/queue/handlers/publish-transitions.handler.ts'),
    import('../../../../lambdas/slack/handlers/operate-click.handler.ts'),
    import('../../../../lambdas/slack/handlers/update-card.handler.ts'),
  ]);
  return { publish: publish.handler, operate: operate.handler, update: update.handler };
};

let server: RunningServer;
let handlers: Awaited<ReturnType<typeof importHandlers>>;
let written: readonly string[];

beforeAll(async () => {
  server = await startServer(async ({ body, headers }) => {
    const isSend = String(headers['x-amz-target']).endsWith('.SendMessage');
    if (!isSend || queue.status >= 400) return REFUSED;
    const { MessageBody } = Object(JSON.parse(body.toString('utf8')));
    return json(200, {
      MessageId: 'id',
      MD5OfMessageBody: createHash('md5').update(MessageBody).digest('hex'),
    });
  });
  const env = {
    AWS_ENDPOINT_URL: server.url,
    AWS_REGION: 'eu-central-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    [Env.TasksTable]: TABLE_NAMES.tasks,
    [Env.AuditTable]: TABLE_NAMES.audit,
    [Env.LedgerTable]: TABLE_NAMES.ledger,
    [Env.CardsTable]: TABLE_NAMES.cards,
    [Env.CardQueueUrl]: `${server.url}/000000000000/cards`,
    [Env.SlackChannelId]: 'C0QUOTES1',
    [Env.ParkedQueueUrl]: `${server.url}/000000000000/parked`,
    [Env.EventBusName]: 'transitions',
    [Env.Stage]: 'prod',
    [Env.StateMachineArn]: 'arn:aws:states:eu-central-1:123456789012:stateMachine:quote-action',
    [Env.SlackSecretArn]: 'slack-secret',
    [Env.SlackApiUrl]: `${server.url}/`,
    POWERTOOLS_LOG_LEVEL: 'INFO',
    AWS_LAMBDA_FUNCTION_NAME: 'quoteq-prod-consumer',
  };
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
  handlers = await importHandlers();
});
beforeEach(() => {
  written = writtenLines();
});
afterEach(() => {
  vi.restoreAllMocks();
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await server.stop();
});

const lines = (): readonly Record<string, unknown>[] =>
  written.flatMap((text) => text.trim().split('\n')).map((line) => Object(JSON.parse(line)));
const logged = (message: string) => lines().filter((line) => line['message'] === message);
/** The metric of a release alarm: one entry for each failure. */
const counted = () => lines().filter((line) => 'consumer_failures' in line);
const ONCE = [{ consumer_failures: 1, ...metricDimensionsOf('prod'), function: 'quoteq-prod-consumer' }];

const click = (taskId: string): Click => ({
  schemaVersion: 1,
  clickId: 'c'.repeat(64),
  taskId,
  version: 1,
  action: 'retry',
  teamId: 'T0QUOTEQ1',
  userId: 'U0ADAOPS1',
  userName: 'ada',
  channelId: 'C0QUOTES1',
  messageTs: '1774745970.000100',
  threadTs: '1774745970.000100',
});

describe('publish-transitions, whose trail refuses every record', () => {
  it('returns the record, logs its id and the reason, and counts it', async () => {
    const streamed: DynamoDBRecord = {
      eventID: 'event-7',
      eventName: 'INSERT',
      dynamodb: {
        SequenceNumber: '7',
        // The stream's wire form, for which the two packages have different types.
        NewImage: JSON.parse(JSON.stringify(marshall(toItem(queuedTask()), { removeUndefinedValues: true }))),
      },
    };

    expect(await handlers.publish({ Records: [streamed] })).toEqual({
      batchItemFailures: [{ itemIdentifier: '7' }],
    });
    expect(logged('record not published')).toMatchObject([
      { level: 'ERROR', eventId: 'event-7', code: 'UNCLASSIFIED', errorName: 'AccessDeniedException' },
    ]);
    expect(counted()).toMatchObject(ONCE);
    expect(written.join('')).not.toContain('secret table');
  });
});

describe('operate-click, whose table refuses every read', () => {
  it('returns the click, logs the task and the reason, and counts it', async () => {
    const { taskId } = queuedTask();

    const answer = await handlers.operate(sqsEvent([JSON.stringify(click(taskId))]));

    expect(answer.batchItemFailures).toHaveLength(1);
    expect(logged('click not carried out')).toMatchObject([
      { level: 'ERROR', taskId, code: 'UNCLASSIFIED', errorName: 'AccessDeniedException' },
    ]);
    expect(counted()).toMatchObject(ONCE);
    expect(written.join('')).not.toContain('secret table');
  });

  it('logs the id of a message that is not a click, without its content', async () => {
    await handlers.operate(sqsEvent(['{"text":"content of a stranger"}']));

    expect(logged('click not carried out')).toMatchObject([
      { messageId: 'message-0', code: 'UNCLASSIFIED', errorName: '$ZodError' },
    ]);
    expect(written.join('')).not.toContain('stranger');
  });
});

describe('update-card, whose tables refuse every request', () => {
  it.each([
    ['puts the message back and counts it', 200, 0],
    ['gives the message back and counts it, when the queue refuses it too', 400, 1],
  ])('%s', async (_does, status, failures) => {
    queue.status = status;
    const message = JSON.stringify({ detail: { taskId: queuedTask().taskId } });

    const answer = await handlers.update(sqsEvent([message]), lambdaContext(systemClock));

    expect(answer.batchItemFailures).toHaveLength(failures);
    expect(counted().slice(0, 1)).toMatchObject(ONCE);
  });

  it.each([
    ['was put back just now', 0, ONCE],
    ['has been tried for two minutes: a single card takes back no release for a day', 120_000, []],
  ])('counts each message that it puts back, unless that %s', async (_since, agedMs, expected) => {
    queue.status = 200;
    const retry = { count: 1, sinceMs: Date.now() - agedMs };
    const message = JSON.stringify({ detail: { taskId: queuedTask().taskId }, retry });

    const answer = await handlers.update(sqsEvent([message]), lambdaContext(systemClock));

    expect(answer.batchItemFailures).toEqual([]);
    expect(logged('card not updated')).toMatchObject([{ code: 'UNCLASSIFIED', count: 1 }]);
    expect(counted()).toMatchObject(expected);
  });
});
