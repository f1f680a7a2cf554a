/** The handler of `sweep` for any system: one run, its log and its metrics. */
import { MetricUnit } from '@aws-lambda-powertools/metrics';
import type { Context } from 'aws-lambda';
import type { Metric } from '../../shared/contracts/metric-names.ts';
import type { SweepAnswer } from '../contracts/sweep-answer.ts';
import { blindSpotsOf, gaugesOf } from '../domain/recovery/gauges.ts';
import { answerOf, countersOf, failureOf, SweepFailed } from '../domain/recovery/run-answer.ts';
import { runSweep, type SweepRunOptions, type SweepRunReport } from '../domain/recovery/recovery-run.ts';

type Log = (message: string, data: Readonly<Record<string, unknown>>) => void;
type MetricUnits = typeof MetricUnit;

/** Options of the handler. */
export interface SweepSystem extends SweepRunOptions {
  /** Powertools' logger has this type. */
  readonly logger: { readonly info: Log; readonly warn: Log; readonly error: Log };
  /** Powertools' metrics have this type. */
  readonly metrics: {
    addMetric(name: Metric, unit: MetricUnits['Count' | 'Milliseconds'], value: number): unknown;
    publishStoredMetrics(): unknown;
  };
}

/** Counters and gauges of a run. Counters are reported even if they are 0; gauges only if the run could read their input. */
function measure({ metrics }: SweepSystem, report: SweepRunReport): void {
  for (const [name, value] of countersOf(report)) metrics.addMetric(name, MetricUnit.Count, value);
  for (const { name, unit, value } of gaugesOf(report)) metrics.addMetric(name, MetricUnit[unit], value);
}

function log({ logger }: SweepSystem, { recovered, sweep, ledger, audit, failures }: SweepRunReport): void {
  logger.info('swept', {
    recovered: recovered.length,
    lookedAt: sweep?.lookedAt,
    stuck: sweep?.stuck,
    carriedOver: sweep?.carriedOver,
    purged: ledger.purged,
    checked: audit.checked,
    failures: failures.length,
    notLookedAt: blindSpotsOf(failures),
  });
  for (const task of recovered) logger.warn('recovered', { ...task });
  for (const gap of audit.repaired) logger.warn('audit gap repaired', { ...gap });
  for (const gap of audit.unrepairable) logger.error('audit gap beyond repair', { ...gap });
  for (const taskId of audit.unreadable) logger.error('not a task', { taskId });
  for (const failure of failures) logger.error('sweep failure', { ...failureOf(failure) });
}

/**
 * Creates the handler. Concurrent or repeated deliveries are safe, because every write of a run is conditional. Nothing retries
 * it; the next run starts within a minute.
 */
export function createSweepHandler(system: SweepSystem) {
  /** @throws {SweepFailed} after everything else was done, with what was done and what failed */
  return async (_event: unknown, context: Context): Promise<SweepAnswer> => {
    try {
      const report = await runSweep(system, () => context.getRemainingTimeInMillis());
      measure(system, report);
      log(system, report);
      if (report.failures.length > 0) throw new SweepFailed(report);
      return answerOf(report, Number.MAX_SAFE_INTEGER);
    } finally {
      system.metrics.publishStoredMetrics();
    }
  };
}
