import { marshall } from '@aws-sdk/util-dynamodb';
import type { DynamoDBRecord } from 'aws-lambda';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import * as z from 'zod/mini';
import { toItem } from '../../../../lambdas/queue/adapters/dynamodb/task-item.ts';
import { Env, SERVICE_NAME } from '../../../../lambdas/shared/contracts/environment.ts';
import { METRIC_NAMESPACE, metricDimensionsOf } from '../../../../lambdas/shared/contracts/metric-names.ts';
import type { ExecutionTask } from '../../../../lambdas/queue/contracts/records.ts';
import { completed } from '../../../../lambdas/queue/domain/task/transitions.ts';
import { json, type RunningServer, startServer } from '../../../../tools/rig/http/http-server.ts';
import { contextAt, queuedTask, resultOf, runningTask } from '../../../helpers/builders.ts';
import { countedIds } from '../../../../tools/rig/counted-ids.ts';
import { type DynamoDbServer, startDynamoDb } from '../../../../tools/rig/aws/dynamodb-server.ts';

type Handler = typeof import('../../../../lambdas/queue/handlers/publish-transitions.handler.ts').handler;

const emfSchema = z.looseObject({
  _aws: z.object({
    CloudWatchMetrics: z.array(
      z.object({
        Namespace: z.string(),
        Dimensions: z.array(z.array(z.string())),
        Metrics: z.array(z.looseObject({ Name: z.string() })),
      }),
    ),
  }),
  service: z.string(),
  stage: z.string(),
});

let dynamoDb: DynamoDbServer;
let bus: RunningServer;
/** The bus answers after this promise. */
let busMayAnswer: Promise<void>;
let busRefuses: boolean;
let handler: Handler;
let lines: unknown[];

beforeAll(async () => {
  dynamoDb = await startDynamoDb();
  bus = await startServer(async (request) => {
    await busMayAnswer;
    if (busRefuses) return json(400, { __type: 'AccessDeniedException' });
    const entries: readonly unknown[] = Object(JSON.parse(request.body.toString('utf8')))['Entries'];
    return json(200, { FailedEntryCount: 0, Entries: entries.map(() => ({ EventId: 'id' })) });
  });
  const env = {
    ...dynamoDb.env,
    [Env.ParkedQueueUrl]: 'http://127.0.0.1:1/000000000000/parked',
    [Env.EventBusName]: 'transitions',
    AWS_ENDPOINT_URL_EVENTBRIDGE: bus.url,
    POWERTOOLS_LOG_LEVEL: 'SILENT',
    // With this, metrics go through `console.log`, where a test can read them.
    POWERTOOLS_DEV: 'true',
    POWERTOOLS_METRICS_DISABLED: 'false',
  };
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
  ({ handler } = await import('../../../../lambdas/queue/handlers/publish-transitions.handler.ts'));
});

beforeEach(() => {
  busMayAnswer = Promise.resolve();
  busRefuses = false;
  lines = [];
  vi.spyOn(console, 'log').mockImplementation((line: unknown) => void lines.push(JSON.parse(String(line))));
});

afterAll(async () => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  await bus.stop();
  await dynamoDb.stop();
});

const recordOf = (task: ExecutionTask): DynamoDBRecord => ({
  eventID: countedIds.next(),
  eventName: 'MODIFY',
  dynamodb: {
    SequenceNumber: countedIds.next(),
    // The stream's wire form, for which the two packages have different types.
    NewImage: JSON.parse(JSON.stringify(marshall(toItem(task), { removeUndefinedValues: true }))),
  },
});

function lifeOf(key: string): readonly ExecutionTask[] {
  const queued = queuedTask('crm.sync', key);
  const running = runningTask(queued);
  return [queued, running, completed(running, { result: resultOf(), proof: 'applied' }, contextAt())];
}

/** Names of the metrics that grew by one, one entry per increment. */
const counted = (): readonly string[] =>
  lines
    .map((line) => emfSchema.parse(line))
    .flatMap(({ _aws, ...values }) => {
      const names = _aws.CloudWatchMetrics.flatMap(({ Metrics }) => Metrics.map(({ Name }) => Name));
      return names.filter((name) => Object(values)[name] === 1);
    });

describe('the metrics of publish-transitions', () => {
  it('count each transition once, also on redelivery', async () => {
    const records = lifeOf('once').map(recordOf);

    await handler({ Records: records });
    await handler({ Records: records });

    expect(counted().toSorted()).toEqual(['queue_actions_completed', 'queue_actions_total']);
  });

  it('report 0 for the part of a share whenever its total is counted, since a gap would give no share', async () => {
    await handler({ Records: lifeOf('zero').slice(0, 1).map(recordOf) });

    expect(lines).toMatchObject([
      { queue_actions_total: 1, queue_actions_failed: 0, duplicate_mutations_detected: 0 },
    ]);
  });

  it('have service and stage as their dimensions for every task', async () => {
    await handler({ Records: lifeOf('dimensions').map(recordOf) });

    const emf = lines.map((line) => emfSchema.parse(line));
    const declared = emf.flatMap(({ _aws }) => _aws.CloudWatchMetrics);
    expect(declared.flatMap(({ Dimensions }) => Dimensions)).toEqual(
      declared.map(() => ['service', 'stage']),
    );
    expect(new Set(declared.map(({ Namespace }) => Namespace))).toEqual(new Set([METRIC_NAMESPACE]));
    for (const line of emf) expect(line).toMatchObject(metricDimensionsOf('test'));
    expect(JSON.stringify(lines)).not.toContain('task-');
  });

  it('report a bus that accepts nothing, by function, for the release alarm', async () => {
    busRefuses = true;

    await handler({ Records: lifeOf('refused').slice(0, 1).map(recordOf) });

    expect(lines).toContainEqual(
      expect.objectContaining({
        consumer_failures: 1,
        function: SERVICE_NAME,
        _aws: expect.objectContaining({
          CloudWatchMetrics: [expect.objectContaining({ Dimensions: [['service', 'stage', 'function']] })],
        }),
      }),
    );
  });

  it('are written before the bus has answered, so that a crash there loses none', async () => {
    const { promise, resolve: release } = Promise.withResolvers<void>();
    busMayAnswer = promise;

    const handled = handler({ Records: lifeOf('killed').map(recordOf) });
    await vi.waitFor(() => expect(counted()).toHaveLength(2), { timeout: 60_000 });

    release();
    await handled;
    expect(counted()).toHaveLength(2);
  });
});
