/** The handler of `sweep` over any system: one run, its log and its metrics. */
import { MetricUnit } from '@aws-lambda-powertools/metrics';
import type { Context } from 'aws-lambda';
import { TransitionCause } from '../contracts/lifecycle-states.ts';
import { Metric } from '../../shared/contracts/metric-names.ts';
import { MAX_NAMED, type SweepAnswer, type SweepFailure } from '../contracts/sweep-answer.ts';
import { toQueueError } from '../../shared/domain/errors.ts';
import type { NotedFailure } from '../domain/recovery/noting.ts';
import type { RecoveredTask } from '../domain/recovery/recovery.ts';
import { blindSpotsOf, gaugesOf } from '../domain/recovery/gauges.ts';
import { runSweep, type SweepRunOptions, type SweepRunReport } from '../domain/recovery/recovery-run.ts';

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

/** Counters and gauges of a run: what it did also when that is nothing, what there is only if it looked. */
function measure({ metrics }: SweepSystem, report: SweepRunReport): void {
  const { recovered, audit, failures } = report;
  const count = (name: Metric, value: number): unknown => metrics.addMetric(name, MetricUnit.Count, value);
  count(Metric.SweepRuns, 1);
  count(Metric.SweepBlindRuns, blindSpotsOf(failures).length > 0 ? 1 : 0);
  count(Metric.TasksRecovered, recovered.filter(wasStuck).length);
  count(Metric.AuditGapsRepaired, audit.repaired.length);
  audit.counts.forEach((name) => count(name, 1));
  for (const { name, unit, value } of gaugesOf(report)) metrics.addMetric(name, MetricUnit[unit], value);
}

const failureOf = ({ part, id, error }: NotedFailure): SweepFailure => {
  const { code, detail } = toQueueError(error);
  return { part, id, code, detail };
};

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

/** The answer with no more than `most` tasks and failures each. */
function answerOf({ recovered, failures }: SweepRunReport, most: number): SweepAnswer {
  const leftOut = Math.max(0, recovered.length - most) + Math.max(0, failures.length - most);
  return {
    recovered: recovered.slice(0, most).map((task) => ({ ...task })),
    failures: failures.slice(0, most).map(failureOf),
    leftOut,
  };
}

/** A run that failed at something. Its message is its answer as JSON, so that the caller sees what was done. */
export class SweepFailed extends AggregateError {
  override readonly name = 'SweepFailed';

  constructor(report: SweepRunReport) {
    super(
      report.failures.map(({ error }) => error),
      JSON.stringify(answerOf(report, MAX_NAMED)),
    );
  }
}

/**
 * Makes the handler. Delivered twice, or at the same time as another one, it is safe: every write of a run is conditional.
 * Nothing retries it; the next one comes within a minute.
 */
export function createSweepHandler(system: SweepSystem) {
  /** @throws {SweepFailed} after everything else was done, with what was done and what could not be */
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
