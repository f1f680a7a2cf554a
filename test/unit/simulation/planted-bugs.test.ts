/** The planted bugs still apply to the code; the simulation tests that each is caught. */
import { readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { expect, it } from 'vitest';
import { mutated, urlOf } from '../../simulation/queue/runner/mutation.ts';
import { BUGS } from '../../simulation/queue/zoo/bugs.ts';
import { BUGS as REGION_BUGS } from '../../simulation/regions/scope/bugs/bugs.ts';

/** @throws {SyntaxError} if it is not valid source */
const parse = (file: string, source: string): unknown =>
  file.endsWith('.json') ? JSON.parse(source) : stripTypeScriptTypes(source);

it.each([...BUGS, ...REGION_BUGS].map((bug) => [bug.name, bug] as const))(
  '%s can be planted',
  (_name, bug) => {
    const source = readFileSync(new URL(urlOf(bug.file)), 'utf8');

    const buggy = mutated(source, bug);

    expect(buggy).not.toBe(source);
    expect(() => parse(bug.file, buggy)).not.toThrow();
  },
);
