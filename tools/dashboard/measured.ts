/** A recording as metrics, under the names that CloudWatch uses, as far as a local environment records them. */
import { TransitionCause } from '../../lambdas/queue/contracts/lifecycle-states.ts';
import { Metric } from '../../lambdas/shared/contracts/metric-names.ts';
import { isEnded } from '../../lambdas/queue/domain/task/lifecycle.ts';
import { stuckSinceMs } from '../../lambdas/queue/domain/kpi/stuck.ts';
import { metricsOf } from '../../lambdas/queue/domain/kpi/transition-metrics.ts';
import type { MetricSource } from '../../lib/monitoring/signals.ts';
import type { Recording } from './recording.ts';

/** One value at one time. */
export interface Measured {
  /** ms since the epoch. */
  readonly atMs: number;
  readonly value: number;
}

type Trail = Recording['transitions'];

const trailsOf = (recording: Recording): readonly Trail[] =>
  [...Map.groupBy(recording.transitions, ({ taskId }) => taskId).values()].map((trail) =>
    trail.toSorted((a, b) => a.version - b.version),
  );

const counts = (trails: readonly Trail[], name: Metric): readonly Measured[] =>
  trails.flatMap((trail) =>
    trail
      .filter(({ version }) => metricsOf(version, trail).includes(name))
      .map(({ atMs }) => ({ atMs, value: 1 })),
  );

const endMsOf = (trail: Trail): number => trail.find(({ to }) => isEnded(to))?.atMs ?? Infinity;

/** Number of times in a picture at which a gauge is read. */
const GAUGE_READINGS = 120;

const moments = ({ sinceMs, untilMs }: Recording): readonly number[] =>
  Array.from(
    { length: GAUGE_READINGS + 1 },
    (_, index) => sinceMs + (index * (untilMs - sinceMs)) / GAUGE_READINGS,
  );

/** A task is stuck from the transition before its first sign of being stuck until its end. */
const isStuckAt = (trail: Trail, atMs: number): boolean =>
  (stuckSinceMs(trail) ?? Infinity) <= atMs && atMs < endMsOf(trail);

/** Number of stuck actions at each time. */
const stuckNow = (recording: Recording, trails: readonly Trail[]): readonly Measured[] =>
  moments(recording).map((atMs) => ({
    atMs,
    value: trails.filter((trail) => isStuckAt(trail, atMs)).length,
  }));

/** Age of the oldest stuck action at each time, since it was enqueued. */
const oldestNow = (recording: Recording, trails: readonly Trail[]): readonly Measured[] =>
  moments(recording).map((atMs) => {
    const begunMs = trails.filter((trail) => isStuckAt(trail, atMs)).map(([first]) => first?.atMs ?? atMs);
    return { atMs, value: atMs - Math.min(...begunMs, atMs) };
  });

type Measure = (recording: Recording, trails: readonly Trail[]) => readonly Measured[];

/** Metrics that are not counted from transitions. */
const OTHERWISE: Partial<Record<Metric, Measure>> = {
  [Metric.StatusLatency]: ({ latencies }) =>
    latencies.map(({ shownAtMs, latencyMs }) => ({ atMs: shownAtMs, value: latencyMs })),
  [Metric.StuckTasks]: stuckNow,
  [Metric.OldestNonTerminalAge]: oldestNow,
  [Metric.TasksRecovered]: ({ transitions }) =>
    transitions
      .filter(({ cause }) => cause === TransitionCause.RecoverStale)
      .map(({ atMs }) => ({ atMs, value: 1 })),
};

/** Metrics of which a recording has no records. */
const UNRECORDED: readonly Metric[] = [
  Metric.RecordsParked,
  Metric.SlackTerminalErrors,
  Metric.SweepRuns,
  Metric.SweepBlindRuns,
  Metric.SweepCarriedOver,
  Metric.OldestPauseAge,
  Metric.AuditGapsRepaired,
  Metric.AuditGapsUnrepairable,
];

function queueMetric(recording: Recording, name: Metric): readonly Measured[] | undefined {
  if (UNRECORDED.includes(name)) return undefined;
  const trails = trailsOf(recording);
  return OTHERWISE[name]?.(recording, trails) ?? counts(trails, name);
}

const OUTCOMES: Readonly<Record<string, string>> = {
  ExecutionsSucceeded: 'SUCCEEDED',
  ExecutionsFailed: 'FAILED',
  ExecutionsAborted: 'ABORTED',
  ExecutionsTimedOut: 'TIMED_OUT',
};

function machineMetric({ executions }: Recording, name: string): readonly Measured[] | undefined {
  if (name === 'ExecutionsStarted') return executions.map(({ startedAtMs: atMs }) => ({ atMs, value: 1 }));
  const outcome = OUTCOMES[name];
  if (outcome === undefined) return undefined;
  return executions
    .filter(({ status }) => status === outcome)
    .flatMap(({ endedAtMs }) => (endedAtMs === undefined ? [] : [{ atMs: endedAtMs, value: 1 }]));
}

/** The values of a metric; `undefined` when a recording does not have it. */
export function measure(recording: Recording, source: MetricSource): readonly Measured[] | undefined {
  switch (source.kind) {
    case 'queue':
      return queueMetric(recording, source.name);
    case 'machine':
      return machineMetric(recording, source.name);
    case 'function':
    case 'card-rule':
    case 'depth':
    case 'age':
    case 'api':
      return undefined;
  }
}
