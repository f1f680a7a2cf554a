/**
 * Reads a table, a few pages in each run, with a stored cursor. Correctness never depends on the cursor: every change of an
 * item is conditional on the item, so two runs that read the same page only do the work twice.
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
  /** Only of a damaged cursor: the stored value of its version, which the next write replaces. */
  readonly replaces?: unknown;
}

/** Stores cursors. */
export interface WalkCursors {
  /** The cursor of a walk; a damaged one is returned as empty, and the next write replaces it. */
  load(walk: SweepWalk): Promise<WalkCursor>;
  /** Replaces `before`. `conflict`: another run has written first, and its cursor is equally valid. */
  save(
    walk: SweepWalk,
    before: WalkCursor,
    positions: SweepCursor['positions'],
    nowMs: number,
  ): Promise<'saved' | 'conflict'>;
}

/** Limits of a run. */
export interface WalkPace {
  /** Maximum pages of this run. */
  readonly pages: number;
  /** No further page is read once this returns false. */
  readonly mayGoOn: () => boolean;
  readonly nowMs: number;
}

/** Handles the page after a key, or the first one; returns its last key, or `undefined` at the end. */
export type WalkPage = (after: string | undefined) => Promise<string | undefined>;

const ALL = 'all';

/** Number of handled pages, and the last key; `after` is absent at the end of the table. */
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
    // The page could not be read: the next run starts before it.
    if (done === undefined) break;
    pages += 1;
    after = done.key;
    if (after === undefined) break;
  }
  return after === undefined ? { pages } : { pages, after };
}

/** The page after a stored key. If the store refuses the key, it is dropped; otherwise it would stop the walk permanently. */
async function firstPage(page: WalkPage, stored: string | undefined): Promise<string | undefined> {
  try {
    return await page(stored);
  } catch (thrown) {
    if (stored === undefined || !isDamage(thrown)) throw thrown;
    return page(undefined);
  }
}

/**
 * Continues where the previous run stopped, at most to the end of the table; then the next run begins at its head. It never
 * throws: errors of `page` and of the cursors are added to the failures, and the next run begins at the failed page.
 * @returns number of handled pages
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
