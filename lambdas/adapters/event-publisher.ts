/** Puts transitions on the bus. Source: EventBridge API, `PutEvents`: at most 10 entries, each refused or taken by itself. */
import * as z from 'zod/mini';
import { EVENT_SOURCE, EXECUTION_TRANSITIONED, type ExecutionTransitioned } from '../contracts/events.ts';
import type { AuditRecord } from '../contracts/records.ts';
import type { Clock } from '../domain/ports.ts';
import { sendAwsRequest } from './aws-request.ts';

const MAX_ENTRIES = 10;
/** 3 tries of 2 s with 100 and 200 ms between them: 10 requests of a full batch run at once and stay under 10 s. */
const TRIES = 3;
const PAUSE_MS = 100;
const REQUEST_TIMEOUT_MS = 2_000;

const answerSchema = z.object({ Entries: z.array(z.object({ ErrorCode: z.optional(z.string()) })) });

/** The event of a transition. */
export function transitionedOf(record: AuditRecord): ExecutionTransitioned {
  const { schemaVersion, taskId, quoteId, kind, version, from, to, cause, actor } = record;
  const { attempt, deferrals, generation, errorCode, atMs } = record;
  return {
    schemaVersion,
    taskId,
    quoteId,
    kind,
    version,
    from,
    to,
    cause,
    actor,
    attempt,
    deferrals,
    generation,
    ...(errorCode === undefined ? {} : { errorCode }),
    atMs,
  };
}

const entryOf = (busName: string, detail: ExecutionTransitioned) => ({
  EventBusName: busName,
  Source: EVENT_SOURCE,
  DetailType: EXECUTION_TRANSITIONED,
  Detail: JSON.stringify(detail),
  // Seconds since the epoch.
  Time: detail.atMs / 1_000,
});

/** Sends at most ten; returns those that were not taken. */
async function putOnce(
  busName: string,
  events: readonly ExecutionTransitioned[],
): Promise<readonly ExecutionTransitioned[]> {
  const response = await sendAwsRequest({
    service: 'events',
    operation: 'AWSEvents.PutEvents',
    body: { Entries: events.map((event) => entryOf(busName, event)) },
    timeoutMs: REQUEST_TIMEOUT_MS,
  }).catch(() => undefined);
  if (response === undefined || !response.ok) return events;
  const answer = answerSchema.safeParse(await response.json().catch(() => undefined));
  if (!answer.success) return events;
  return events.filter((_event, index) => answer.data.Entries[index]?.ErrorCode !== undefined);
}

async function putPatiently(
  busName: string,
  events: readonly ExecutionTransitioned[],
  clock: Clock,
): Promise<readonly ExecutionTransitioned[]> {
  let left = events;
  for (let tries = 1; left.length > 0; tries += 1) {
    left = await putOnce(busName, left);
    if (tries === TRIES) break;
    if (left.length > 0) await clock.sleep(PAUSE_MS * tries);
  }
  return left;
}

/**
 * A function that puts events on the bus, in any order, and returns those that the bus did not take. One that was taken
 * may be put again: consumers know it by (taskId, version).
 */
export const createEventPublisher =
  (busName: string, clock: Clock) =>
  async (events: readonly ExecutionTransitioned[]): Promise<readonly ExecutionTransitioned[]> => {
    const chunks = Array.from({ length: Math.ceil(events.length / MAX_ENTRIES) }, (_, index) =>
      events.slice(index * MAX_ENTRIES, (index + 1) * MAX_ENTRIES),
    );
    const left = await Promise.all(chunks.map((chunk) => putPatiently(busName, chunk, clock)));
    return left.flat();
  };
