/** The planted bugs still fit the code they are planted into; that each is caught takes the simulation. */
import { readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { expect, it } from 'vitest';
import { mutated, urlOf } from '../../simulation/queue/runner/mutation.ts';
import { BUGS } from '../../simulation/queue/zoo/bugs.ts';

it.each(BUGS.map((bug) => [bug.name, bug] as const))('%s can be planted', (_name, bug) => {
  const source = readFileSync(new URL(urlOf(bug.file)), 'utf8');

  const buggy = mutated(source, bug);

  expect(buggy).not.toBe(source);
  if (bug.file.endsWith('.ts')) expect(() => stripTypeScriptTypes(buggy)).not.toThrow();
});
