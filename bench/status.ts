/**
 * Status latency: the time from a transition to Slack's answer to the card's update, as the deployment stores it for the KPI.
 * It is measured with one task at a time, then with eight, and the share of it in which our functions ran, from their own
 * reports. All times are from this machine's clock.
 */
import { ActionKind } from '../lambdas/actions/kinds.ts';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, GetCommand } from '@aws-sdk/lib-dynamodb';
import { taskViewSchema } from '../lambdas/queue/contracts/api.ts';
import {
  latencyRecordSchema,
  type LatencyRecord,
  latencyIdOf,
} from '../lambdas/queue/contracts/shown-cards.ts';
import { callApi } from '../tools/cli/clients/api-client.ts';
import type { QuoteAction } from '../tools/cli/quote-file.ts';
import { exampleAction } from '../tools/example-action.ts';
import type { Target } from '../tools/cli/target/target.ts';
import { startLocalEnvironment } from '../tools/local/environment.ts';
import type { LocalOutputs } from '../tools/local/outputs.ts';
import { readRuns, shareRunning } from './function-runs.ts';
import { mean, percentile, report, type Figure } from '../tools/report/report.ts';

/** queued, running, completed. */
const TRANSITIONS_PER_TASK = 3;
/** 67 × 3 = 201 transitions for each measurement. */
const TASKS = 67;
const WARM_UPS = 5;
const AT_ONCE = 8;
const POLL_MS = 20;
/** Maximum time for a card; longer than every wait without an error. */
const LIMIT_MS = 60_000;
const GOAL_MS = 700;

const KEYS = { accessKeyId: 'test', secretAccessKey: 'test' };

interface Bench {
  readonly target: Target;
  readonly table: string;
  readonly store: DynamoDBDocumentClient;
  readonly action: QuoteAction;
}

const pause = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, ms);
  });

function benchOf(outputs: LocalOutputs): Bench {
  const action = exampleAction('examples/q-1042.json', ActionKind.CrmSync);
  const { apiUrl, region, awsEndpointUrl: endpoint, cardsTable: table } = outputs;
  const client = new DynamoDBClient({ endpoint, region, credentials: KEYS });
  return {
    target: { apiUrl, region, credentials: () => Promise.resolve(KEYS) },
    table,
    store: DynamoDBDocumentClient.from(client),
    action,
  };
}

async function latencyOf(bench: Bench, cardId: string): Promise<LatencyRecord> {
  const giveUpAtMs = Date.now() + LIMIT_MS;
  for (;;) {
    const command = new GetCommand({ TableName: bench.table, Key: { cardId }, ConsistentRead: true });
    const { Item } = await bench.store.send(command);
    if (Item !== undefined) return latencyRecordSchema.parse(Item);
    if (Date.now() > giveUpAtMs) throw new Error(`${cardId}: expected it within ${LIMIT_MS} ms`);
    await pause(POLL_MS);
  }
}

/** Enqueues one task and waits until its card shows its end; returns the latency of each of its transitions. */
async function runTask(bench: Bench, name: string): Promise<readonly LatencyRecord[]> {
  const { target, action } = bench;
  const answer = await callApi(target, {
    method: 'POST',
    path: `/quotes/${action.quoteId}/actions`,
    headers: { 'idempotency-key': `bench-${name}` },
    body: JSON.stringify(action.body),
  });
  const { taskId } = taskViewSchema.parse(answer.body);
  const versions = Array.from({ length: TRANSITIONS_PER_TASK }, (_, index) => index + 1);
  return Promise.all(versions.map((version) => latencyOf(bench, latencyIdOf(taskId, version))));
}

/** Runs `TASKS` tasks, with `atOnce` of them in progress at any time. */
async function runTasks(bench: Bench, name: string, atOnce: number): Promise<readonly LatencyRecord[]> {
  const found: LatencyRecord[] = [];
  let next = 0;
  const lane = async (): Promise<void> => {
    for (let task = next++; task < TASKS; task = next++)
      found.push(...(await runTask(bench, `${name}-${task}`)));
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
  return found;
}

function figuresOf(prefix: string, records: readonly LatencyRecord[], goalMs?: number): readonly Figure[] {
  const latencies = records.map(({ latencyMs }) => latencyMs);
  const samples = latencies.length;
  const meanMs = Math.round(mean(latencies));
  const goal = goalMs === undefined ? {} : { goal: `≤ ${goalMs}`, ok: meanMs <= goalMs };
  return [
    { name: `${prefix}, mean`, value: meanMs, unit: 'ms', ...goal, samples },
    { name: `${prefix}, p95`, value: percentile(latencies, 95), unit: 'ms', samples },
  ];
}

async function measure(outputs: LocalOutputs): Promise<void> {
  const bench = benchOf(outputs);
  for (let run = 0; run < WARM_UPS; run += 1) await runTask(bench, `warm-up-${run}`);
  const startedAtMs = Date.now();
  const alone = await runTasks(bench, 'alone', 1);
  const runs = await readRuns(outputs, ['publish-transitions', 'update-card'], startedAtMs);
  const together = await runTasks(bench, 'together', AT_ONCE);
  report([
    ...figuresOf('status latency', alone, GOAL_MS),
    {
      name: 'share of it in our functions',
      value: Math.round(100 * shareRunning(alone, runs)),
      unit: '%',
      samples: alone.length,
    },
    ...figuresOf(`status latency, ${AT_ONCE} tasks at once`, together),
  ]);
}

const environment = await startLocalEnvironment();
try {
  await measure(environment.outputs);
} finally {
  await environment.stop();
}
