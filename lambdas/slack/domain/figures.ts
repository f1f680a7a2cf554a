/**
 * The KPIs for `/quoteq kpi`, from stored data only: status latencies, and the audit trails of the newest tasks that were
 * shown. They are a sample, whose size is reported; `quoteq kpi` reads everything.
 */
import type { AuditRecord } from '../../queue/contracts/records.ts';
import type { DamagedItem, ReadItems } from '../../shared/domain/damaged-items.ts';
import { type KpiReport, reportKpis } from '../../queue/exports/reading.ts';
import type { FigureSource } from './ports.ts';

/** Number of days, including today. */
export const FIGURE_DAYS = 7;
/** Maximum latencies read per day, newest first. */
export const MAX_LATENCIES_PER_DAY = 500;
/** Maximum tasks whose trail is read: at some 5 ms a query and 25 at once, 100 take far less than a second. */
const MAX_TRAILS = 100;
const TRAILS_AT_ONCE = 25;

const DAY_MS = 24 * 60 * 60 * 1_000;

const dayOf = (atMs: number): string => new Date(atMs).toISOString().slice(0, 10);

/** UTC days, newest first. */
const daysBefore = (nowMs: number): readonly string[] =>
  Array.from({ length: FIGURE_DAYS }, (_, ago) => dayOf(nowMs - ago * DAY_MS));

async function trailsOf(source: FigureSource, taskIds: readonly string[]): Promise<ReadItems<AuditRecord>> {
  const found: AuditRecord[] = [];
  const damaged: DamagedItem[] = [];
  for (let start = 0; start < taskIds.length; start += TRAILS_AT_ONCE) {
    const some = taskIds.slice(start, start + TRAILS_AT_ONCE);
    for (const [index, trail] of (await Promise.all(some.map((id) => source.trailOf(id)))).entries()) {
      found.push(...trail.records);
      damaged.push(
        ...trail.damaged.map(({ version, detail }) => ({ id: `${some[index]} version ${version}`, detail })),
      );
    }
  }
  return { found, damaged };
}

/**
 * Reads the sample and computes its KPIs. Tasks that were enqueued before the window do not count. Unreadable records do not
 * count either; they are named.
 * @param nowMs ms since the epoch
 */
export async function readFigures(source: FigureSource, nowMs: number): Promise<KpiReport> {
  const days = daysBefore(nowMs);
  const shown = await Promise.all(days.map((day) => source.latenciesOf(day, MAX_LATENCIES_PER_DAY)));
  const latencies = shown.flatMap(({ found }) => found);
  const taskIds = [...new Set(latencies.map(({ taskId }) => taskId))].slice(0, MAX_TRAILS);
  const sinceMs = Date.parse(days.at(-1) ?? dayOf(nowMs));
  const trails = await trailsOf(source, taskIds);
  const leftOut = [...trails.damaged, ...shown.flatMap(({ damaged }) => damaged)];
  return reportKpis({ transitions: trails.found, latencies, leftOut }, { sinceMs, nowMs });
}
