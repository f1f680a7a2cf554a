import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BatchWriteCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import * as z from 'zod/mini';
import { kpiAnswer } from '../../../../tools/cli/commands/kpi-command.ts';
import { json, type RunningServer, startServer } from '../../../../tools/rig/http/http-server.ts';
import {
  type DynamoDbServer,
  startDynamoDb,
  TABLE_NAMES,
} from '../../../../tools/rig/aws/dynamodb-server.ts';
import { START_MS } from '../../../../tools/rig/fake-clock.ts';
import { COMPLETED, failedWith, trailOf } from '../../../helpers/trails.ts';

const NOW_MS = START_MS + 60_000;
const SINCE = '1h';
const figuresSchema = z.array(
  z.looseObject({ name: z.string(), value: z.nullable(z.number()), ok: z.nullable(z.boolean()) }),
);

let dynamoDb: DynamoDbServer;
let lambda: RunningServer;
let root: string;

beforeAll(async () => {
  dynamoDb = await startDynamoDb();
  lambda = await startServer((request) =>
    Promise.resolve(
      request.target.includes('quoteq-prod-slack-commands')
        ? json(200, {
            Environment: { Variables: { AUDIT_TABLE: TABLE_NAMES.audit, CARDS_TABLE: TABLE_NAMES.cards } },
          })
        : json(404, { __type: 'ResourceNotFoundException', Message: 'Function not found' }),
    ),
  );
  const trails = [trailOf('task-1', COMPLETED), trailOf('task-2', failedWith('RETRIES_EXHAUSTED'))];
  const requests = trails.flat().map((Item) => ({ PutRequest: { Item } }));
  await dynamoDb.client.send(new BatchWriteCommand({ RequestItems: { [TABLE_NAMES.audit]: requests } }));
  root = mkdtempSync(join(tmpdir(), 'quoteq-kpi-'));
  writeOutputs(dynamoDb.endpoint);
});

afterEach(() => {
  vi.unstubAllEnvs();
});

afterAll(async () => {
  await lambda.stop();
  await dynamoDb.stop();
  rmSync(root, { recursive: true, force: true });
});

function writeOutputs(awsEndpointUrl: string): void {
  const names = [
    'apiUrl',
    'slackPageUrl',
    'slackApiUrl',
    'slackChannelId',
    'crmBaseUrl',
    'crmPageUrl',
    'faultProxyUrl',
    'stateMachineArn',
    'tasksTable',
    'ledgerTable',
    'documentsBucket',
    'parkedQueueUrl',
    'cardQueueUrl',
    'cardDeadLettersUrl',
    'clickQueueUrl',
    'operatorsParameter',
    'eventBusName',
    'controlsTable',
  ];
  const outputs = {
    ...Object.fromEntries(names.map((name) => [name, 'unused'])),
    awsEndpointUrl,
    region: 'eu-central-1',
    auditTable: TABLE_NAMES.audit,
    cardsTable: TABLE_NAMES.cards,
    functions: {},
    stackOutputs: {},
  };
  writeFileSync(join(root, 'outputs.json'), JSON.stringify(outputs));
}

describe('quoteq kpi', () => {
  it('prints each KPI with baseline, target, owner, sample and verdict, and its source', async () => {
    const { text, exitCode } = await kpiAnswer({ since: SINCE }, NOW_MS, root);

    const rows = text.split('\n').map((line) => line.trim().split(/ {2,}/));
    expect(rows).toContainEqual([
      'Failed action rate (transient faults)',
      '50.00 %',
      '8.0 %',
      '≤ 2.0 %',
      'Reliability owner',
      '2 actions',
      'MISSED',
    ]);
    expect(rows).toContainEqual([
      'Mean user-visible status latency',
      'no sample',
      '6.0 s',
      '≤ 1.5 s',
      'Slack integration owner',
      '0 transitions',
      'no sample',
    ]);
    expect(text).toContain(
      "1 failed: 0 by an operator's decision, 0 terminal by nature, 1 given up after retries",
    );
    expect(exitCode).toBe(0);
  });

  it('prints only figures with --json, without a value if there is no sample', async () => {
    const { text } = await kpiAnswer({ since: SINCE, json: true }, NOW_MS, root);

    const figures = figuresSchema.parse(JSON.parse(text));
    expect(figures.map(({ name, value, ok }) => [name, value, ok])).toEqual([
      ['failed_action_rate', 50, false],
      ['recovery_within_5_min', null, null],
      ['duplicate_side_effect_rate', 0, true],
      ['mean_status_latency', null, null],
    ]);
    expect(figures[0]).toMatchObject({
      unit: '%',
      goal: '≤ 2',
      samples: 2,
      baseline: 8,
      target: 2,
      owner: 'Reliability owner',
      verdict: 'missed',
      until: new Date(NOW_MS).toISOString(),
    });
  });

  it('exits 1 with the check option for a missed target, but not for a missing sample', async () => {
    const later = START_MS + 10 * 3_600_000;

    expect((await kpiAnswer({ since: SINCE, check: true }, NOW_MS, root)).exitCode).toBe(1);
    expect((await kpiAnswer({ since: SINCE, check: true }, later, root)).exitCode).toBe(0);
  });

  it("finds the tables of a stage on AWS through a function's configuration", async () => {
    for (const [name, value] of Object.entries(dynamoDb.env)) vi.stubEnv(name, value);
    vi.stubEnv('AWS_ENDPOINT_URL_LAMBDA', lambda.url);
    const options = { since: SINCE, region: 'eu-central-1' };

    expect((await kpiAnswer({ ...options, stage: 'prod' }, NOW_MS, root)).text).toContain('50.00 %');
    await expect(kpiAnswer({ ...options, stage: 'dev' }, NOW_MS, root)).rejects.toThrow(
      'The tables could not be read: ResourceNotFoundException: Function not found',
    );
  });

  it.each([
    [{ since: 'soon' }, {}, '--since: expected a span such as'],
    [{ since: SINCE, stage: 'Prod!' }, {}, '--stage: expected the stage of the deployment'],
    [{ since: SINCE }, { QUOTEQ_API_URL: 'https://x.example' }, '--stage: expected the stage of'],
    [{ since: SINCE, stage: 'dev' }, { AWS_REGION: undefined }, '--region: expected a Region'],
  ])('refuses %o with %o and tells the expected value', async (options, env, message) => {
    for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);

    await expect(kpiAnswer(options, NOW_MS, root)).rejects.toThrow(message);
  });

  it('reports that nothing runs', async () => {
    const empty = join(root, 'empty');

    await expect(kpiAnswer({ since: SINCE }, NOW_MS, empty)).rejects.toThrow('Nothing to read: run');
    writeOutputs('http://127.0.0.1:1');
    await expect(kpiAnswer({ since: SINCE }, NOW_MS, root)).rejects.toThrow('The tables could not be read:');
    writeOutputs(dynamoDb.endpoint);
  });
});
