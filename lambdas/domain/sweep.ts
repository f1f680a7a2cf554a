/**
 * One run over everything that is due, or held for a pause that is over. Invariants upheld here:
 * 1. One task that cannot be recovered, or a shard that cannot be read, stops none of the others.
 * 2. Work and memory are bounded by the limits, whatever is stuck; what is left is where the next run begins.
 * 3. Nothing here decides about a task: `recovery.ts` does, on the task itself. So two runs at once are safe.
 */
import { ActionKind } from '../contracts/action-kinds.ts';
import type { Pause } from '../contracts/controls.ts';
import type { ExecutionQueueRepo, PauseSource } from './ports.ts';
import { inParallel } from './in-parallel.ts';
import { noting } from './noting.ts';
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
} from './sweep-lanes.ts';

/** Bounds of a run. */
export interface SweepLimits {
  /** Candidates looked at. */
  readonly candidates: number;
  /** Tasks worked on at once. */
  readonly concurrency: number;
  /** No further task is begun once this says no: the caller's time is up. */
  readonly mayGoOn: () => boolean;
}

/** What a run found and did. */
export interface SweepReport {
  readonly recovered: readonly RecoveredTask[];
  /** Candidates looked at. */
  readonly lookedAt: number;
  /** Of the due ones, those that had to be recovered: by this run, by somebody quicker, or in vain. */
  readonly stuck: number;
  /** Age of the oldest task that is due, since it was enqueued, in ms; 0 when none is. */
  readonly oldestAgeMs: number;
  /** How long the kind that is paused longest has been so, in ms; 0 when none is, as far as the pauses could be read. */
  readonly oldestPauseMs: number;
  /** Candidates that the next run begins with; counted up to a thousand per shard. */
  readonly carriedOver: number;
  /** Where it begins. */
  readonly positions: LanePositions;
  /** What could not be recovered or read. */
  readonly failures: readonly unknown[];
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
  readonly failures: unknown[];
  lookedAt: number;
  stuck: number;
  oldestAgeMs: number;
}

interface PauseLook {
  readonly kind: ActionKind;
  readonly pause: Pause | undefined;
}

/** Every kind with its pause, but for those whose pause cannot be read. */
async function lookAtPauses(pauses: PauseSource, failures: unknown[]): Promise<readonly PauseLook[]> {
  const looks = Object.values(ActionKind).map((kind) =>
    noting(failures, async () => ({ kind, pause: await pauses.pauseOf(kind) })),
  );
  return (await Promise.all(looks)).filter((look) => look !== undefined);
}

/** Kinds whose held tasks may go on. One whose pause cannot be read stays held. */
const resumedKinds = (looks: readonly PauseLook[]): readonly ActionKind[] =>
  looks.flatMap(({ kind, pause }) => (pause === undefined ? [kind] : []));

const oldestPauseMs = (looks: readonly PauseLook[], nowMs: number): number =>
  Math.max(0, ...looks.flatMap(({ pause }) => (pause === undefined ? [] : [nowMs - pause.sinceMs])));

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
  const { taskId } = position;
  const onDue = (ageMs: number): void => {
    into.oldestAgeMs = Math.max(into.oldestAgeMs, ageMs);
  };
  const work = () => (lane.held ? releaseTask(options, taskId) : recoverTask(options, taskId, nowMs, onDue));
  tally(into, lane.held, await noting(into.failures, work));
}

interface Round {
  /** Lanes that go on. */
  readonly lanes: readonly Lane[];
  /** Lanes that cannot be read now. */
  readonly broken: readonly Lane[];
}

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
    lanes.map((lane) => noting(into.failures, () => nextPage(options.queue, lane, share))),
  );
  const pages = answers.filter((answer): answer is LanePage => answer !== undefined);
  const batch = interleaved(pages).slice(0, left);
  const taken = await inParallel(batch, limits.concurrency, limits.mayGoOn, (candidate) =>
    lookAt(options, candidate, nowMs, into),
  );
  const done = batch.slice(0, taken);
  const takenOf = ({ lane }: LanePage) => done.filter((candidate) => candidate.lane === lane).length;
  return {
    lanes: pages.flatMap((page) => advanced(page, takenOf(page)) ?? []),
    broken: lanes.filter((_lane, index) => answers[index] === undefined),
  };
}

/** How many candidates stand behind where each lane stopped. */
async function countLeft(
  { queue }: SweepOptions,
  lanes: readonly Lane[],
  failures: unknown[],
): Promise<number> {
  const counts = await Promise.all(
    lanes.map((lane) => noting(failures, () => nextPage(queue, lane, MAX_COUNTED))),
  );
  return counts.reduce((sum, answer) => sum + (answer?.page.candidates.length ?? 0), 0);
}

/** See the file head. Never throws because of a task: `failures` has what did. */
export async function sweep(
  options: SweepOptions,
  nowMs: number,
  limits: SweepLimits,
  before: LanePositions = {},
): Promise<SweepReport> {
  const into: Tally = { recovered: [], failures: [], lookedAt: 0, stuck: 0, oldestAgeMs: 0 };
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
  const carriedOver = await countLeft(options, lanes, into.failures);
  const positions = positionsOf([...lanes, ...broken]);
  return { ...into, oldestPauseMs: oldestPauseMs(pauses, nowMs), carriedOver, positions };
}
