/** The complete search of the small scope. */
import { beforeAll, describe, expect, it } from 'vitest';
import { BUGS } from './zoo/bugs.ts';
import { SCOPES, search, searchAll } from './exhaustive/scopes.ts';
import type { Search } from './exhaustive/explore.ts';

let searches: readonly Search[];

beforeAll(async () => {
  searches = await searchAll();
  for (const { states, transitions, depth } of searches) {
    process.stdout.write(`exhaustive: ${states} states, ${transitions} transitions, ${depth} choices deep\n`);
  }
});

describe('two workers, a sweep and an operator on one task with two attempts', () => {
  it('violate no invariant in any interleaving, with any crash point and any lost reply', () => {
    expect(searches.flatMap(({ violations }) => violations)).toEqual([]);
  });

  it('end in every possible state', () => {
    const ends = new Set(searches.flatMap((found) => [...found.ends.keys()]));

    expect(ends).toContain('completed');
    expect(ends).toContain('retryable_failed');
    expect(ends).toContain('queued');
  });

  it('have thousands of searched states', () => {
    expect(Math.min(...searches.map(({ states }) => states))).toBeGreaterThan(5_000);
  });
});

describe('the search itself', () => {
  it('finds a planted bug with the fewest choices', async () => {
    const [scope] = SCOPES;
    const bug = BUGS.find(({ name }) => name === 'generation not checked');
    if (scope === undefined || bug === undefined) throw new Error('expected a scope and a bug');

    const { violations } = await search(scope, [bug]);

    expect(violations.map(({ invariant }) => invariant)).toContain('generation-guarded');
  });
});
