/**
 * The four KPIs, computed from stored records alone. The KPI contract defines what is counted; no other code computes them. A
 * KPI without a sample has no value and meets no target.
 */
import { isErrorCode, rowOf } from '../../../shared/contracts/error-codes.ts';
import { KPI_CONTRACT, type KpiEntry, KpiName } from '../../contracts/kpi-contract.ts';
import { ExecutionState, TransitionCause } from '../../contracts/lifecycle-states.ts';
import type { Transition } from '../../contracts/records.ts';
import type { LatencyRecord } from '../../contracts/shown-cards.ts';
import type { DamagedItem } from '../../../shared/domain/damaged-items.ts';
import { stuckOutcomeOf, type TrailEntry } from './stuck.ts';
import { isForeignKind, isForeignTransition } from '../task/foreign.ts';
import { isDuplicateMutation } from './transition-metrics.ts';

/** The fields of an audit record that the KPIs need. */
export type KpiTransition = TrailEntry &
  Pick<Transition, 'cause'> & {
    readonly taskId: string;
    /** Kind of its task. @default one that this release knows */
    readonly kind?: string;
  };
/** The fields of a latency record that the KPIs need. */
export type KpiLatency = Pick<LatencyRecord, 'latencyMs' | 'shownAtMs'>;

/** The input of the KPIs. Order and repetition of records do not matter. */
export interface KpiRecords {
  /** Audit records: complete trails, or trails that lack only transitions after the enqueueing. */
  readonly transitions: Iterable<KpiTransition>;
  readonly latencies: Iterable<KpiLatency>;
  /** Records that cannot be read. The rest of their trails counts. @default none */
  readonly leftOut?: readonly DamagedItem[];
}

/** The window: tasks enqueued, and transitions shown in Slack, from `sinceMs` on. In ms since the epoch. */
export interface KpiWindow {
  readonly sinceMs: number;
  /** Decides whether an open stuck action is still within its limit. In ms since the epoch. */
  readonly nowMs: number;
}

/** Whether the target is met. */
export type KpiVerdict = 'met' | 'missed' | 'no_sample';

/** One KPI. */
export interface Kpi {
  readonly name: KpiName;
  /** In the contract's unit; `undefined` if there is no sample. */
  readonly value: number | undefined;
  /** Size of the sample (the formula's denominator). */
  readonly samples: number;
  readonly verdict: KpiVerdict;
}

/** Why actions failed; the sum of the three is the number of failed actions. */
export interface FailureBreakdown {
  /** Cancelled or abandoned by an operator. */
  readonly byOperator: number;
  /** Could never have worked: refused, misconfigured, a duplicate. */
  readonly byNature: number;
  /** A transient fault lasted longer than the attempts or the deadline. */
  readonly givenUp: number;
}

/** The counts behind the KPIs. */
export interface KpiCounts {
  readonly enqueued: number;
  /** Actions with a transition or a kind of a newer release; no other count of actions includes them. */
  readonly foreign: number;
  readonly completed: number;
  readonly failed: number;
  readonly failures: FailureBreakdown;
  readonly duplicates: number;
  readonly stuckInTime: number;
  readonly stuckLate: number;
  /** Stuck, open and within the limit; not in the sample. */
  readonly stuckPending: number;
  readonly latencies: number;
  readonly latencySumMs: number;
}

/** The four KPIs with the counts behind them. */
export interface KpiReport extends KpiWindow {
  /** In the order of the contract. */
  readonly kpis: readonly Kpi[];
  readonly counts: KpiCounts;
  /** Records that are not counted, because they cannot be read. */
  readonly leftOut: readonly DamagedItem[];
}

type Trail = readonly KpiTransition[];

/** Trails by task, each in order of version and without repeated versions. */
function trailsOf(transitions: Iterable<KpiTransition>): readonly Trail[] {
  const byTask = new Map<string, Map<number, KpiTransition>>();
  for (const transition of transitions) {
    const trail = byTask.get(transition.taskId) ?? new Map<number, KpiTransition>();
    byTask.set(transition.taskId, trail.set(transition.version, transition));
  }
  return [...byTask.values()].map((trail) => [...trail.values()].toSorted((a, b) => a.version - b.version));
}

const wasEnqueuedSince = (trail: Trail, sinceMs: number): boolean =>
  trail.some(({ cause, atMs }) => cause === TransitionCause.Enqueue && atMs >= sinceMs);

const isForeign = (trail: Trail): boolean =>
  trail.some((transition) => isForeignKind(transition.kind) || isForeignTransition(transition));

const endOf = (trail: Trail, state: ExecutionState): KpiTransition | undefined =>
  trail.find(({ to }) => to === state);

const STOPPED_BY_OPERATOR: readonly string[] = [
  TransitionCause.OperatorAbandon,
  TransitionCause.OperatorCancel,
];

function reasonOf({ cause, errorCode }: KpiTransition): keyof FailureBreakdown {
  if (STOPPED_BY_OPERATOR.includes(cause)) return 'byOperator';
  return errorCode === undefined || !isErrorCode(errorCode) ? 'givenUp' : rowOf(errorCode).failure;
}

function failuresOf(ends: readonly KpiTransition[]): FailureBreakdown {
  const reasons = ends.map(reasonOf);
  const count = (wanted: keyof FailureBreakdown): number =>
    reasons.filter((reason) => reason === wanted).length;
  return { byOperator: count('byOperator'), byNature: count('byNature'), givenUp: count('givenUp') };
}

function stuckCounts(
  trails: readonly Trail[],
  nowMs: number,
): Pick<KpiCounts, 'stuckInTime' | 'stuckLate' | 'stuckPending'> {
  const outcomes = trails.map((trail) => stuckOutcomeOf(trail, nowMs));
  return {
    stuckInTime: outcomes.filter((outcome) => outcome === 'in_time').length,
    stuckLate: outcomes.filter((outcome) => outcome === 'late').length,
    stuckPending: outcomes.filter((outcome) => outcome === 'pending').length,
  };
}

function latencyCounts(
  latencies: Iterable<KpiLatency>,
  sinceMs: number,
): Pick<KpiCounts, 'latencies' | 'latencySumMs'> {
  let count = 0;
  let sumMs = 0;
  for (const { shownAtMs, latencyMs } of latencies) {
    if (shownAtMs < sinceMs) continue;
    count += 1;
    sumMs += latencyMs;
  }
  return { latencies: count, latencySumMs: sumMs };
}

/**
 * The numerators and denominators of the formulas. Trails that began before the window, or whose beginning is missing, do not
 * count.
 */
export function countKpis(records: KpiRecords, { sinceMs, nowMs }: KpiWindow): KpiCounts {
  const all = trailsOf(records.transitions).filter((trail) => wasEnqueuedSince(trail, sinceMs));
  const trails = all.filter((trail) => !isForeign(trail));
  const failures = trails.flatMap((trail) => endOf(trail, ExecutionState.FailedTerminal) ?? []);
  return {
    enqueued: trails.length,
    foreign: all.length - trails.length,
    completed: trails.filter((trail) => endOf(trail, ExecutionState.Completed) !== undefined).length,
    failed: failures.length,
    failures: failuresOf(failures),
    duplicates: trails.flat().filter(isDuplicateMutation).length,
    ...stuckCounts(trails, nowMs),
    ...latencyCounts(records.latencies, sinceMs),
  };
}

/** Whether a figure meets its target. */
export function verdictOf(name: KpiName, value: number | undefined): KpiVerdict {
  if (value === undefined) return 'no_sample';
  const { bound, target }: KpiEntry = KPI_CONTRACT[name];
  return (bound === 'at_most' ? value <= target : value >= target) ? 'met' : 'missed';
}

/** One division of whole numbers, so that a figure that equals its target compares as equal. */
function kpiOf(name: KpiName, part: number, samples: number): Kpi {
  const scale = KPI_CONTRACT[name].unit === '%' ? 100 : 1;
  const value = samples === 0 ? undefined : (scale * part) / samples;
  return { name, value, samples, verdict: verdictOf(name, value) };
}

/** The four KPIs of the counts, in the order of the contract. */
export const kpisOf = (counts: KpiCounts): readonly Kpi[] => [
  kpiOf(KpiName.FailedActionRate, counts.failed, counts.enqueued),
  kpiOf(KpiName.RecoveryWithin5Min, counts.stuckInTime, counts.stuckInTime + counts.stuckLate),
  kpiOf(KpiName.DuplicateRate, counts.duplicates, counts.enqueued),
  kpiOf(KpiName.StatusLatency, counts.latencySumMs, counts.latencies),
];

/** The KPIs of a window. */
export function reportKpis(records: KpiRecords, window: KpiWindow): KpiReport {
  const counts = countKpis(records, window);
  return { ...window, kpis: kpisOf(counts), counts, leftOut: records.leftOut ?? [] };
}
