/** The answer and the counters of a run of the sweep. */
import { Metric } from '../../../shared/contracts/metric-names.ts';
import { toQueueError } from '../../../shared/domain/errors.ts';
import { TransitionCause } from '../../contracts/lifecycle-states.ts';
import { MAX_NAMED, type SweepAnswer, type SweepFailure } from '../../contracts/sweep-answer.ts';
import { blindSpotsOf } from './gauges.ts';
import type { NotedFailure } from './noting.ts';
import type { RecoveredTask } from './recovery.ts';
import type { SweepRunReport } from './recovery-run.ts';

/** The failure in the answer and the log. */
export const failureOf = ({ part, id, error }: NotedFailure): SweepFailure => {
  const { code, detail } = toQueueError(error);
  return { part, id, code, detail };
};

/** The answer with no more than `most` tasks and failures each. */
export function answerOf({ recovered, failures }: SweepRunReport, most: number): SweepAnswer {
  const leftOut = Math.max(0, recovered.length - most) + Math.max(0, failures.length - most);
  return {
    recovered: recovered.slice(0, most).map((task) => ({ ...task })),
    failures: failures.slice(0, most).map(failureOf),
    leftOut,
  };
}

/** A run with failures. Its message is the answer as JSON, so that the caller sees what was done. */
export class SweepFailed extends AggregateError {
  override readonly name = 'SweepFailed';

  constructor(report: SweepRunReport) {
    super(
      report.failures.map(({ error }) => error),
      JSON.stringify(answerOf(report, MAX_NAMED)),
    );
  }
}

/** A released task was held, not stuck. */
const wasStuck = ({ cause }: RecoveredTask): boolean => cause === TransitionCause.RecoverStale;

/** Counters of a run, in the order in which they are reported, including those that are 0. */
export const countersOf = ({
  recovered,
  audit,
  failures,
}: SweepRunReport): readonly (readonly [Metric, number])[] => [
  [Metric.SweepRuns, 1],
  [Metric.SweepBlindRuns, blindSpotsOf(failures).length > 0 ? 1 : 0],
  [Metric.TasksRecovered, recovered.filter(wasStuck).length],
  [Metric.AuditGapsRepaired, audit.repaired.length],
  ...audit.counts.map((name) => [name, 1] as const),
];
