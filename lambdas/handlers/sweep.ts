/** The handler of `sweep` over any system: one run, its log and its metrics. */
import { MetricUnit } from '@aws-lambda-powertools/metrics';
import type { Context } from 'aws-lambda';
import { TransitionCause } from '../contracts/lifecycle-states.ts';
import { Metric } from '../contracts/metric-names.ts';
import { toQueueError } from '../domain/errors.ts';
import type { RecoveredTask } from '../domain/recovery.ts';
import { runSweep, type SweepRunOptions, type SweepRunReport } from '../domain/sweep-run.ts';

type Log = (message: string, data: Readonly<Record<string, unknown>>) => void;
type MetricUnits = typeof MetricUnit;

/** What the handler works with. */
export interface SweepSystem extends SweepRunOptions {
  /** Powertools' logger fits. */
  readonly logger: { readonly info: Log; readonly warn: Log; readonly error: Log };
  /** Powertools' metrics fit. */
  readonly metrics: {
    addMetric(name: Metric, unit: MetricUnits['Count' | 'Milliseconds'], value: number): unknown;
    publishStoredMetrics(): unknown;
  };
}

/** Not so when it was held and is released. */
const wasStuck = ({ cause }: RecoveredTask): boolean => cause === TransitionCause.RecoverStale;

/** Gauges and counters of a run: fixed names, whatever was found, so that silence means that no sweep ran. */
function measure({ metrics }: SweepSystem, { recovered, sweep, audit }: SweepRunReport): void {
  const count = (name: Metric, value: number): unknown => metrics.addMetric(name, MetricUnit.Count, value);
  count(Metric.SweepRuns, 1);
  count(Metric.TasksRecovered, recovered.filter(wasStuck).length);
  count(Metric.AuditGapsRepaired, audit?.repaired.length ?? 0);
  count(Metric.AuditGapsUnrepairable, audit?.unrepairable.length ?? 0);
  audit?.counts.forEach((name) => count(name, 1));
  if (sweep === undefined) return;
  count(Metric.StuckTasks, sweep.stuck);
  count(Metric.SweepCarriedOver, sweep.carriedOver);
  metrics.addMetric(Metric.OldestNonTerminalAge, MetricUnit.Milliseconds, sweep.oldestAgeMs);
  metrics.addMetric(Metric.OldestPauseAge, MetricUnit.Milliseconds, sweep.oldestPauseMs);
}

function log({ logger }: SweepSystem, { recovered, sweep, ledger, audit, failures }: SweepRunReport): void {
  logger.info('swept', {
    recovered: recovered.length,
    lookedAt: sweep?.lookedAt,
    stuck: sweep?.stuck,
    carriedOver: sweep?.carriedOver,
    purged: ledger?.purged,
    checked: audit?.checked,
  });
  for (const task of recovered) logger.warn('recovered', { ...task });
  for (const gap of audit?.repaired ?? []) logger.warn('audit gap repaired', { ...gap });
  for (const gap of audit?.unrepairable ?? []) logger.error('audit gap beyond repair', { ...gap });
  for (const taskId of audit?.unreadable ?? []) logger.error('not a task', { taskId });
  for (const { code, detail } of failures.map(toQueueError)) logger.error('sweep failure', { code, detail });
}

/**
 * Makes the handler. Delivered twice, or at the same time as another one, it is safe: every write of a run is conditional.
 * Nothing retries it; the next one comes within a minute.
 */
export function createSweepHandler(system: SweepSystem) {
  /** @throws {AggregateError} after everything else was done, with what could not be */
  return async (_event: unknown, context: Context): Promise<readonly RecoveredTask[]> => {
    try {
      const report = await runSweep(system, () => context.getRemainingTimeInMillis());
      measure(system, report);
      log(system, report);
      const { failures, recovered } = report;
      if (failures.length > 0) throw new AggregateError(failures, `${failures.length} failures of a sweep`);
      return recovered;
    } finally {
      system.metrics.publishStoredMetrics();
    }
  };
}
