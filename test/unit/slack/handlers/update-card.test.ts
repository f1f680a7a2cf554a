import { createHash } from 'node:crypto';
import type { SQSBatchResponse, SQSRecord } from 'aws-lambda';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import * as z from 'zod/mini';
import { DynamoDbCardRepo } from '../../../../lambdas/slack/adapters/dynamodb/card-repo.ts';
import { DynamoDbTaskRepo } from '../../../../lambdas/queue/adapters/dynamodb/task-repo.ts';
import { systemClock } from '../../../../lambdas/shared/adapters/system.ts';
import { type CardMessage, cardMessageSchema } from '../../../../lambdas/slack/contracts/cards.ts';
import { Env } from '../../../../lambdas/shared/contracts/environment.ts';
import { CARD_RETRY } from '../../../../lambdas/slack/domain/card-retry.ts';
import { completed } from '../../../../lambdas/queue/domain/task/transitions.ts';
import type { ExecutionTask } from '../../../../lambdas/queue/contracts/records.ts';
import { clearFaults, scriptFault } from '../../../../tools/rig/faults/fault-client.ts';
import { type FaultProxy, startFaultProxy } from '../../../../tools/rig/faults/fault-proxy.ts';
import { json, type RunningServer, startServer } from '../../../../tools/rig/http/http-server.ts';
import {
  contextAt,
  queuedTask,
  resultOf,
  retryableTask,
  runningTask,
  snapshotOf,
} from '../../../helpers/builders.ts';
import { countedIds } from '../../../../tools/rig/counted-ids.ts';
import type { DynamoDbServer } from '../../../../tools/rig/aws/dynamodb-server.ts';
import { startDynamoDb, TABLE_NAMES } from '../../../../tools/rig/aws/dynamodb-server.ts';
import { lambdaContext } from '../../../helpers/lambda-context.ts';
import { type SlackProvider, startSlackProvider } from '../../../helpers/providers.ts';

type Handler = typeof import('../../../../lambdas/slack/handlers/update-card.handler.ts').handler;

const sentSchema = z.object({ MessageBody: z.string(), DelaySeconds: z.number() });
interface Sent {
  readonly message: CardMessage;
  readonly delaySeconds: number;
}

let dynamoDb: DynamoDbServer;
let store: FaultProxy;
let slack: SlackProvider;
let aws: RunningServer;
let sent: Sent[];
let printed: unknown[];
let handler: Handler;
let tasks: DynamoDbTaskRepo;
let cards: DynamoDbCardRepo;
let task: ExecutionTask;

/** The parts of SQS and Secrets Manager that the handler calls. */
const startAws = (): Promise<RunningServer> =>
  startServer((request) => {
    const body: unknown = JSON.parse(request.body.toString('utf8'));
    if (String(request.headers['x-amz-target']).endsWith('GetSecretValue')) {
      const SecretString = JSON.stringify({ botToken: slack.botToken, signingSecrets: ['s'] });
      return Promise.resolve(json(200, { SecretString }));
    }
    const { MessageBody, DelaySeconds } = sentSchema.parse(body);
    sent.push({ message: cardMessageSchema.parse(JSON.parse(MessageBody)), delaySeconds: DelaySeconds });
    const MD5OfMessageBody = createHash('md5').update(MessageBody).digest('hex');
    return Promise.resolve(json(200, { MessageId: 'id', MD5OfMessageBody }));
  });

beforeAll(async () => {
  [dynamoDb, slack] = await Promise.all([startDynamoDb(), startSlackProvider()]);
  aws = await startAws();
  const endpoint = dynamoDb.env['AWS_ENDPOINT_URL_DYNAMODB'];
  store = await startFaultProxy({ upstreams: { crm: aws.url, slack: `${aws.url}/`, aws: endpoint } });
  const env = {
    ...dynamoDb.env,
    AWS_ENDPOINT_URL_DYNAMODB: store.url,
    AWS_ENDPOINT_URL_SQS: aws.url,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: aws.url,
    [Env.CardQueueUrl]: `${aws.url}/000000000000/cards`,
    [Env.SlackApiUrl]: slack.apiUrl,
    [Env.SlackSecretArn]: 'arn:aws:secretsmanager:eu-central-1:000000000000:secret:slack',
    [Env.SlackChannelId]: slack.channelId,
    POWERTOOLS_LOG_LEVEL: 'SILENT',
    POWERTOOLS_DEV: 'true',
    POWERTOOLS_METRICS_DISABLED: 'false',
  };
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
  ({ handler } = await import('../../../../lambdas/slack/handlers/update-card.handler.ts'));
  tasks = new DynamoDbTaskRepo(dynamoDb.client, TABLE_NAMES.tasks);
  cards = new DynamoDbCardRepo(dynamoDb.client, TABLE_NAMES.cards);
});

const newTask = async (): Promise<ExecutionTask> => {
  const snapshot = snapshotOf({ quoteId: `Q-${countedIds.next()}` });
  const made = queuedTask('crm.sync', 'key', Date.now(), snapshot);
  await tasks.putIfAbsent(made);
  return made;
};

beforeEach(async () => {
  sent = [];
  printed = [];
  vi.spyOn(console, 'log').mockImplementation((line: unknown) => void printed.push(JSON.parse(String(line))));
  task = await newTask();
});
afterEach(async () => {
  await slack.heal();
  await clearFaults(store.url);
});
afterAll(async () => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  await aws.stop();
  await slack.stop();
  await store.stop();
  await dynamoDb.stop();
});

const recordOf = (body: string): SQSRecord => ({
  messageId: countedIds.next(),
  receiptHandle: 'handle',
  body,
  attributes: {
    ApproximateReceiveCount: '1',
    SentTimestamp: '0',
    SenderId: 'sender',
    ApproximateFirstReceiveTimestamp: '0',
  },
  messageAttributes: {},
  md5OfBody: '',
  eventSource: 'aws:sqs',
  eventSourceARN: 'arn:aws:sqs:eu-central-1:000000000000:cards',
  awsRegion: 'eu-central-1',
});

const deliver = (...records: readonly SQSRecord[]): Promise<SQSBatchResponse> =>
  handler({ Records: [...records] }, lambdaContext(systemClock));

const asked = (message: CardMessage = { detail: { taskId: task.taskId } }): SQSRecord =>
  recordOf(JSON.stringify(message));

const HANDLED = { batchItemFailures: [] };
const refused = (error: string) => ({
  kind: 'status' as const,
  status: 200,
  body: JSON.stringify({ ok: false, error }),
});

describe('update-card', () => {
  it('shows the task that an event of the bus names, and uses no other data of the event', async () => {
    const event = {
      source: 'quoteq',
      'detail-type': 'ExecutionTransitioned',
      detail: { taskId: task.taskId, version: 99, to: 'completed' },
    };

    expect(await deliver(recordOf(JSON.stringify(event)))).toEqual(HANDLED);
    expect(await cards.get(task.taskId)).toMatchObject({ versionShown: 1, postings: 1 });
    expect(sent).toEqual([]);
  });

  it('updates a card once for many messages of a batch that is delivered twice', async () => {
    const batch = Array.from({ length: 10 }, () => asked());

    expect(await deliver(...batch)).toEqual(HANDLED);
    expect(await deliver(...batch)).toEqual(HANDLED);

    const shown = (await slack.messages()).filter(({ text }) => text.includes(task.quoteId));
    expect(shown.map(({ text }) => text.startsWith('crm.sync'))).toEqual([false, true]);
  });

  it('reports messages that are not card messages and handles the rest', async () => {
    const broken = recordOf('{"detail":');
    const nameless = recordOf('{"detail":{"taskId":"task-1"}}');

    const { batchItemFailures } = await deliver(broken, asked(), nameless);

    expect(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier)).toEqual([
      broken.messageId,
      nameless.messageId,
    ]);
    expect((await cards.get(task.taskId))?.versionShown).toBe(1);
  });

  it('reports a message whose task does not exist', async () => {
    const missing = asked({ detail: { taskId: `task-${'0'.repeat(40)}` } });

    expect(await deliver(missing)).toEqual({ batchItemFailures: [{ itemIdentifier: missing.messageId }] });
  });

  it("sends a message again after Slack's Retry-After", async () => {
    await slack.fail({
      path: '/api/*',
      fault: { kind: 'status', status: 429, retryAfterSeconds: 40 },
      times: 1_000,
    });

    expect(await deliver(asked())).toEqual(HANDLED);

    expect(sent).toHaveLength(1);
    expect(sent[0]?.message).toMatchObject({ detail: { taskId: task.taskId }, retry: { count: 1 } });
    expect(sent[0]?.delaySeconds).toBeGreaterThanOrEqual(40);
    expect(sent[0]?.delaySeconds).toBeLessThanOrEqual(42);
  });

  it.each([
    ['throttles', { kind: 'status', status: 400 }],
    ['does not answer', { kind: 'drop_request' }],
  ] as const)('sends a message again soon if the store %s', async (_title, fault) => {
    // The SDK makes two attempts.
    await scriptFault(store.url, { target: 'dynamodb', path: '/GetItem', fault, times: 2 });

    expect(await deliver(asked())).toEqual(HANDLED);

    expect(sent).toMatchObject([{ message: { retry: { count: 1 } }, delaySeconds: 1 }]);
    expect(await deliver(asked(sent[0]?.message))).toEqual(HANDLED);
    expect((await cards.get(task.taskId))?.versionShown).toBe(1);
  });

  it('retries errors that need a person every 15 minutes', async () => {
    await slack.fail({ path: '/api/*', fault: refused('is_archived'), times: 1_000 });

    expect(await deliver(asked())).toEqual(HANDLED);

    expect(sent.map(({ delaySeconds }) => delaySeconds)).toEqual([900]);
    expect((await cards.get(task.taskId))?.lastError?.code).toBe('PROVIDER_MISCONFIGURED');
  });

  it('gives up a message that has waited for a day, so that it becomes a dead letter', async () => {
    await slack.fail({ path: '/api/*', fault: { kind: 'status', status: 503 }, times: 1_000 });
    const sinceMs = Date.now() - CARD_RETRY.maxAgeMs;
    const old = asked({ detail: { taskId: task.taskId }, retry: { count: 1_000, sinceMs } });

    expect(await deliver(old)).toEqual({ batchItemFailures: [{ itemIdentifier: old.messageId }] });
    expect(sent).toEqual([]);
  });

  it('shows a card that has waited for a day when Slack is available again', async () => {
    const sinceMs = Date.now() - 2 * CARD_RETRY.maxAgeMs;

    expect(await deliver(asked({ detail: { taskId: task.taskId }, retry: { count: 9, sinceMs } }))).toEqual(
      HANDLED,
    );
    expect((await cards.get(task.taskId))?.versionShown).toBe(1);
  });

  it('writes a card once more after an edit without an answer', async () => {
    await deliver(asked());
    const running = runningTask(task, Date.now());
    await tasks.replace(task, running);
    await slack.fail({ path: '/api/chat.update', fault: { kind: 'drop_reply' } });
    await deliver(asked());
    const [later] = sent;

    await deliver(asked());

    const rewrite = sent.at(-1);
    expect(later?.message.retry?.rewrite).toBeUndefined();
    expect(rewrite?.message.retry?.rewrite).toBe(true);
    expect(rewrite?.delaySeconds).toBe(CARD_RETRY.rewriteSeconds);
    expect(await deliver(asked(rewrite?.message))).toEqual(HANDLED);
    expect(sent).toHaveLength(2);
  });

  it('reports each transition’s latency once, also if Slack limits the following message about a recovery', async () => {
    const failed = retryableTask(runningTask(task, Date.now()), Date.now());
    await tasks.replace(task, failed);
    await deliver(asked());
    const done = { result: resultOf(), proof: 'applied' as const };
    await tasks.replace(failed, completed(runningTask(failed), done, contextAt(Date.now())));
    await slack.fail({
      path: '/api/chat.postMessage',
      fault: { kind: 'status', status: 429, retryAfterSeconds: 1 },
    });

    expect(await deliver(asked())).toEqual(HANDLED);
    expect(await deliver(asked(sent[0]?.message))).toEqual(HANDLED);

    expect(sent).toHaveLength(1);
    expect(printed.flatMap((line): unknown[] => Object(line)['status_latency_ms'] ?? [])).toHaveLength(5);
  });

  it('puts a message back while another update of the card runs', async () => {
    const nowMs = Date.now();
    await cards.lock({
      taskId: task.taskId,
      channel: slack.channelId,
      version: 1,
      rewrite: false,
      owner: 'another',
      nowMs,
      expiresAtMs: nowMs + 30_000,
    });

    expect(await deliver(asked())).toEqual(HANDLED);
    expect(sent.map(({ delaySeconds }) => delaySeconds)).toEqual([1]);
  });
});
