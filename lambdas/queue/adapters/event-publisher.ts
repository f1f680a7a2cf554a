/**
 * Puts transitions on the bus. Source: EventBridge API, `PutEvents`: at most 10 entries, each accepted or refused separately.
 */
import {
  EventBridgeClient,
  EventBridgeServiceException as ServiceException,
  PutEventsCommand,
} from '@aws-sdk/client-eventbridge';
import { EVENT_SOURCE, EXECUTION_TRANSITIONED, type ExecutionTransitioned } from '../contracts/events.ts';
import { codeWord } from '../../shared/contracts/text.ts';
import type { AuditRecord } from '../contracts/records.ts';
import { nameOf as errorName } from '../../shared/domain/errors.ts';
import type { Clock } from '../../shared/domain/ports.ts';
import { clientOptions } from '../../shared/platform/client-options.ts';

const MAX_ENTRIES = 10;
/** 3 tries of 2 s with 100 and 200 ms between them; the 10 requests of a full batch run in parallel and take less than 10 s. */
const TRIES = 3;
const PAUSE_MS = 100;
const REQUEST_TIMEOUT_MS = { connectMs: 1_000, answerMs: 1_000 };

interface Bus {
  readonly client: EventBridgeClient;
  readonly busName: string;
}

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
  Time: new Date(detail.atMs),
});

/** Events that the bus did not accept. */
export interface Refusal {
  readonly left: readonly ExecutionTransitioned[];
  /**
   * The reasons, without repetition: `HTTP 400 AccessDeniedException`, an entry's `ThrottlingException`, or the name of a
   * thrown error.
   */
  readonly reasons: readonly string[];
}

/** `HTTP 400 AccessDeniedException` for an answer, `Error ECONNREFUSED` without an answer. */
function reasonOf(thrown: unknown): string {
  const status = thrown instanceof ServiceException ? thrown.$metadata.httpStatusCode : undefined;
  const code = thrown instanceof Error && 'code' in thrown ? [codeWord(String(thrown.code))] : [];
  const words = status === undefined ? [errorName(thrown), ...code] : [`HTTP ${status}`, errorName(thrown)];
  return words.join(' ');
}

/** Sends at most ten events. */
async function putOnce({ client, busName }: Bus, events: readonly ExecutionTransitioned[]): Promise<Refusal> {
  const refused = (reason: string): Refusal => ({ left: events, reasons: [reason] });
  const command = new PutEventsCommand({ Entries: events.map((event) => entryOf(busName, event)) });
  const answer = await client.send(command).catch(reasonOf);
  if (typeof answer === 'string') return refused(answer);
  if (answer.Entries?.length !== events.length) return refused('an answer without its entries');
  const codes = answer.Entries.map(({ ErrorCode }) => ErrorCode);
  return {
    left: events.filter((_event, index) => codes[index] !== undefined),
    reasons: codes
      .filter((code) => code !== undefined)
      .slice(0, 1)
      .map(codeWord),
  };
}

async function putPatiently(
  bus: Bus,
  events: readonly ExecutionTransitioned[],
  clock: Clock,
): Promise<Refusal> {
  let refusal: Refusal = { left: events, reasons: [] };
  for (let tries = 1; refusal.left.length > 0; tries += 1) {
    refusal = await putOnce(bus, refusal.left);
    if (tries === TRIES) break;
    if (refusal.left.length > 0) await clock.sleep(PAUSE_MS * tries);
  }
  return refusal;
}

/**
 * A function that puts events on the bus, in any order, and returns those that the bus did not accept, with the reasons of the
 * last try. An accepted event may be put again: consumers identify it by (taskId, version).
 */
export function createEventPublisher(busName: string, clock: Clock) {
  const bus: Bus = {
    // The tries are counted here, so the SDK makes each request once.
    client: new EventBridgeClient({ ...clientOptions(REQUEST_TIMEOUT_MS), maxAttempts: 1 }),
    busName,
  };
  return async (events: readonly ExecutionTransitioned[]): Promise<Refusal> => {
    const chunks = Array.from({ length: Math.ceil(events.length / MAX_ENTRIES) }, (_, index) =>
      events.slice(index * MAX_ENTRIES, (index + 1) * MAX_ENTRIES),
    );
    const refusals = await Promise.all(chunks.map((chunk) => putPatiently(bus, chunk, clock)));
    return {
      left: refusals.flatMap(({ left }) => left),
      reasons: [...new Set(refusals.flatMap(({ reasons }) => reasons))],
    };
  };
}
