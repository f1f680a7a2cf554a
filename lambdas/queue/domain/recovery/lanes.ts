/**
 * How a sweep gets through the shards of due and held tasks: page by page, each shard the same share, and beginning
 * where the sweep before had to stop. So tasks that are left alone at the head of a shard (their driver runs) starve
 * nobody behind them, in this run or over several.
 */
import type { ActionKind } from '../../../actions/kinds.ts';
import { TIME_LIMITS } from '../../../shared/contracts/time-limits.ts';
import { isDamage } from '../../../shared/domain/damaged-items.ts';
import { DUE_SHARD_NAMES, heldShardNames } from '../task/identity.ts';
import { inTurns } from '../../../shared/domain/in-turns.ts';
import type { DuePage, DuePosition, ExecutionQueueRepo } from '../ports.ts';

/** One shard on its way. */
export interface Lane {
  readonly shard: string;
  /** Whether its tasks are held for a pause that is over. */
  readonly held: boolean;
  /** Due later than this is not looked at, in ms since the epoch. */
  readonly untilMs: number;
  /** Looked at so far, up to here. */
  readonly after?: DuePosition;
  /** Where the run began in it, when that was not the head: the part before comes when all other lanes are through. */
  readonly beganAt?: DuePosition;
  /** Whether this is that part. */
  readonly again?: true;
}

/** A candidate and the lane it came from. */
export interface LaneCandidate {
  readonly lane: Lane;
  readonly position: DuePosition;
}

/** A lane with its next page. */
export interface LanePage {
  readonly lane: Lane;
  readonly page: DuePage;
}

/** Where the sweep before stopped, by shard. */
export type LanePositions = Readonly<Record<string, DuePosition>>;

/** Every run begins with another lane, in case it gets no further than that one. */
const rotated = (lanes: readonly Lane[], nowMs: number): readonly Lane[] => {
  const first = Math.floor(nowMs / (TIME_LIMITS.sweepPeriodSeconds * 1_000)) % lanes.length;
  return [...lanes.slice(first), ...lanes.slice(0, first)];
};

/**
 * The lanes of a run at `nowMs`: all due tasks, and the held ones of the kinds that are not paused. A position of the future, as
 * damage or another clock leaves it, is no place in a lane.
 */
export function lanesOf(
  resumedKinds: readonly ActionKind[],
  nowMs: number,
  positions: LanePositions,
): readonly Lane[] {
  const lane = (shard: string, held: boolean): Lane => {
    const stored = positions[shard];
    const at = stored !== undefined && stored.dueAtMs <= nowMs ? stored : undefined;
    return { shard, held, untilMs: nowMs, ...(at === undefined ? {} : { after: at, beganAt: at }) };
  };
  const lanes = [
    ...DUE_SHARD_NAMES.map((shard) => lane(shard, false)),
    ...resumedKinds.flatMap((kind) => heldShardNames(kind).map((shard) => lane(shard, true))),
  ];
  return rotated(lanes, nowMs);
}

async function pageOf(
  queue: Pick<ExecutionQueueRepo, 'pageDue'>,
  lane: Lane,
  limit: number,
): Promise<LanePage> {
  const { shard, untilMs, after } = lane;
  const page = await queue.pageDue({ shard, untilMs, limit, ...(after === undefined ? {} : { after }) });
  return { lane, page };
}

/** Whether the position that the next page begins after comes from the run before. */
const isAtStoredPosition = ({ after, beganAt }: Lane): boolean => after !== undefined && after === beganAt;

/**
 * The next page of a lane. A stored position that the store refuses is forgotten, and the lane begins at its head: kept, it would hide
 * the lane from every run to come.
 */
export async function nextPage(
  queue: Pick<ExecutionQueueRepo, 'pageDue'>,
  lane: Lane,
  limit: number,
): Promise<LanePage> {
  try {
    return await pageOf(queue, lane, limit);
  } catch (thrown) {
    if (!isAtStoredPosition(lane) || !isDamage(thrown)) throw thrown;
    const { shard, held, untilMs } = lane;
    return pageOf(queue, { shard, held, untilMs }, limit);
  }
}

/** The candidates of several pages in turns: the first of each, then the second of each. */
export const interleaved = (pages: readonly LanePage[]): readonly LaneCandidate[] =>
  inTurns(pages.map(({ lane, page }) => page.candidates.map((position) => ({ lane, position }))));

/** The lane at its end: done, or back to its head if the run did not begin there. */
function atEnd({ shard, held, beganAt }: Lane): Lane | undefined {
  return beganAt === undefined ? undefined : { shard, held, untilMs: beganAt.dueAtMs, again: true };
}

/**
 * The lane after the first `taken` candidates of its page were looked at; `undefined` when nothing is left of it.
 */
export function advanced({ lane, page }: LanePage, taken: number): Lane | undefined {
  if (taken < page.candidates.length) {
    const last = page.candidates[taken - 1];
    return last === undefined ? lane : { ...lane, after: last };
  }
  return page.next === undefined ? atEnd(lane) : { ...lane, after: page.next };
}

/** Where the next sweep starts, from the lanes that this one did not finish. */
export const positionsOf = (unfinished: readonly Lane[]): LanePositions =>
  Object.fromEntries(
    unfinished.flatMap(({ shard, after }) => (after === undefined ? [] : [[shard, after] as const])),
  );
