/** Parses `--since`, the start of a window. */
import { CliError } from '../cli/cli-error.ts';

const MINUTE_MS = 60_000;
const SPAN_MS = {
  m: MINUTE_MS,
  h: 60 * MINUTE_MS,
  d: 24 * 60 * MINUTE_MS,
  w: 7 * 24 * 60 * MINUTE_MS,
} as const;
const SPAN = /^(\d{1,5})([mhdw])$/;
const DATE = /^\d{4}-\d{2}-\d{2}$/;
const TIME = /^(\d{4}-\d{2}-\d{2})T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?(?:Z|[+-]\d{2}:\d{2})$/;
/** No queue existed before that, and each day costs a query. */
const MAX_DAYS = 3_660;

const EXPECTED =
  'a span such as 30m, 12h, 7d or 2w, a date such as 2026-11-20 (UTC), or a time with its zone such as 2026-11-20T08:00:00Z';

const refused = (text: string, expected = EXPECTED): CliError =>
  new CliError(`--since: expected ${expected}; found ${JSON.stringify(text)}`);

function spanMs(text: string): number | undefined {
  const [, count, unit] = SPAN.exec(text) ?? [];
  if (unit !== 'm' && unit !== 'h' && unit !== 'd' && unit !== 'w') return undefined;
  return Number(count) * SPAN_MS[unit];
}

/** `Date` turns 30 February into a day of March, so an existing day is one that comes back unchanged. */
function dayExists(day: string): boolean {
  const atMs = Date.parse(`${day}T00:00:00Z`);
  return !Number.isNaN(atMs) && new Date(atMs).toISOString().startsWith(day);
}

function momentMs(text: string): number | undefined {
  const day = DATE.test(text) ? text : TIME.exec(text)?.[1];
  if (day === undefined || !dayExists(day)) return undefined;
  const atMs = Date.parse(text);
  return Number.isNaN(atMs) ? undefined : atMs;
}

/**
 * The start of the window, in ms since the epoch.
 * @throws {CliError} with what was expected
 */
export function parseSince(text: string, nowMs: number): number {
  const span = spanMs(text);
  const sinceMs = span === undefined ? momentMs(text) : nowMs - span;
  if (sinceMs === undefined || span === 0) throw refused(text);
  if (sinceMs > nowMs) throw refused(text, 'a time in the past');
  if (nowMs - sinceMs > MAX_DAYS * SPAN_MS.d) throw refused(text, `at most ${MAX_DAYS} days back`);
  return sinceMs;
}
