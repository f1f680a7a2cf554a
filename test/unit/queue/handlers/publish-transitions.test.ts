import { createHash } from 'node:crypto';
import { marshall } from '@aws-sdk/util-dynamodb';
import type { DynamoDBRecord } from 'aws-lambda';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import * as z from 'zod/mini';
import { DynamoDbAuditRepo } from '../../../../lambdas/queue/adapters/dynamodb/audit-repo.ts';
import { migratedTaskItem, toItem } from '../../../../lambdas/queue/adapters/dynamodb/task-item.ts';
import { Env } from '../../../../lambdas/shared/contracts/environment.ts';
import { executionTransitionedSchema } from '../../../../lambdas/queue/contracts/events.ts';
import type { ExecutionTask } from '../../../../lambdas/queue/contracts/records.ts';
import { completed, held } from '../../../../lambdas/queue/domain/task/transitions.ts';
import { json, type RunningServer, startServer } from '../../../../tools/rig/http/http-server.ts';
import { contextAt, queuedTask, resultOf, runningTask } from '../../../helpers/builders.ts';
import { countedIds } from '../../../../tools/rig/counted-ids.ts';
import {
  type DynamoDbServer,
  startDynamoDb,
  TABLE_NAMES,
} from '../../../../tools/rig/aws/dynamodb-server.ts';

type Handler = typeof import('../../../../lambdas/queue/handlers/publish-transitions.handler.ts').handler;

const messageSchema = z.object({ MessageBody: z.string() });
const entriesSchema = z.object({
  Entries: z
    .array(
      z.object({
        EventBusName: z.literal('transitions'),
        Source: z.literal('quoteq'),
        DetailType: z.literal('ExecutionTransitioned'),
        Detail: z.string(),
      }),
    )
    .check(z.maxLength(10)),
});

let dynamoDb: DynamoDbServer;
let sqs: RunningServer;
let parked: string[];
let parkingFails: boolean;
let bus: RunningServer;
let announced: unknown[];
/** Number of next requests that the bus refuses, as a whole or for their first entry. */
let refusals: { whole: number; first: number };
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
  bus = await startServer((request) => {
    const { Entries } = entriesSchema.parse(JSON.parse(request.body.toString('utf8')));
    if (refusals.whole > 0) {
      refusals.whole -= 1;
      return Promise.resolve(json(503, { __type: 'InternalException' }));
    }
    const isFirstRefused = refusals.first > 0;
    refusals.first -= isFirstRefused ? 1 : 0;
    const taken = isFirstRefused ? Entries.slice(1) : Entries;
    announced.push(...taken.map(({ Detail }): unknown => JSON.parse(Detail)));
    const answers = Entries.map((_entry, index) =>
      isFirstRefused && index === 0 ? { ErrorCode: 'ThrottlingException' } : { EventId: `${index}` },
    );
    return Promise.resolve(json(200, { FailedEntryCount: isFirstRefused ? 1 : 0, Entries: answers }));
  });
  const env = {
    ...dynamoDb.env,
    [Env.ParkedQueueUrl]: `${sqs.url}/000000000000/parked`,
    AWS_ENDPOINT_URL_SQS: sqs.url,
    [Env.EventBusName]: 'transitions',
    AWS_ENDPOINT_URL_EVENTBRIDGE: bus.url,
    POWERTOOLS_LOG_LEVEL: 'SILENT',
    POWERTOOLS_METRICS_DISABLED: 'true',
  };
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
  ({ handler } = await import('../../../../lambdas/queue/handlers/publish-transitions.handler.ts'));
  audit = new DynamoDbAuditRepo(dynamoDb.client, TABLE_NAMES.audit);
});

beforeEach(() => {
  parked = [];
  parkingFails = false;
  announced = [];
  refusals = { whole: 0, first: 0 };
});

afterAll(async () => {
  vi.unstubAllEnvs();
  await sqs.stop();
  await bus.stop();
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
    // The stream's wire form, for which the two packages have different types.
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

  it('writes one audit item per version, also out of order', async () => {
    const life = lifeOf(`ordered ${name}`);

    await deliver(life.toReversed().map((task) => recordOf(toItem(task))));

    const trail = await audit.list(life[0].taskId);
    expect(trail.map(({ version, to }) => [version, to])).toEqual([
      [1, 'queued'],
      [2, 'running'],
      [3, 'completed'],
    ]);
    expect(trail.at(-1)).toMatchObject({ from: 'running', cause: 'complete', proof: 'applied' });
    const events = announced.map((detail) => executionTransitionedSchema.parse(detail));
    expect(events.map((event) => event.version).toSorted((a, b) => a - b)).toEqual(
      [1, 2, 3].flatMap((version) => Array.from({ length: deliveries }, () => version)),
    );
  });

  it('writes nothing for a task that was migrated down or up', async () => {
    const [queued] = lifeOf(`migrated ${name}`);
    const task = held(queued, { reason: 'CRM maintenance', actor: 'slack:T1:U1' }, contextAt());
    await deliver([recordOf(toItem(queued), 'INSERT'), recordOf(toItem(task))]);
    const trail = await audit.list(queued.taskId);
    const announcement = announced.splice(0).find((detail) => Object(detail)['cause'] === 'hold');

    const down = migratedTaskItem(toItem(task), 1);
    await deliver([recordOf(down), recordOf(migratedTaskItem(down, 2))]);

    expect(trail.map(({ cause }) => cause)).toEqual(['enqueue', 'hold']);
    expect(await audit.list(queued.taskId)).toEqual(trail);
    expect(parked).toEqual([]);
    expect(announced).toEqual(Array.from({ length: 2 * deliveries }, () => announcement));
  });

  it('parks a record that is not a task, with the reason, and publishes the others', async () => {
    const [queued] = lifeOf(`poison ${name}`);
    const poison = recordOf({ ...toItem(queued), state: 'not a state' });

    const answer = await deliver([poison, recordOf(toItem(queued), 'INSERT')]);

    expect(answer).toEqual({ batchItemFailures: [] });
    expect(await audit.list(queued.taskId)).toHaveLength(1);
    expect(parked).toHaveLength(deliveries);
    expect(parked[0]).toContain('STORED_RECORD_INVALID');
  });

  it('reports a record that could be neither written nor parked, so that it is redelivered', async () => {
    const [queued] = lifeOf(`unparked ${name}`);
    const poison = recordOf({ ...toItem(queued), state: 'not a state' });
    parkingFails = true;

    expect(await deliver([poison])).toEqual({
      batchItemFailures: [{ itemIdentifier: poison.dynamodb?.SequenceNumber }],
    });
  });

  it('publishes each transition although the bus refuses it at first', async () => {
    const life = lifeOf(`refused ${name}`);
    refusals = { whole: 1, first: 1 };

    const answer = await deliver(life.map((task) => recordOf(toItem(task))));

    expect(answer).toEqual({ batchItemFailures: [] });
    expect(announced).toHaveLength(3 * deliveries);
  });

  it('reports transitions that the bus never accepts, after they are in the audit trail', async () => {
    const [queued] = lifeOf(`unannounced ${name}`);
    const streamed = recordOf(toItem(queued));
    refusals = { whole: 3 * deliveries, first: 0 };

    expect(await deliver([streamed])).toEqual({
      batchItemFailures: [{ itemIdentifier: streamed.dynamodb?.SequenceNumber }],
    });
    expect(await audit.list(queued.taskId)).toHaveLength(1);
    expect(announced).toEqual([]);
  });

  it('ignores a deletion', async () => {
    const [queued] = lifeOf(`deleted ${name}`);

    await deliver([recordOf(toItem(queued), 'REMOVE')]);

    expect(await audit.list(queued.taskId)).toEqual([]);
    expect(parked).toEqual([]);
  });
});
