/**
 * Reads the input of the KPIs from the tables of a deployment. The Audit table is read by a parallel scan: it has no index by
 * time, so that an append is a single write. Latencies are read by day.
 */
import { type DynamoDBDocumentClient, QueryCommand, ScanCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod/mini';
import { latencyRecordSchema } from '../../lambdas/queue/contracts/shown-cards.ts';
import { CARDS_TABLE } from '../../lambdas/shared/contracts/environment.ts';
import { auditRecordSchema } from '../../lambdas/queue/contracts/records.ts';
import { type ReadItems, readEach } from '../../lambdas/shared/domain/damaged-items.ts';
import type { KpiLatency, KpiRecords, KpiTransition, KpiWindow } from '../../lambdas/queue/domain/kpi/kpi.ts';
import { POLICY } from '../../lambdas/queue/domain/task/policy.ts';
import { storedRecord } from '../../lambdas/shared/domain/stored-items.ts';

/** Names of the tables. */
export interface KpiTables {
  readonly auditTable: string;
  readonly cardsTable: string;
}

/** Segments of the Audit table that are scanned in parallel; each page of a segment has up to 1 MB. */
const SEGMENTS = 8;
/** Number of days whose latencies are read in parallel. */
const DAYS_AT_ONCE = 16;
const DAY_MS = 24 * 60 * 60 * 1_000;

const { schemaVersion, taskId, kind, version, to, cause, errorCode, atMs } = auditRecordSchema.shape;
const transitionSchema = z.object({ schemaVersion, taskId, kind, version, to, cause, errorCode, atMs });

type Item = Record<string, unknown>;
type ReadTransitions = ReadItems<KpiTransition>;
type ReadLatencies = ReadItems<KpiLatency>;

/** Parses audit items; an unreadable item does not stop the others. */
const readTransitions = (items: readonly Item[]): ReadTransitions =>
  readEach(
    items,
    (item) => storedRecord('Audit item', transitionSchema, item),
    ({ taskId: id, version: of }) => `${String(id)} version ${String(of)}`,
  );

/** Parses latency items; an unreadable item does not stop the others. */
const readLatencyItems = (items: readonly Item[]): ReadLatencies =>
  readEach(
    items,
    (item) => storedRecord('Latency item', latencyRecordSchema, item),
    ({ cardId }) => String(cardId),
  );

const joined = <T>(parts: readonly ReadItems<T>[]): ReadItems<T> => ({
  found: parts.flatMap(({ found }) => found),
  damaged: parts.flatMap(({ damaged }) => damaged),
});

/** Aliases of the fields, because some are reserved words of DynamoDB. */
const FIELDS = Object.keys(transitionSchema.shape);
const NAMES = Object.fromEntries(FIELDS.map((field) => [`#${field}`, field]));

type Start = Item | undefined;

async function* scanSegment(
  client: DynamoDBDocumentClient,
  table: string,
  segment: number,
  sinceMs: number,
): AsyncGenerator<ReadTransitions> {
  let start: Start;
  do {
    const page = await client.send(
      new ScanCommand({
        TableName: table,
        Segment: segment,
        TotalSegments: SEGMENTS,
        ProjectionExpression: Object.keys(NAMES).join(', '),
        // A record with a damaged time may belong to any window, so it is included.
        FilterExpression: '#atMs >= :sinceMs OR NOT attribute_type(#atMs, :number)',
        ExpressionAttributeNames: NAMES,
        ExpressionAttributeValues: { ':sinceMs': sinceMs, ':number': 'N' },
        ...(start === undefined ? {} : { ExclusiveStartKey: start }),
      }),
    );
    yield readTransitions(page.Items ?? []);
    start = page.LastEvaluatedKey;
  } while (start !== undefined);
}

async function scanTransitions(
  client: DynamoDBDocumentClient,
  table: string,
  sinceMs: number,
): Promise<ReadTransitions> {
  const pages: ReadTransitions[] = [];
  const scan = async (_: unknown, segment: number): Promise<void> => {
    for await (const page of scanSegment(client, table, segment, sinceMs)) pages.push(page);
  };
  await Promise.all(Array.from({ length: SEGMENTS }, scan));
  return joined(pages);
}

const dayOf = (momentMs: number): string => new Date(momentMs).toISOString().slice(0, 10);

/** UTC days between two times, both included. */
function daysBetween(fromMs: number, untilMs: number): readonly string[] {
  const days: string[] = [];
  for (let day = Date.parse(dayOf(fromMs)); day <= untilMs; day += DAY_MS) days.push(dayOf(day));
  return days;
}

async function latenciesOfDay(
  client: DynamoDBDocumentClient,
  table: string,
  day: string,
  sinceMs: number,
): Promise<ReadLatencies> {
  const { name, partitionKey, sortKey } = CARDS_TABLE.byShownDay;
  const pages: ReadLatencies[] = [];
  let start: Start;
  do {
    const page = await client.send(
      new QueryCommand({
        TableName: table,
        IndexName: name,
        KeyConditionExpression: '#day = :day AND #shownAtMs >= :sinceMs',
        ExpressionAttributeNames: { '#day': partitionKey, '#shownAtMs': sortKey },
        ExpressionAttributeValues: { ':day': day, ':sinceMs': sinceMs },
        ...(start === undefined ? {} : { ExclusiveStartKey: start }),
      }),
    );
    pages.push(readLatencyItems(page.Items ?? []));
    start = page.LastEvaluatedKey;
  } while (start !== undefined);
  return joined(pages);
}

async function readLatencies(
  client: DynamoDBDocumentClient,
  table: string,
  days: readonly string[],
  sinceMs: number,
): Promise<ReadLatencies> {
  const found: ReadLatencies[] = [];
  for (let first = 0; first < days.length; first += DAYS_AT_ONCE) {
    const some = days.slice(first, first + DAYS_AT_ONCE);
    const pages = await Promise.all(some.map((day) => latenciesOfDay(client, table, day, sinceMs)));
    found.push(...pages);
  }
  return joined(found);
}

/**
 * The records of a window. The trail of a task that was enqueued in the window is complete, because its transitions are later (except for
 * the difference between two clocks). Unreadable records, for example those of newer code, are excluded and named.
 * @throws any error of DynamoDB
 */
export async function readKpiRecords(
  client: DynamoDBDocumentClient,
  { auditTable, cardsTable }: KpiTables,
  { sinceMs, nowMs }: KpiWindow,
): Promise<KpiRecords> {
  const days = daysBetween(sinceMs, nowMs + POLICY.clockSkewMs);
  const [transitions, latencies] = await Promise.all([
    scanTransitions(client, auditTable, sinceMs - POLICY.clockSkewMs),
    readLatencies(client, cardsTable, days, sinceMs),
  ]);
  return {
    transitions: transitions.found,
    latencies: latencies.found,
    leftOut: [...transitions.damaged, ...latencies.damaged],
  };
}
