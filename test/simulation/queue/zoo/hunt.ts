/** Hunts one planted bug: counts the seeds until an invariant is violated. */
import type { Figure } from '../../../../tools/report/report.ts';
import { renderTable } from '../../../../tools/cli/terminal/table.ts';
import type { Violation } from '../invariants/god-log.ts';
import { Pool, seedsFrom } from '../runner/pool.ts';
import type { Bug } from './bugs.ts';

/** Seeds within which every bug must be caught. */
export const MAX_SEEDS = 500;

/** Result of a hunt. */
export interface Hunt {
  readonly bug: string;
  /** Seeds up to the first violation; absent without a violation within {@link MAX_SEEDS}. */
  readonly caughtAfter?: number;
  readonly violation?: Violation;
}

/** @throws {Error} if the bug can no longer be planted */
export async function hunt(bug: Bug, threads = 1): Promise<Hunt> {
  const pool = new Pool({ threads, mutations: [bug] });
  try {
    let [first, violation]: [number, Violation | undefined] = [MAX_SEEDS, undefined];
    await pool.runSeeds(
      seedsFrom(0, MAX_SEEDS),
      ({ plan, violations }) => {
        const [found] = violations;
        if (found !== undefined && plan.seed < first) [first, violation] = [plan.seed, found];
        return violation !== undefined;
      },
      false,
    );
    return violation === undefined ? { bug: bug.name } : { bug: bug.name, caughtAfter: first + 1, violation };
  } finally {
    await pool.stop();
  }
}

/** A table of hunts for people. */
export const renderHunts = (hunts: readonly Hunt[]): string =>
  renderTable(
    ['planted bug', 'seeds', 'violated invariant'],
    hunts.map(({ bug, caughtAfter, violation }) => [bug, caughtAfter ?? 'never', violation?.invariant ?? '']),
  );

/** Figures of the hunts. */
export function figuresOfHunts(hunts: readonly Hunt[]): readonly Figure[] {
  const caught = hunts.flatMap(({ caughtAfter }) => caughtAfter ?? []);
  return [
    {
      name: 'zoo/caught',
      value: caught.length,
      unit: `of ${hunts.length} planted bugs`,
      goal: `${hunts.length}`,
      ok: caught.length === hunts.length,
      samples: hunts.length,
    },
    {
      name: 'zoo/most-seeds',
      value: Math.max(0, ...caught),
      unit: 'seeds',
      goal: `≤ ${MAX_SEEDS}`,
      ok: Math.max(0, ...caught) <= MAX_SEEDS,
      samples: hunts.length,
    },
  ];
}

/** Hunts all bugs, a few at a time. */
export async function huntAll(bugs: readonly Bug[], atOnce: number): Promise<readonly Hunt[]> {
  const queue = bugs.values();
  const found: Hunt[] = [];
  const work = async (): Promise<void> => {
    for (let next = queue.next(); next.done !== true; next = queue.next()) found.push(await hunt(next.value));
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return bugs.flatMap((bug) => found.find((done) => done.bug === bug.name) ?? []);
}
