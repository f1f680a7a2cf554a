/**
 * The gauges that a run of the sweep may publish. Invariants upheld here:
 * 1. A 0 means that the run has read everything that the gauge covers. Without a complete read there is no 0.
 * 2. A count above 0 is published even if something could not be read: the counted items exist, and there may be more.
 * 3. An age is published only after a complete read, because the oldest item may be in the unread part.
 */
import { Metric } from '../../../shared/contracts/metric-names.ts';
import { BLIND_PARTS } from '../../contracts/sweep-answer.ts';
import type { NotedFailure } from './noting.ts';
import type { SweepRunReport } from './recovery-run.ts';

/** A gauge with its value. */
export interface Gauge {
  readonly name: Metric;
  readonly unit: 'Count' | 'Milliseconds';
  readonly value: number;
}

/** The parts that the run could not read, without repetition, for example `lane due-3`. */
export const blindSpotsOf = (failures: readonly NotedFailure[]): readonly string[] => [
  ...new Set(
    failures.filter(({ part }) => BLIND_PARTS.includes(part)).map(({ part, id }) => `${part} ${id}`),
  ),
];

const count = (name: Metric, value: number, isWhole: boolean): readonly Gauge[] =>
  isWhole || value > 0 ? [{ name, unit: 'Count', value }] : [];

const age = (name: Metric, value: number, isWhole: boolean): readonly Gauge[] =>
  isWhole ? [{ name, unit: 'Milliseconds', value }] : [];

/** The gauges of a run. */
export function gaugesOf({ sweep, audit }: Pick<SweepRunReport, 'sweep' | 'audit'>): readonly Gauge[] {
  const gaps = count(
    Metric.AuditGapsUnrepairable,
    audit.unrepairable.length,
    audit.pages > 0 && audit.failures.length === 0,
  );
  if (sweep === undefined) return gaps;
  const { seen } = sweep;
  return [
    ...gaps,
    ...count(Metric.StuckTasks, sweep.stuck, seen.due),
    ...age(Metric.OldestNonTerminalAge, sweep.oldestAgeMs, seen.due),
    ...age(Metric.OldestPauseAge, sweep.oldestPauseMs, seen.pauses),
    ...(seen.rest ? count(Metric.SweepCarriedOver, sweep.carriedOver, true) : []),
  ];
}
