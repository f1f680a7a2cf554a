/**
 * Everything the KPIs are computed from, out of the tables of a deployment: the Audit table by a parallel scan (it has no
 * index by time, so that appending stays one write), the latencies by their day.
 */
import { type DynamoDBDocumentClient, QueryCommand, ScanCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod/mini';
import { latencyRecordSchema } from '../../lambdas/contracts/cards.ts';
import { CARDS_TABLE } from '../../lambdas/contracts/environment.ts';
import { fieldIssuesText } from '../../lambdas/contracts/field-issues.ts';
import { auditRecordSchema } from '../../lambdas/contracts/records.ts';
import type { KpiLatency, KpiRecords, KpiTransition, KpiWindow } from '../../lambdas/domain/kpi.ts';
import { POLICY } from '../../lambdas/domain/policy.ts';
import { CliError } from '../cli/cli-error.ts';

/** Where the records are. */
export interface KpiTables {
  readonly auditTable: string;
  readonly cardsTable: string;
}

/** Parts of the Audit table that are scanned at once; each page of a part is up to 1 MB. */
const SEGMENTS = 8;
/** Days whose latencies are read at once. */
const DAYS_AT_ONCE = 16;
const DAY_MS = 24 * 60 * 60 * 1_000;

const { schemaVersion, taskId, version, to, cause, errorCode, atMs } = auditRecordSchema.shape;
const transitionSchema = z.object({ schemaVersion, taskId, version, to, cause, errorCode, atMs });

/** A stored item in a shape of ours. @throws {CliError} naming the item, its fields and what was expected of each */
function parsed<T>(schema: z.ZodMiniType<T>, item: Record<string, unknown>, name: string): T {
  const result = schema.safeParse(item);
  if (result.success) return result.data;
  const id = JSON.stringify(item['taskId'] ?? item['cardId']);
  throw new CliError(`${name} ${id} is not as this version knows it: ${fieldIssuesText(result.error)}`);
}

/** The fields by other names: some are words of DynamoDB's own. */
const FIELDS = Object.keys(transitionSchema.shape);
const NAMES = Object.fromEntries(FIELDS.map((field) => [`#${field}`, field]));

type Start = Record<string, unknown> | undefined;

async function* scanSegment(
  client: DynamoDBDocumentClient,
  table: string,
  segment: number,
  sinceMs: number,
): AsyncGenerator<readonly KpiTransition[]> {
  let start: Start;
  do {
    const page = await client.send(
      new ScanCommand({
        TableName: table,
        Segment: segment,
        TotalSegments: SEGMENTS,
        ProjectionExpression: Object.keys(NAMES).join(', '),
        FilterExpression: '#atMs >= :sinceMs',
        ExpressionAttributeNames: NAMES,
        ExpressionAttributeValues: { ':sinceMs': sinceMs },
        ...(start === undefined ? {} : { ExclusiveStartKey: start }),
      }),
    );
    yield (page.Items ?? []).map((item) => parsed(transitionSchema, item, 'The audit record of'));
    start = page.LastEvaluatedKey;
  } while (start !== undefined);
}

async function scanTransitions(
  client: DynamoDBDocumentClient,
  table: string,
  sinceMs: number,
): Promise<readonly KpiTransition[]> {
  const found: KpiTransition[] = [];
  const scan = async (_: unknown, segment: number): Promise<void> => {
    for await (const page of scanSegment(client, table, segment, sinceMs)) {
      for (const transition of page) found.push(transition);
    }
  };
  await Promise.all(Array.from({ length: SEGMENTS }, scan));
  return found;
}

const dayOf = (momentMs: number): string => new Date(momentMs).toISOString().slice(0, 10);

/** UTC days from one moment to another, both included. */
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
): Promise<readonly KpiLatency[]> {
  const { name, partitionKey, sortKey } = CARDS_TABLE.byShownDay;
  const found: KpiLatency[] = [];
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
    for (const item of page.Items ?? []) found.push(parsed(latencyRecordSchema, item, 'The latency'));
    start = page.LastEvaluatedKey;
  } while (start !== undefined);
  return found;
}

async function readLatencies(
  client: DynamoDBDocumentClient,
  table: string,
  days: readonly string[],
  sinceMs: number,
): Promise<readonly KpiLatency[]> {
  const found: KpiLatency[][] = [];
  for (let first = 0; first < days.length; first += DAYS_AT_ONCE) {
    const some = days.slice(first, first + DAYS_AT_ONCE);
    const pages = await Promise.all(some.map((day) => latenciesOfDay(client, table, day, sinceMs)));
    found.push(pages.flat());
  }
  return found.flat();
}

/**
 * The records of a window. The trail of a task that was enqueued in it is whole: its transitions are no older, give or
 * take the difference of two clocks.
 * @throws {CliError} when a record is of a later version; whatever DynamoDB throws
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
  return { transitions, latencies };
}
