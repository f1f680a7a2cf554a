/**
 * How a sweep reads the shards of due and held tasks: page by page, an equal share of each shard, starting where the previous
 * sweep stopped. Tasks at the head of a shard that the sweep leaves alone, because their driver runs, therefore never keep it
 * from the tasks behind them.
 */
import type { ActionKind } from '../../../actions/kinds.ts';
import { TIME_LIMITS } from '../../../shared/contracts/time-limits.ts';
import { isDamage } from '../../../shared/domain/damaged-items.ts';
import { DUE_SHARD_NAMES, heldShardNames } from '../task/identity.ts';
import { inTurns } from '../../../shared/domain/in-turns.ts';
import type { DuePage, DuePosition, ExecutionQueueRepo } from '../ports.ts';

/** The progress of a sweep through one shard. */
export interface Lane {
  readonly shard: string;
  /** Whether its tasks are held although their kind is no longer paused. */
  readonly held: boolean;
  /** Tasks that are due later than this are not read, in ms since the epoch. */
  readonly untilMs: number;
  /** The last position that was checked; absent before the first. */
  readonly after?: DuePosition;
  /** Where the run started in the shard; absent if it started at the head. The part before it is read after all other lanes. */
  readonly beganAt?: DuePosition;
  /** Present if the lane is the part before `beganAt`. */
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

/** Where the previous sweep stopped, by shard. */
export type LanePositions = Readonly<Record<string, DuePosition>>;

/** Each run starts with another lane, because a run may have time for one lane only. */
const rotated = (lanes: readonly Lane[], nowMs: number): readonly Lane[] => {
  const first = Math.floor(nowMs / (TIME_LIMITS.sweepPeriodSeconds * 1_000)) % lanes.length;
  return [...lanes.slice(first), ...lanes.slice(0, first)];
};

/**
 * The lanes of a run at `nowMs`: all due tasks, and the held ones of the kinds that are not paused. A stored position in the
 * future is ignored: the record is damaged, or another clock wrote it.
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

/** Whether the next page begins after a position that the previous run stored. */
const isAtStoredPosition = ({ after, beganAt }: Lane): boolean => after !== undefined && after === beganAt;

/**
 * The next page of a lane. If the store refuses a stored position, the lane begins at its head; otherwise no later run could read
 * the lane.
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

/** The lane after its last page: finished, or the part before `beganAt`. */
function atEnd({ shard, held, beganAt }: Lane): Lane | undefined {
  return beganAt === undefined ? undefined : { shard, held, untilMs: beganAt.dueAtMs, again: true };
}

/**
 * The lane after the first `taken` candidates of its page were checked; `undefined` if it is finished.
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
