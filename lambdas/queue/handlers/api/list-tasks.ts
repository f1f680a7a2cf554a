/** Lists a quote's tasks: parses the query, and fills pages in spite of the filter. */
import * as z from 'zod/mini';
import { decodeCursor } from '../../adapters/dynamodb/cursor.ts';
import { PAGE_LIMIT } from '../../contracts/api.ts';
import { ExecutionState } from '../../contracts/lifecycle-states.ts';
import type { ExecutionQueueRepo, ListOptions, TaskPage } from '../../domain/ports.ts';
import { badParameter } from './problem.ts';
import type { ApiRequest } from './request.ts';

/** Maximum reads for one page of an answer: 20 × 1 MB fits into the function's time. */
const MAX_READS = 20;

const PARAMETERS: ReadonlySet<string> = new Set(['state', 'limit', 'cursor']);
/** A request may be signed in its query string; those parameters belong to IAM. */
const isSignature = (name: string): boolean => name.toLowerCase().startsWith('x-amz-');

const stateSchema = z.enum(ExecutionState);

function stateOf(value: string | null): Pick<ListOptions, 'state'> {
  if (value === null) return {};
  const parsed = stateSchema.safeParse(value);
  if (parsed.success) return { state: parsed.data };
  throw badParameter(400, 'state', `expected one of: ${Object.values(ExecutionState).join(', ')}`);
}

function limitOf(value: string | null): number {
  if (value === null) return PAGE_LIMIT.default;
  const limit = /^[1-9]\d{0,2}$/.test(value) ? Number(value) : 0;
  if (limit >= 1 && limit <= PAGE_LIMIT.max) return limit;
  throw badParameter(400, 'limit', `expected a whole number from 1 to ${PAGE_LIMIT.max}`);
}

/** If DynamoDB refuses the key of a cursor, the caller has made the error, so the answer names the parameter. */
function cursorOf(value: string | null, quoteId: string): Pick<ListOptions, 'cursor'> {
  if (value === null) return {};
  try {
    decodeCursor(value, quoteId);
    return { cursor: value };
  } catch (cause) {
    throw badParameter(400, 'cursor', 'expected a cursor of an earlier page of this quote', cause);
  }
}

/**
 * The filters of a listing.
 * @throws {ApiProblem} 400 with the parameter that is unknown, repeated or not as documented
 */
export function listOptionsOf({ event }: ApiRequest, quoteId: string): ListOptions {
  const query = new URLSearchParams(event.rawQueryString);
  for (const name of query.keys()) {
    if (isSignature(name)) continue;
    if (!PARAMETERS.has(name)) throw badParameter(400, name, 'expected no such parameter');
    if (query.getAll(name).length > 1) throw badParameter(400, name, 'expected this parameter once');
  }
  return {
    ...stateOf(query.get('state')),
    limit: limitOf(query.get('limit')),
    ...cursorOf(query.get('cursor'), quoteId),
  };
}

/** Number of tasks to read at once: the maximum if there is a filter, else the missing ones plus one. */
const readLimit = ({ state, limit }: ListOptions, found: number): number =>
  state === undefined ? Math.min(PAGE_LIMIT.max, limit + 1 - found) : PAGE_LIMIT.max;

/**
 * One page. It has `limit` tasks, including damaged ones, unless there are no more or {@link MAX_READS} reads did not find
 * them. It has a cursor if there is more to read.
 */
export async function listTasks(
  queue: Pick<ExecutionQueueRepo, 'listByQuote'>,
  quoteId: string,
  options: ListOptions,
): Promise<TaskPage> {
  const { cursor: start, ...filters } = options;
  let page: TaskPage = start === undefined ? { entries: [] } : { entries: [], cursor: start };
  for (let reads = 0; reads < MAX_READS; reads += 1) {
    const { entries, cursor } = page;
    const limit = readLimit(options, entries.length);
    const more = await queue.listByQuote(quoteId, { ...filters, limit, ...(cursor && { cursor }) });
    page = { ...more, entries: [...entries, ...more.entries] };
    if (page.cursor === undefined || page.entries.length > options.limit) break;
  }
  return cut(page, options.limit);
}

function cut(page: TaskPage, limit: number): TaskPage {
  const entries = page.entries.slice(0, limit);
  const last = entries.at(-1);
  if (page.entries.length <= limit || last === undefined) return page;
  return { entries, cursor: last.cursor };
}
