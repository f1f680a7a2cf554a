/**
 * Walks through a table a few pages per run, with a cursor that outlives the run. Correctness never depends on the
 * cursor: whatever is done to an item is conditional on the item, so a page that two runs walk is walked twice and no more.
 */
import type { SweepCursor, SweepWalk } from '../contracts/sweep-cursors.ts';

/** The cursor of a walk as it was read. */
export interface WalkCursor {
  readonly positions: SweepCursor['positions'];
  /** 0 when there is none yet, or none that can be read. */
  readonly version: number;
  /** Of a damaged cursor: what is stored in the place of its version, which the next write replaces. */
  readonly replaces?: unknown;
}

/** Keeps cursors. */
export interface WalkCursors {
  /** The cursor of a walk; one that cannot be read is empty, and is replaced by the next write. */
  load(walk: SweepWalk): Promise<WalkCursor>;
  /** Replaces `before`. `conflict`: another run wrote first, and its cursor is as good. */
  save(
    walk: SweepWalk,
    before: WalkCursor,
    positions: SweepCursor['positions'],
    nowMs: number,
  ): Promise<'saved' | 'conflict'>;
}

/** How far a run goes. */
export interface WalkPace {
  /** Most pages of this run. */
  readonly pages: number;
  /** No further page once this says no. */
  readonly mayGoOn: () => boolean;
  readonly nowMs: number;
}

/** Works on the page after a key, or on the first one; answers with its last key, or `undefined` at the end. */
export type WalkPage = (after: string | undefined) => Promise<string | undefined>;

const ALL = 'all';

/**
 * Walks on from where the run before stopped, to the end of the table at most: the next run begins anew.
 * @throws what `page` or the cursors throw; the next run repeats the pages of this one
 */
export async function pacedWalk(
  cursors: WalkCursors,
  walk: SweepWalk,
  pace: WalkPace,
  page: WalkPage,
): Promise<void> {
  const before = await cursors.load(walk);
  const startedAt = before.positions[ALL]?.key;
  let after = startedAt;
  for (let pages = 0; pages < pace.pages && pace.mayGoOn(); pages += 1) {
    after = await page(after);
    if (after === undefined) break;
  }
  if (after === startedAt) return;
  await cursors.save(walk, before, after === undefined ? {} : { [ALL]: { key: after } }, pace.nowMs);
}
