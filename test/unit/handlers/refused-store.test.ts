/** The functions behind queues and the stream when DynamoDB refuses everything, as it does when a release lacks a permission. */
import { marshall } from '@aws-sdk/util-dynamodb';
import type { DynamoDBRecord } from 'aws-lambda';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { toItem } from '../../../lambdas/adapters/dynamodb/task-item.ts';
import { Env } from '../../../lambdas/contracts/environment.ts';
import type { Click } from '../../../lambdas/contracts/slack-payloads.ts';
import { json, type RunningServer, startServer } from '../../../tools/local/http-server.ts';
import { queuedTask } from '../../helpers/builders.ts';
import { TABLE_NAMES } from '../../helpers/dynamodb-server.ts';
import { writtenLines } from '../../helpers/written-lines.ts';
import { sqsEvent } from './slack/slack-under-test.ts';

const SECRET = 'no access to the secret table of account 123456789012';

const importHandlers = async () => {
  const [publish, operate] = await Promise.all([
    import('../../../lambdas/handlers/publish-transitions.handler.ts'),
    import('../../../lambdas/handlers/operate-click.handler.ts'),
  ]);
  return { publish: publish.handler, operate: operate.handler };
};

let server: RunningServer;
let handlers: Awaited<ReturnType<typeof importHandlers>>;
let written: readonly string[];

beforeAll(async () => {
  server = await startServer(async () =>
    json(400, { __type: 'com.amazon.coral.service#AccessDeniedException', message: SECRET }),
  );
  const env = {
    AWS_ENDPOINT_URL: server.url,
    AWS_REGION: 'eu-central-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    [Env.TasksTable]: TABLE_NAMES.tasks,
    [Env.AuditTable]: TABLE_NAMES.audit,
    [Env.ParkedQueueUrl]: `${server.url}/000000000000/parked`,
    [Env.EventBusName]: 'transitions',
    [Env.StateMachineArn]: 'arn:aws:states:eu-central-1:123456789012:stateMachine:quote-action',
    [Env.SlackSecretArn]: 'slack-secret',
    [Env.SlackApiUrl]: `${server.url}/`,
    POWERTOOLS_LOG_LEVEL: 'INFO',
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

const logged = (message: string): readonly unknown[] =>
  written
    .flatMap((text) => text.trim().split('\n'))
    .map((line): unknown => JSON.parse(line))
    .filter((line) => Object(line).message === message);

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
  it('gives the record back, and says which one and why in its log', async () => {
    const streamed: DynamoDBRecord = {
      eventID: 'event-7',
      eventName: 'INSERT',
      dynamodb: {
        SequenceNumber: '7',
        // The stream's wire form: the two packages describe it with types of their own.
        NewImage: JSON.parse(JSON.stringify(marshall(toItem(queuedTask()), { removeUndefinedValues: true }))),
      },
    };

    expect(await handlers.publish({ Records: [streamed] })).toEqual({
      batchItemFailures: [{ itemIdentifier: '7' }],
    });
    expect(logged('record not published')).toMatchObject([
      { level: 'ERROR', eventId: 'event-7', code: 'UNCLASSIFIED', errorName: 'AccessDeniedException' },
    ]);
    expect(written.join('')).not.toContain('secret table');
  });
});

describe('operate-click, whose table refuses every read', () => {
  it('gives the click back, and says which task and why in its log', async () => {
    const { taskId } = queuedTask();

    const answer = await handlers.operate(sqsEvent([JSON.stringify(click(taskId))]));

    expect(answer.batchItemFailures).toHaveLength(1);
    expect(logged('click not carried out')).toMatchObject([
      { level: 'ERROR', taskId, code: 'UNCLASSIFIED', errorName: 'AccessDeniedException' },
    ]);
    expect(written.join('')).not.toContain('secret table');
  });

  it('says of what is no click which message it was, and nothing of its content', async () => {
    await handlers.operate(sqsEvent(['{"text":"content of a stranger"}']));

    expect(logged('click not carried out')).toMatchObject([
      { messageId: 'message-0', code: 'UNCLASSIFIED', errorName: '$ZodError' },
    ]);
    expect(written.join('')).not.toContain('stranger');
  });
});
