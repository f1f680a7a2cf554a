/** Puts transitions on the bus. Source: EventBridge API, `PutEvents`: at most 10 entries, each refused or taken by itself. */
import * as z from 'zod/mini';
import { EVENT_SOURCE, EXECUTION_TRANSITIONED, type ExecutionTransitioned } from '../contracts/events.ts';
import { codeWord } from '../../shared/contracts/text.ts';
import type { AuditRecord } from '../contracts/records.ts';
import { nameOf as errorName } from '../../shared/domain/errors.ts';
import type { Clock } from '../../shared/domain/ports.ts';
import { sendAwsRequest } from '../../shared/adapters/aws-request.ts';

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

/** Events that the bus did not take. */
export interface Refusal {
  readonly left: readonly ExecutionTransitioned[];
  /** Why, each once: `HTTP 400 AccessDeniedException`, an entry's `ThrottlingException`, or the name of what was thrown. */
  readonly reasons: readonly string[];
}

/** `HTTP 400 AccessDeniedException`: the status, and the error's type without its namespace where there is one. */
async function refusalOf(response: Response): Promise<string> {
  const body: unknown = await response.json().catch(() => undefined);
  const type = Object(body)['__type'];
  return typeof type === 'string'
    ? `HTTP ${response.status} ${codeWord(type.replace(/^.*#/, ''))}`
    : `HTTP ${response.status}`;
}

/** What `fetch` throws says little; its cause has the system's code, like `ENOTFOUND`. */
function nameOf(thrown: unknown): string {
  const name = errorName(thrown);
  const cause = thrown instanceof Error ? thrown.cause : undefined;
  return cause instanceof Error && 'code' in cause ? `${name} ${codeWord(String(cause.code))}` : name;
}

/** Sends at most ten. */
async function putOnce(busName: string, events: readonly ExecutionTransitioned[]): Promise<Refusal> {
  const refused = (reason: string): Refusal => ({ left: events, reasons: [reason] });
  const response = await sendAwsRequest({
    service: 'events',
    operation: 'AWSEvents.PutEvents',
    body: { Entries: events.map((event) => entryOf(busName, event)) },
    timeoutMs: REQUEST_TIMEOUT_MS,
  }).catch(nameOf);
  if (typeof response === 'string') return refused(response);
  if (!response.ok) return refused(await refusalOf(response));
  const answer = answerSchema.safeParse(await response.json().catch(() => undefined));
  if (!answer.success) return refused('an answer without its entries');
  const codes = events.map((_event, index) => answer.data.Entries[index]?.ErrorCode);
  return {
    left: events.filter((_event, index) => codes[index] !== undefined),
    reasons: codes
      .filter((code) => code !== undefined)
      .slice(0, 1)
      .map(codeWord),
  };
}

async function putPatiently(
  busName: string,
  events: readonly ExecutionTransitioned[],
  clock: Clock,
): Promise<Refusal> {
  let refusal: Refusal = { left: events, reasons: [] };
  for (let tries = 1; refusal.left.length > 0; tries += 1) {
    refusal = await putOnce(busName, refusal.left);
    if (tries === TRIES) break;
    if (refusal.left.length > 0) await clock.sleep(PAUSE_MS * tries);
  }
  return refusal;
}

/**
 * A function that puts events on the bus, in any order, and returns those that the bus did not take, with the reasons of
 * the last try. One that was taken may be put again: consumers know it by (taskId, version).
 */
export const createEventPublisher =
  (busName: string, clock: Clock) =>
  async (events: readonly ExecutionTransitioned[]): Promise<Refusal> => {
    const chunks = Array.from({ length: Math.ceil(events.length / MAX_ENTRIES) }, (_, index) =>
      events.slice(index * MAX_ENTRIES, (index + 1) * MAX_ENTRIES),
    );
    const refusals = await Promise.all(chunks.map((chunk) => putPatiently(busName, chunk, clock)));
    return {
      left: refusals.flatMap(({ left }) => left),
      reasons: [...new Set(refusals.flatMap(({ reasons }) => reasons))],
    };
  };
