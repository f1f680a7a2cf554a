import { createHash } from 'node:crypto';
import { marshall } from '@aws-sdk/util-dynamodb';
import type { DynamoDBRecord } from 'aws-lambda';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import * as z from 'zod/mini';
import { DynamoDbAuditRepo } from '../../../lambdas/adapters/dynamodb/audit-repo.ts';
import { toItem } from '../../../lambdas/adapters/dynamodb/task-item.ts';
import { Env } from '../../../lambdas/contracts/environment.ts';
import type { ExecutionTask } from '../../../lambdas/contracts/records.ts';
import { completed } from '../../../lambdas/domain/transitions.ts';
import { json, type RunningServer, startServer } from '../../../tools/local/http-server.ts';
import { contextAt, countedIds, queuedTask, resultOf, runningTask } from '../../helpers/builders.ts';
import { type DynamoDbServer, startDynamoDb, TABLE_NAMES } from '../../helpers/dynamodb-server.ts';

type Handler = typeof import('../../../lambdas/handlers/publish-transitions.handler.ts').handler;

const messageSchema = z.object({ MessageBody: z.string() });

let dynamoDb: DynamoDbServer;
let sqs: RunningServer;
let parked: string[];
let parkingFails: boolean;
let handler: Handler;
let audit: DynamoDbAuditRepo;

beforeAll(async () => {
  dynamoDb = await startDynamoDb();
  sqs = await startServer((request) => {
    if (parkingFails) return Promise.resolve(json(400, { __type: 'com.amazonaws.sqs#QueueDoesNotExist' }));
    const { MessageBody } = messageSchema.parse(JSON.parse(request.body.toString('utf8')));
    parked.push(MessageBody);
    const MD5OfMessageBody = createHash('md5').update(MessageBody).digest('hex');
    return Promise.resolve(json(200, { MessageId: 'id', MD5OfMessageBody }));
  });
  const env = {
    ...dynamoDb.env,
    [Env.ParkedQueueUrl]: `${sqs.url}/000000000000/parked`,
    AWS_ENDPOINT_URL_SQS: sqs.url,
    POWERTOOLS_LOG_LEVEL: 'SILENT',
    POWERTOOLS_METRICS_DISABLED: 'true',
  };
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
  ({ handler } = await import('../../../lambdas/handlers/publish-transitions.handler.ts'));
  audit = new DynamoDbAuditRepo(dynamoDb.client, TABLE_NAMES.audit);
});

beforeEach(() => {
  parked = [];
  parkingFails = false;
});

afterAll(async () => {
  vi.unstubAllEnvs();
  await sqs.stop();
  await dynamoDb.stop();
});

const recordOf = (
  item: Record<string, unknown>,
  eventName: DynamoDBRecord['eventName'] = 'MODIFY',
): DynamoDBRecord => ({
  eventID: countedIds.next(),
  eventName: eventName ?? 'MODIFY',
  eventSource: 'aws:dynamodb',
  dynamodb: {
    SequenceNumber: `${Date.now()}${countedIds.next().slice(3)}`,
    // The stream's wire form: the two packages describe it with types of their own.
    NewImage: JSON.parse(JSON.stringify(marshall(item, { removeUndefinedValues: true }))),
  },
});

function lifeOf(key: string): [queued: ExecutionTask, running: ExecutionTask, done: ExecutionTask] {
  const queued = queuedTask('crm.sync', key);
  const running = runningTask(queued);
  return [queued, running, completed(running, { result: resultOf(), proof: 'applied' }, contextAt())];
}

describe.each([
  ['once', 1],
  ['again', 2],
])('publish-transitions, delivered %s', (name, deliveries) => {
  const deliver = async (records: DynamoDBRecord[]): Promise<unknown> => {
    let last: unknown;
    for (let count = 0; count < deliveries; count += 1) last = await handler({ Records: records });
    return last;
  };

  it('makes one audit item per version, also out of order', async () => {
    const life = lifeOf(`ordered ${name}`);

    await deliver(life.toReversed().map((task) => recordOf(toItem(task))));

    const trail = await audit.list(life[0].taskId);
    expect(trail.map(({ version, to }) => [version, to])).toEqual([
      [1, 'queued'],
      [2, 'running'],
      [3, 'completed'],
    ]);
    expect(trail.at(-1)).toMatchObject({ from: 'running', cause: 'complete', proof: 'applied' });
  });

  it('parks a record that is no task, with its reason, and publishes the others', async () => {
    const [queued] = lifeOf(`poison ${name}`);
    const poison = recordOf({ ...toItem(queued), state: 'paused' });

    const answer = await deliver([poison, recordOf(toItem(queued), 'INSERT')]);

    expect(answer).toEqual({ batchItemFailures: [] });
    expect(await audit.list(queued.taskId)).toHaveLength(1);
    expect(parked).toHaveLength(deliveries);
    expect(parked[0]).toContain('STORED_RECORD_INVALID');
  });

  it('reports a record that could be neither written nor parked, so that it comes again', async () => {
    const [queued] = lifeOf(`unparked ${name}`);
    const poison = recordOf({ ...toItem(queued), state: 'paused' });
    parkingFails = true;

    expect(await deliver([poison])).toEqual({
      batchItemFailures: [{ itemIdentifier: poison.dynamodb?.SequenceNumber }],
    });
  });

  it('makes nothing of a deletion', async () => {
    const [queued] = lifeOf(`deleted ${name}`);

    await deliver([recordOf(toItem(queued), 'REMOVE')]);

    expect(await audit.list(queued.taskId)).toEqual([]);
    expect(parked).toEqual([]);
  });
});
