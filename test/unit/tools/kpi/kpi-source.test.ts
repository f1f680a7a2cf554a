import { BatchWriteCommand } from '@aws-sdk/lib-dynamodb';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LatencyRecord } from '../../../../lambdas/queue/contracts/shown-cards.ts';
import { reportKpis } from '../../../../lambdas/queue/domain/kpi/kpi.ts';
import { readKpiRecords } from '../../../../tools/kpi/kpi-source.ts';
import {
  type DynamoDbServer,
  startDynamoDb,
  TABLE_NAMES,
} from '../../../../tools/rig/aws/dynamodb-server.ts';
import { START_MS } from '../../../../tools/rig/fake-clock.ts';
import { COMPLETED, failedWith, lostWorker, trailOf } from '../../../helpers/trails.ts';

const DAY_MS = 24 * 60 * 60 * 1_000;
const TABLES = { auditTable: TABLE_NAMES.audit, cardsTable: TABLE_NAMES.cards };

let dynamoDb: DynamoDbServer;

beforeEach(async () => {
  dynamoDb = await startDynamoDb();
});
afterEach(() => dynamoDb.stop());

async function put(table: string, items: readonly object[]): Promise<void> {
  for (let first = 0; first < items.length; first += 25) {
    const requests = items.slice(first, first + 25).map((Item) => ({ PutRequest: { Item } }));
    await dynamoDb.client.send(new BatchWriteCommand({ RequestItems: { [table]: requests } }));
  }
}

const latencyAt = (shownAtMs: number, latencyMs: number): LatencyRecord => ({
  schemaVersion: 1,
  cardId: `latency#task-1#${shownAtMs}`,
  taskId: `task-${'a'.repeat(40)}`,
  version: 1,
  versionShown: 1,
  transitionAtMs: shownAtMs - latencyMs,
  shownAtMs,
  shownDay: new Date(shownAtMs).toISOString().slice(0, 10),
  latencyMs,
});

const reportSince = async (sinceMs: number) => {
  const window = { sinceMs, nowMs: START_MS + 2 * DAY_MS };
  return reportKpis(await readKpiRecords(dynamoDb.client, TABLES, window), window);
};

describe('readKpiRecords', () => {
  it('reads the complete trails of the tasks enqueued in the window, page by page', async () => {
    // 16 KB each: 900 records are about 14 MB, so that each of the eight segments has more than one page.
    const padding = 'x'.repeat(16_000);
    const trails = Array.from({ length: 300 }, (_, index) => trailOf(`task-${index}`, COMPLETED));
    await put(
      TABLE_NAMES.audit,
      trails.flat().map((record) => ({ ...record, reason: padding })),
    );
    await put(TABLE_NAMES.audit, trailOf('task-before', failedWith('PROVIDER_REFUSED'), START_MS - DAY_MS));
    await put(TABLE_NAMES.audit, trailOf('task-stuck', lostWorker([90, 'completed', 'complete'])));

    const { counts } = await reportSince(START_MS);

    expect(counts).toMatchObject({ enqueued: 301, completed: 301, failed: 0, stuckInTime: 1 });
    expect((await reportSince(START_MS - 2 * DAY_MS)).counts).toMatchObject({ enqueued: 302, failed: 1 });
  });

  it('includes a transition that a slow clock made just before the window', async () => {
    const [first, second, third] = trailOf('task-1', COMPLETED);
    if (first === undefined || second === undefined || third === undefined) throw new Error('expected three');
    await put(TABLE_NAMES.audit, [first, second, { ...third, atMs: START_MS - 4_000 }]);

    expect((await reportSince(START_MS)).counts).toMatchObject({ enqueued: 1, completed: 1 });
  });

  it('reads the latencies of every day of the window, the first day from the start time on', async () => {
    const noon = START_MS;
    await put(TABLE_NAMES.cards, [
      latencyAt(noon - 1, 9_000),
      latencyAt(noon, 1_000),
      latencyAt(noon + DAY_MS, 2_000),
      latencyAt(noon + 2 * DAY_MS, 3_000),
    ]);

    const { kpis } = await reportSince(noon);

    expect(kpis.at(-1)).toMatchObject({ value: 2_000, samples: 3 });
  });

  it('counts readable records and names the excluded ones', async () => {
    const [record, ...rest] = trailOf('task-later', COMPLETED);
    const [first] = trailOf('task-timeless', COMPLETED);
    await put(TABLE_NAMES.audit, [{ ...record, schemaVersion: 99 }, ...rest, { ...first, atMs: 'noon' }]);
    await put(TABLE_NAMES.audit, trailOf('task-healthy', COMPLETED));
    const [seen, damaged] = [latencyAt(START_MS, 1_000), latencyAt(START_MS + 1, 2_000)];
    await put(TABLE_NAMES.cards, [seen, { ...damaged, latencyMs: null }]);

    const { counts, leftOut } = await reportSince(START_MS);

    expect(counts).toMatchObject({ enqueued: 1, completed: 1, latencies: 1, latencySumMs: 1_000 });
    expect(leftOut.toSorted((a, b) => a.id.localeCompare(b.id))).toEqual([
      { id: damaged.cardId, detail: 'Latency item: latencyMs: expected a value of type number' },
      { id: 'task-later version 1', detail: 'Audit item: schemaVersion: expected one of: 1, 2' },
      { id: 'task-timeless version 1', detail: 'Audit item: atMs: expected a value of type number' },
    ]);
  });
});
