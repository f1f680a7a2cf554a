/**
 * One run over all due tasks, and over held tasks whose kind is no longer paused. Invariants upheld here:
 * 1. If one task cannot be recovered, or one shard cannot be read, the run continues with the others.
 * 2. The limits bound work and memory, however much is stuck; the next run starts where this one stopped.
 * 3. This file decides nothing about a task. `recovery.ts` decides on the task itself, so two runs at once are safe.
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

/** Limits of a run. */
export interface SweepLimits {
  /** Candidates looked at. */
  readonly candidates: number;
  /** Tasks worked on at once. */
  readonly concurrency: number;
  /** Once this returns false, no further task is started: the caller's time is over. */
  readonly mayGoOn: () => boolean;
}

/** What a run has read completely. Counts of anything else are lower bounds. */
export interface SweepSight {
  /** Every shard of due tasks was read, and at least one task of each shard that is not empty was checked. */
  readonly due: boolean;
  /** Every kind's pause was read. */
  readonly pauses: boolean;
  /** Everything that is left for the next run was counted: every pause and every shard was read. */
  readonly rest: boolean;
}

/** What a run found and did. */
export interface SweepReport {
  readonly seen: SweepSight;
  readonly recovered: readonly RecoveredTask[];
  /** Candidates looked at. */
  readonly lookedAt: number;
  /**
   * Due candidates that had to be recovered: recovered by this run, already recovered by another, or not recoverable, for example
   * because they cannot be read.
   */
  readonly stuck: number;
  /**
   * Age of the oldest due task that was checked, in ms since its enqueueing; 0 if no task was due. The age of a task that cannot
   * be read counts from its due time.
   */
  readonly oldestAgeMs: number;
  /** Duration of the longest present pause, in ms; 0 if no kind is paused. Pauses that cannot be read are left out. */
  readonly oldestPauseMs: number;
  /** Candidates that are left for the next run; at most a thousand are counted per shard, and only in shards that can be read. */
  readonly carriedOver: number;
  /** Where the next run starts. */
  readonly positions: LanePositions;
  /** What could not be recovered or read. */
  readonly failures: readonly NotedFailure[];
}

/** What a run works with. */
export interface SweepOptions extends RecoveryOptions {
  readonly queue: Pick<ExecutionQueueRepo, 'get' | 'replace' | 'pageDue'>;
  readonly pauses: PauseSource;
}

/** For callers that set no limits: bounded memory and connections, no time limit. */
export const DEFAULT_SWEEP_LIMITS: SweepLimits = {
  candidates: 2_000,
  concurrency: 10,
  mayGoOn: () => true,
};

/** Most candidates of one page: 32 lanes × 25 ids are held at once. */
const PAGE = 25;
/** Maximum candidates of a shard that are counted. */
const MAX_COUNTED = 1_000;

interface Tally {
  readonly recovered: RecoveredTask[];
  readonly failures: NotedFailure[];
  /** Shards that were read and that are empty or had a task checked. */
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
  // The task may be unreadable. It is at least as old as it is overdue.
  if (look === undefined && !lane.held) onDue(nowMs - dueAtMs);
  tally(into, lane.held, look);
}

interface Round {
  /** Lanes with more to read. */
  readonly lanes: readonly Lane[];
  /** Lanes that cannot be read now. */
  readonly broken: readonly Lane[];
}

const subjectOf = ({ shard }: Lane) => ({ part: SweepPart.Lane, id: shard });

/** Whether the shard is empty. If the run started behind the head, an empty page does not show that. */
const isEmptyShard = ({ lane, page }: LanePage): boolean =>
  page.candidates.length === 0 && lane.beganAt === undefined;

/** Reads a page of each lane and checks its candidates. */
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

/** Number of candidates behind the place where each lane stopped. */
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

/** What the run has read completely, given the lanes that failed. */
const sightOf = ({ seen }: Tally, broken: readonly Lane[], pauses: PauseLooks, rest: Rest): SweepSight => ({
  due: DUE_SHARD_NAMES.every((shard) => seen.has(shard)) && broken.every(({ held }) => held),
  pauses: pauses.isWhole,
  rest: pauses.isWhole && rest.isWhole && broken.length === 0,
});

/** See the file head. It never throws because of a task; `failures` lists the tasks and lanes that failed. */
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
    // The lanes that the previous run did not finish come first, then the parts that it had read.
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

/** All failures as one error that names each part. */
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
