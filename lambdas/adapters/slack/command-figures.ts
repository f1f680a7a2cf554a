/**
 * The queue's figures for `/quoteq kpi`, from stored data only: how long transitions took to be seen, and the audit
 * trails of the newest tasks that were seen. A sample, and it says how large.
 */
import type { LatencyRecord } from '../../contracts/cards.ts';
import { ExecutionState, TransitionCause } from '../../contracts/lifecycle-states.ts';
import { Metric } from '../../contracts/metric-names.ts';
import type { AuditRecord } from '../../contracts/records.ts';
import { metricsOf } from '../../domain/transition-metrics.ts';

/** Days looked back, today included. */
export const FIGURE_DAYS = 7;
/** Latencies read per day, newest first. */
export const MAX_LATENCIES_PER_DAY = 500;
/** Tasks whose trail is read: at some 5 ms a query and 25 at once, 100 take well under a second. */
const MAX_TRAILS = 100;
const TRAILS_AT_ONCE = 25;

/** Where figures are stored. */
export interface FigureSource {
  /** Latencies shown on a UTC day (`2026-11-21`), newest first, at most `limit`; eventually consistent. */
  latenciesOf(day: string, limit: number): Promise<readonly LatencyRecord[]>;
  /** The audit trail of a task. */
  trailOf(taskId: string): Promise<readonly AuditRecord[]>;
}

/** Figures with the size of their samples. */
export interface QueueFigures {
  /** Transitions whose latency is in the sample. */
  readonly latencyCount: number;
  /** `undefined` without a sample. */
  readonly meanLatencyMs: number | undefined;
  /** Tasks whose trail is in the sample. */
  readonly taskCount: number;
  /** Of them, in `failed_terminal`; also what operators cancelled or abandoned. */
  readonly failedCount: number;
  /** Transitions that report an effect found twice, or with another content. */
  readonly duplicateCount: number;
  /** Tasks that the sweep had to recover. */
  readonly recoveredCount: number;
  /** Of the recovered ones, those that have ended. */
  readonly recoveredAndEndedCount: number;
}

const DAY_MS = 24 * 60 * 60 * 1_000;

/** UTC days, newest first. */
const daysBefore = (nowMs: number): readonly string[] =>
  Array.from({ length: FIGURE_DAYS }, (_, ago) => new Date(nowMs - ago * DAY_MS).toISOString().slice(0, 10));

async function trailsOf(
  source: FigureSource,
  taskIds: readonly string[],
): Promise<(readonly AuditRecord[])[]> {
  const trails: (readonly AuditRecord[])[] = [];
  for (let start = 0; start < taskIds.length; start += TRAILS_AT_ONCE) {
    const some = taskIds.slice(start, start + TRAILS_AT_ONCE);
    trails.push(...(await Promise.all(some.map((taskId) => source.trailOf(taskId)))));
  }
  return trails.filter((trail) => trail.length > 0);
}

const hasFailed = (trail: readonly AuditRecord[]): boolean =>
  trail.some((record) => metricsOf(record).includes(Metric.ActionsFailed));
const hasEnded = (trail: readonly AuditRecord[]): boolean =>
  hasFailed(trail) || trail.some((record) => record.to === ExecutionState.Completed);
const wasRecovered = (trail: readonly AuditRecord[]): boolean =>
  trail.some((record) => record.cause === TransitionCause.RecoverStale);

/** Figures of latencies and trails. */
export function summarised(
  latencies: readonly LatencyRecord[],
  trails: readonly (readonly AuditRecord[])[],
): QueueFigures {
  const totalMs = latencies.reduce((sum, { latencyMs }) => sum + latencyMs, 0);
  const recovered = trails.filter(wasRecovered);
  return {
    latencyCount: latencies.length,
    meanLatencyMs: latencies.length === 0 ? undefined : totalMs / latencies.length,
    taskCount: trails.length,
    failedCount: trails.filter(hasFailed).length,
    duplicateCount: trails.flat().filter((record) => metricsOf(record).includes(Metric.DuplicateMutations))
      .length,
    recoveredCount: recovered.length,
    recoveredAndEndedCount: recovered.filter(hasEnded).length,
  };
}

/** Reads the sample and its figures. @param nowMs ms since the epoch */
export async function readFigures(source: FigureSource, nowMs: number): Promise<QueueFigures> {
  const days = await Promise.all(
    daysBefore(nowMs).map((day) => source.latenciesOf(day, MAX_LATENCIES_PER_DAY)),
  );
  const latencies = days.flat();
  const taskIds = [...new Set(latencies.map(({ taskId }) => taskId))].slice(0, MAX_TRAILS);
  return summarised(latencies, await trailsOf(source, taskIds));
}
