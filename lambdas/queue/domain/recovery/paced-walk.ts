/**
 * Walks through a table a few pages per run, with a cursor that outlives the run. Correctness never depends on the
 * cursor: whatever is done to an item is conditional on the item, so a page that two runs walk is walked twice and no more.
 */
import { SweepPart } from '../../contracts/sweep-answer.ts';
import type { SweepCursor, SweepWalk } from '../../contracts/sweep-cursors.ts';
import { isDamage } from '../../../shared/domain/damaged-items.ts';
import { type NotedFailure, noting } from './noting.ts';

/** The cursor of a walk as it was read. */
export interface WalkCursor {
  readonly positions: SweepCursor['positions'];
  /** 0 if no record is stored yet, or if the stored one cannot be read. */
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

/** Pages worked on, and the key of the last one; `after` is absent at the end of the table. */
interface Way {
  readonly pages: number;
  readonly after?: string;
}

async function pagesFrom(
  startedAt: string | undefined,
  pace: WalkPace,
  step: (after: string | undefined) => Promise<{ readonly key: string | undefined } | undefined>,
): Promise<Way> {
  let after = startedAt;
  let pages = 0;
  while (pages < pace.pages && pace.mayGoOn()) {
    const done = await step(after);
    // The page could not be read: the next run goes on before it.
    if (done === undefined) break;
    pages += 1;
    after = done.key;
    if (after === undefined) break;
  }
  return after === undefined ? { pages } : { pages, after };
}

/** The page after a stored key; one that the store refuses is forgotten: kept, it would stop the walk for good. */
async function firstPage(page: WalkPage, stored: string | undefined): Promise<string | undefined> {
  try {
    return await page(stored);
  } catch (thrown) {
    if (stored === undefined || !isDamage(thrown)) throw thrown;
    return page(undefined);
  }
}

/**
 * Walks on from where the run before stopped, to the end of the table at most: the next run begins at its head. Never throws:
 * what `page` or the cursors throw is among the failures, and the next run begins at the page that failed.
 * @returns how many pages were worked on
 */
export async function pacedWalk(
  cursors: WalkCursors,
  walk: SweepWalk,
  pace: WalkPace,
  failures: NotedFailure[],
  page: WalkPage,
): Promise<number> {
  const cursor = { part: SweepPart.Cursor, id: walk };
  const before = await noting(failures, cursor, () => cursors.load(walk));
  if (before === undefined) return 0;
  const startedAt = before.positions[ALL]?.key;
  const { pages, after } = await pagesFrom(startedAt, pace, (last) =>
    noting(failures, { part: SweepPart.Page, id: walk }, async () => ({
      key: await (last === startedAt ? firstPage(page, last) : page(last)),
    })),
  );
  if (after === startedAt) return pages;
  const positions = after === undefined ? {} : { [ALL]: { key: after } };
  await noting(failures, cursor, () => cursors.save(walk, before, positions, pace.nowMs));
  return pages;
}
