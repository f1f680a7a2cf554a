/** Every interleaving of small worlds over the rules of Regions, and bugs in these rules that the search must find. */
import { availableParallelism } from 'node:os';
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { mutated, urlOf } from '../queue/runner/mutation.ts';
import { explore, type World } from './scope/explore.ts';
import { BUGS } from './scope/bugs/bugs.ts';
import { LEAST_STATES, renderSearches, type ScopeSearch, searchAll, violationText } from './scope/run.ts';
import { SCOPES } from './scope/scopes.ts';

describe('every interleaving of small worlds', () => {
  let searches: readonly ScopeSearch[];

  beforeAll(async () => {
    const inputs = SCOPES.map(({ name }) => ({ scope: name, mutations: [] }));
    searches = await searchAll(inputs, availableParallelism());
    process.stdout.write(`${renderSearches(searches)}\n`);
  });

  it.each(SCOPES.map(({ name, says }) => [name, says] as const))('%s: %s', (name) => {
    const found = searches.find(({ scope }) => scope === name);

    expect(found && violationText(found)).toBe('');
    expect(found?.ends).toBeGreaterThan(0);
  });

  it('are a million states', () => {
    expect(searches.reduce((sum, { states }) => sum + states, 0)).toBeGreaterThanOrEqual(LEAST_STATES);
  });
});

describe('planted bugs in the rules of Regions', () => {
  let hunts: readonly ScopeSearch[];

  beforeAll(async () => {
    const inputs = BUGS.map((bug) => ({ scope: bug.scope, mutations: [bug] }));
    hunts = await searchAll(inputs, availableParallelism());
  });

  it('are at least fifteen, each under a name of its own', () => {
    expect(BUGS.length).toBeGreaterThanOrEqual(15);
    expect(new Set(BUGS.map(({ name }) => name)).size).toBe(BUGS.length);
  });

  it.each(BUGS.map(({ name }, at) => [name, at] as const))('are found: %s', (_name, at) => {
    const found = hunts[at];

    expect(found?.violation, `not found in ${found?.states} states`).toBeDefined();
  });

  it('are changes of one place in a file', () => {
    for (const bug of BUGS) {
      const source = readFileSync(new URL(urlOf(bug.file)), 'utf8');
      expect(() => mutated(source, bug)).not.toThrow();
    }
  });
});

/** A counter that goes up to 3, and by a fault from 1 to 9. */
const counter = (over: number, wrong = -1): World<{ readonly at: number }> => ({
  start: { at: 0 },
  *steps({ at }) {
    if (at < 3) yield { says: `to ${at + 1}`, to: { at: at + 1 } };
    if (at === 1) yield { says: 'to 9', to: { at: 9 }, isFault: true };
  },
  violations: ({ at }) => (at === wrong ? ['wrong'] : []),
  isOver: ({ at }) => at === over,
});

describe('the search', () => {
  it('counts states and steps, and tells the shortest way to a violation', () => {
    expect(explore(counter(9, 2), 10).violation).toEqual({ text: 'wrong', path: ['to 1', 'to 2'] });
    const both = { ...counter(3), isOver: ({ at }: { readonly at: number }) => at === 3 || at === 9 };
    expect(explore(both, 10)).toEqual({ states: 5, transitions: 4, depth: 3, ends: 2 });
  });

  it('finds a state from which no end can be reached, also if only a fault leads there', () => {
    expect(explore(counter(3), 10).violation?.path).toEqual(['to 1', 'to 9']);
    expect(explore(counter(9), 10).violation?.path).toEqual([]);
  });

  it('refuses a world that is larger than it may be', () => {
    expect(() => explore(counter(3), 2)).toThrow('more than 2 states');
  });
});
