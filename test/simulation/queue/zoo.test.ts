/** Tests of the simulation itself: it catches every planted bug. The production code contains none of them. */
import { availableParallelism } from 'node:os';
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { mutated, urlOf } from './runner/mutation.ts';
import { BUGS } from './zoo/bugs.ts';
import { type Hunt, huntAll, MAX_SEEDS, renderHunts } from './zoo/hunt.ts';

let hunts: readonly Hunt[];

beforeAll(async () => {
  hunts = await huntAll(BUGS, availableParallelism());
  process.stdout.write(`${renderHunts(hunts)}\n`);
});

describe('the bug zoo', () => {
  it('has at least fourteen bugs with different names', () => {
    expect(BUGS.length).toBeGreaterThanOrEqual(14);
    expect(new Set(BUGS.map(({ name }) => name)).size).toBe(BUGS.length);
  });

  it.each(BUGS.map((bug) => [bug.name, bug] as const))('catches: %s', (_name, bug) => {
    const caughtAfter = hunts.find((hunt) => hunt.bug === bug.name)?.caughtAfter;

    expect(caughtAfter, `not caught within ${MAX_SEEDS} seeds`).toBeDefined();
  });

  it('refuses a patch that does not apply exactly once', () => {
    const [bug] = BUGS;
    const source = readFileSync(new URL(urlOf(bug?.file ?? '')), 'utf8');
    const patch = { file: 'a', find: 'x', replace: 'y' };

    expect(() => mutated(source, { ...patch, find: 'this text is nowhere' })).toThrow(
      /expected this text once, found it 0 times/,
    );
    expect(() => mutated('x x', patch)).toThrow(/found it 2 times/);
  });
});
