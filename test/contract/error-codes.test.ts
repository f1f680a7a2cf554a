/** Code never compares the text of an error code: it reads the row of the list, so that a new error needs only one row. */
import { readFileSync } from 'node:fs';
import { glob } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { ALL_ERROR_CODES } from '../../lambdas/shared/contracts/error-codes.ts';

const ROWS = /^lambdas\/shared\/contracts\/errors-of-\w+\.ts$/;
const QUOTED = new RegExp(`(['"])(?:${ALL_ERROR_CODES.join('|')})\\1`, 'g');
/** Code that makes an error or stores its code, where a code may be written as text. */
const MAKES =
  /(?:new \w+|super|trailsNaming)\((?:\w+, )?\s*$|(?:code|errorCode): $|return $|\? $|: CapCode = $|\| $|^import .*$/;
/** Tests of a part of a code. */
const GUESS =
  /(?:startsWith|endsWith|includes|match)\(\s*['"`/^]*(?:PROVIDER|PDF|EFFECT|STORED|RETRIES|DEADLINE)_/g;

const withoutComments = (source: string): string =>
  source.replaceAll(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, (comment) => comment.replaceAll(/[^\n]/g, ' '));

/** The lines of a source that compare error codes as text. */
function comparisonsIn(source: string): readonly number[] {
  const code = withoutComments(source);
  const quoted = [...code.matchAll(QUOTED)].filter(({ index }) => !MAKES.test(code.slice(0, index)));
  return [...quoted, ...code.matchAll(GUESS)].map(({ index }) => code.slice(0, index).split('\n').length);
}

describe('error codes as text', () => {
  it('are compared only in the list', async () => {
    const found: string[] = [];
    for await (const file of glob('{lambdas,lib,tools}/**/*.ts')) {
      if (ROWS.test(file)) continue;
      found.push(...comparisonsIn(readFileSync(file, 'utf8')).map((line) => `${file}:${line}`));
    }

    expect(found).toEqual([]);
  });

  it.each([
    "if (error.code === 'LEASE_LOST') return;",
    "if ('LEASE_LOST' !== code) return;",
    "switch (code) { case 'PROVIDER_TIMEOUT': }",
    "const CAPS = ['RETRIES_EXHAUSTED', 'DEADLINE_EXCEEDED'];",
    "const CAPS = new Set<string>(['DEADLINE_EXCEEDED']);",
    "const parsed = z.literal('STORED_RECORD_INVALID');",
    "const own = !code.startsWith('PROVIDER_');",
    'const own = code.match(/^PROVIDER_/);',
  ])('are found in: %s', (source) => {
    expect(comparisonsIn(source)).not.toEqual([]);
  });

  it.each([
    "throw new QueueError('LEASE_LOST');",
    "throw new QueueError(\n  'LEASE_LOST',\n);",
    "super('LEASE_LOST', options);",
    "new ApiProblem(status, 'REQUEST_INVALID', {});",
    "return { kind: 'terminal', code: 'RETRIES_EXHAUSTED' };",
    "// code === 'LEASE_LOST'",
  ])('are not reported in: %s', (source) => {
    expect(comparisonsIn(source)).toEqual([]);
  });
});
