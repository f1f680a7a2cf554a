/** The planted bugs still fit the code they are planted into; that each is caught takes the simulation. */
import { readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { expect, it } from 'vitest';
import { mutated, urlOf } from '../../simulation/queue/runner/mutation.ts';
import { BUGS } from '../../simulation/queue/zoo/bugs.ts';

/** @throws {SyntaxError} when it is no source of its language */
const parse = (file: string, source: string): unknown =>
  file.endsWith('.json') ? JSON.parse(source) : stripTypeScriptTypes(source);

it.each(BUGS.map((bug) => [bug.name, bug] as const))('%s can be planted', (_name, bug) => {
  const source = readFileSync(new URL(urlOf(bug.file)), 'utf8');

  const buggy = mutated(source, bug);

  expect(buggy).not.toBe(source);
  expect(() => parse(bug.file, buggy)).not.toThrow();
});
