/**
 * One run over everything that is due, or held for a pause that is over. Invariants upheld here:
 * 1. One task that cannot be recovered, or a shard that cannot be read, stops none of the others.
 * 2. Work and memory are bounded by the limits, whatever is stuck; what is left is where the next run begins.
 * 3. Nothing here decides about a task: `recovery.ts` does, on the task itself. So two runs at once are safe.
 */
import { SweepPart } from '../../contracts/sweep-answer.ts';
import { DUE_SHARD_NAMES } from '../task/identity.ts';
import type { ExecutionQueueRepo, PauseSource } from '../ports.ts';
import { inParallel } from '../../../shared/domain/in-parallel.ts';
import { type NotedFailure, noting } from './noting.ts';
import {
  type RecoveredTask,
  type RecoveryLook,
  type RecoveryOptions,
  recoverTask,
  releaseTask,
} from './recovery.ts';
import {
  advanced,
  interleaved,
  type Lane,
  type LaneCandidate,
  type LanePage,
  type LanePositions,
  lanesOf,
  nextPage,
  positionsOf,
} from './lanes.ts';
import type { ExecutionQueueService } from '../queue-service.ts';
import { lookAtPauses, oldestPauseMs, type PauseLooks, resumedKinds } from './pause-looks.ts';

/** Bounds of a run. */
export interface SweepLimits {
  /** Candidates looked at. */
  readonly candidates: number;
  /** Tasks worked on at once. */
  readonly concurrency: number;
  /** No further task is begun once this says no: the caller's time is up. */
  readonly mayGoOn: () => boolean;
}

/** What a run looked at; what it says of anything else is a lower bound. */
export interface SweepSight {
  /** Every shard of due tasks was read, and of each that is not empty a task was looked at. */
  readonly due: boolean;
  /** Every kind's pause was read. */
  readonly pauses: boolean;
  /** All that the next run begins with was counted: every pause and every shard was read. */
  readonly rest: boolean;
}

/** What a run found and did. */
export interface SweepReport {
  readonly seen: SweepSight;
  readonly recovered: readonly RecoveredTask[];
  /** Candidates looked at. */
  readonly lookedAt: number;
  /**
   * Of the due ones that were looked at, those that had to be recovered: recovered by this run, recovered by another, or not
   * recoverable, as one that cannot be read.
   */
  readonly stuck: number;
  /**
   * Age of the oldest due task that was looked at, since it was enqueued, in ms; 0 when none is. Of one that cannot be read: since
   * it was due.
   */
  readonly oldestAgeMs: number;
  /** How long the kind that is paused longest has been so, in ms; 0 when none is, as far as the pauses could be read. */
  readonly oldestPauseMs: number;
  /** Candidates that the next run begins with; counted up to a thousand per shard, of the shards that can be read. */
  readonly carriedOver: number;
  /** Where it begins. */
  readonly positions: LanePositions;
  /** What could not be recovered or read. */
  readonly failures: readonly NotedFailure[];
}

/** What a run works with. */
export interface SweepOptions extends RecoveryOptions {
  readonly queue: Pick<ExecutionQueueRepo, 'get' | 'replace' | 'pageDue'>;
  readonly pauses: PauseSource;
}

/** For callers without a clock of their own: a function's share of memory and connections, and no limit on time. */
export const DEFAULT_SWEEP_LIMITS: SweepLimits = {
  candidates: 2_000,
  concurrency: 10,
  mayGoOn: () => true,
};

/** Most candidates of one page: 32 lanes × 25 ids are held at once. */
const PAGE = 25;
/** What is left of a shard is counted up to here. */
const MAX_COUNTED = 1_000;

interface Tally {
  readonly recovered: RecoveredTask[];
  readonly failures: NotedFailure[];
  /** Shards that were read, and of which a task was looked at unless they are empty. */
  readonly seen: Set<string>;
  lookedAt: number;
  stuck: number;
  oldestAgeMs: number;
}

function tally(into: Tally, held: boolean, look: RecoveryLook | undefined): void {
  into.lookedAt += 1;
  if (!held && look?.kind !== 'left') into.stuck += 1;
  if (look?.recovered !== undefined) into.recovered.push(look.recovered);
}

async function lookAt(
  options: SweepOptions,
  { lane, position }: LaneCandidate,
  nowMs: number,
  into: Tally,
): Promise<void> {
  const { taskId, dueAtMs } = position;
  const onDue = (ageMs: number): void => {
    into.oldestAgeMs = Math.max(into.oldestAgeMs, ageMs);
  };
  const work = () => (lane.held ? releaseTask(options, taskId) : recoverTask(options, taskId, nowMs, onDue));
  const look = await noting(into.failures, { part: SweepPart.Task, id: taskId }, work);
  // It may be that it could not be read; it is at least as old as it is overdue.
  if (look === undefined && !lane.held) onDue(nowMs - dueAtMs);
  tally(into, lane.held, look);
}

interface Round {
  /** Lanes that go on. */
  readonly lanes: readonly Lane[];
  /** Lanes that cannot be read now. */
  readonly broken: readonly Lane[];
}

const subjectOf = ({ shard }: Lane) => ({ part: SweepPart.Lane, id: shard });

/** Nothing is left in the shard. That nothing is behind the place where the run began says nothing of what is before it. */
const isEmptyShard = ({ lane, page }: LanePage): boolean =>
  page.candidates.length === 0 && lane.beganAt === undefined;

/** A page of each lane, and a look at what is on them. */
async function round(
  options: SweepOptions,
  lanes: readonly Lane[],
  limits: SweepLimits,
  nowMs: number,
  into: Tally,
): Promise<Round> {
  const left = limits.candidates - into.lookedAt;
  const share = Math.min(PAGE, Math.max(1, Math.floor(left / lanes.length)));
  const answers = await Promise.all(
    lanes.map((lane) => noting(into.failures, subjectOf(lane), () => nextPage(options.queue, lane, share))),
  );
  const pages = answers.filter((answer): answer is LanePage => answer !== undefined);
  const batch = interleaved(pages).slice(0, left);
  const taken = await inParallel(batch, limits.concurrency, limits.mayGoOn, (candidate) =>
    lookAt(options, candidate, nowMs, into),
  );
  const done = batch.slice(0, taken);
  const takenOf = ({ lane }: LanePage) => done.filter((candidate) => candidate.lane === lane).length;
  for (const answer of pages)
    if (isEmptyShard(answer) || takenOf(answer) > 0) into.seen.add(answer.lane.shard);
  return {
    lanes: pages.flatMap((page) => advanced(page, takenOf(page)) ?? []),
    broken: lanes.filter((_lane, index) => answers[index] === undefined),
  };
}

interface Rest {
  readonly count: number;
  /** Whether every lane could be counted. */
  readonly isWhole: boolean;
}

/** How many candidates are left behind where each lane stopped. */
async function countLeft(
  { queue }: SweepOptions,
  lanes: readonly Lane[],
  failures: NotedFailure[],
): Promise<Rest> {
  const counts = await Promise.all(
    lanes.map((lane) => noting(failures, subjectOf(lane), () => nextPage(queue, lane, MAX_COUNTED))),
  );
  const known = counts.filter((answer) => answer !== undefined);
  const count = known.reduce((sum, { page }) => sum + page.candidates.length, 0);
  return { count, isWhole: known.length === lanes.length };
}

/** What the run looked at, given the lanes that broke on the way. */
const sightOf = ({ seen }: Tally, broken: readonly Lane[], pauses: PauseLooks, rest: Rest): SweepSight => ({
  due: DUE_SHARD_NAMES.every((shard) => seen.has(shard)) && broken.every(({ held }) => held),
  pauses: pauses.isWhole,
  rest: pauses.isWhole && rest.isWhole && broken.length === 0,
});

/** See the file head. Never throws because of a task: `failures` has what did. */
export async function sweep(
  options: SweepOptions,
  nowMs: number,
  limits: SweepLimits,
  before: LanePositions = {},
): Promise<SweepReport> {
  const into: Tally = {
    recovered: [],
    failures: [],
    seen: new Set(),
    lookedAt: 0,
    stuck: 0,
    oldestAgeMs: 0,
  };
  const pauses = await lookAtPauses(options.pauses, into.failures);
  let lanes = lanesOf(resumedKinds(pauses), nowMs, before);
  const broken: Lane[] = [];
  while (lanes.length > 0 && limits.mayGoOn() && into.lookedAt < limits.candidates) {
    // What the run before left comes first, and only then the heads, which that one had looked at.
    const first = lanes.filter(({ again }) => again === undefined);
    const now = first.length > 0 ? first : lanes;
    const after = await round(options, now, limits, nowMs, into);
    lanes = [...after.lanes, ...lanes.filter((lane) => !now.includes(lane))];
    broken.push(...after.broken);
  }
  const rest = await countLeft(options, lanes, into.failures);
  return {
    ...into,
    seen: sightOf(into, broken, pauses, rest),
    oldestPauseMs: oldestPauseMs(pauses, nowMs),
    carriedOver: rest.count,
    positions: positionsOf([...lanes, ...broken]),
  };
}

/** What did not work, as one error that names each part. */
function failureOf({ failures, lookedAt }: SweepReport): AggregateError {
  const what = failures.map(({ part, id }) => `${part} ${id}`).join(', ');
  return new AggregateError(
    failures.map(({ error }) => error),
    `${failures.length} failures at ${lookedAt} candidates: ${what}`,
  );
}

/** The use case of {@link ExecutionQueueService.recoverStale}. */
export const createRecoverStale =
  (options: SweepOptions): ExecutionQueueService['recoverStale'] =>
  async (nowMs, run = {}) => {
    const { limits = DEFAULT_SWEEP_LIMITS, positions, onReport } = run;
    const report = await sweep(options, nowMs, limits, positions);
    onReport?.(report);
    if (report.failures.length > 0) throw failureOf(report);
    return report.recovered;
  };
