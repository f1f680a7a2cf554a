/** Every interleaving of small worlds over the rules of Regions, and bugs in these rules that the search must find. */
import { availableParallelism } from 'node:os';
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { mutated, urlOf } from '../queue/runner/mutation.ts';
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
