/**
 * Plain English: the scanned texts contain none of the phrases that readers have to decode. Source files are scanned as a
 * whole, because a name in code should not use these words either.
 */
import { globSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = resolve(import.meta.dirname, '../..');

/** What is scanned, as globs from the root of the repository. */
const ROOTS: readonly string[] = ['**/*.md', '{lambdas,lib,tools,bench,test,statemachines}/**/*.{ts,json}'];

/** Folders that are not ours or never edited, and this file, which has to name the phrases. */
const SKIPPED =
  /(?:^|\/)(?:node_modules|cdk\.out|coverage|\.local|\.git)(?:\/|$)|^test\/fixtures\/v\d|^test\/contract\/voice\.test\.ts$/;

/** Each phrase, with the plain words for it. A space in a phrase also matches a line break within a comment. */
const PHRASES = {
  'is none': 'is absent, is not …',
  'in vain': 'without effect',
  'mend|mends|mended|mending': 'fix, repair',
  'stands|stood': 'is, is stored',
  anew: 'again',
  whoever: 'the caller',
  'so often': 'an exact count',
  dear: 'expensive',
  'who was first|somebody else was first': 'the other operator',
  'without a word': 'without a message',
  'somebody quicker': 'another run',
} as const satisfies Record<string, string>;

/** A use that is allowed, or that only the generator of its page can change. */
interface Exception {
  readonly file: string;
  /** The line, or a part of it that has the phrase. */
  readonly text: string;
  readonly why: string;
}

const EXCEPTIONS: readonly Exception[] = [
  {
    file: 'runbooks/drills/2026-11-26-execution-stopped.md',
    text: 'some are started twice anew',
    why: 'a recorded report',
  },
];

interface Finding {
  readonly file: string;
  readonly lineNumber: number;
  readonly line: string;
  readonly phrase: string;
  /** The plain words for it. */
  readonly instead: string;
}

/** Between two words of a phrase: blanks, a line break, and the marks with which a comment or a quotation goes on. */
const GAP = String.raw`\s+(?:(?:\*|//|>|\|)\s*)?`;

/** Not within a longer word, with or without a hyphen: `understands`, `standstill`, `so-called`. */
const patternOf = (phrase: string): RegExp =>
  new RegExp(String.raw`(?<![\w-])(?:${phrase.replaceAll(' ', GAP)})(?![\w-])`, 'gi');

const PATTERNS = Object.entries(PHRASES).map(([phrase, instead]) => ({
  pattern: patternOf(phrase),
  instead,
}));

const lineNumberOf = (text: string, index: number): number => text.slice(0, index).split('\n').length;

/** Every use of a phrase in a text, in the order of the phrases. */
const findingsIn = (file: string, text: string): readonly Finding[] =>
  PATTERNS.flatMap(({ pattern, instead }) =>
    [...text.matchAll(pattern)].map(({ 0: phrase, index }) => {
      const lineNumber = lineNumberOf(text, index);
      return { file, lineNumber, line: text.split('\n')[lineNumber - 1] ?? '', phrase, instead };
    }),
  );

const covers = (exception: Exception, { file, line }: Finding): boolean =>
  exception.file === file && line.includes(exception.text);

const files = ROOTS.flatMap((glob) => globSync(glob, { cwd: ROOT, exclude: (path) => SKIPPED.test(path) }))
  .filter((file) => !SKIPPED.test(file))
  .toSorted();
const findings = files.flatMap((file) => findingsIn(file, readFileSync(join(ROOT, file), 'utf8')));
const shown = ({ file, lineNumber, phrase, instead }: Finding): string =>
  `${file}:${lineNumber}: ${JSON.stringify(phrase)}, write: ${instead}`;

describe('the voice of the texts', () => {
  it('is scanned in pages of every part', () => {
    expect(files).toEqual(
      expect.arrayContaining([
        'README.md',
        'docs/architecture.md',
        'lambdas/actions/kinds.ts',
        'lib/app.ts',
        'test/contract/runbooks.test.ts',
      ]),
    );
  });

  it('uses none of the phrases that have plain words', () => {
    const refused = findings.filter((finding) => !EXCEPTIONS.some((exception) => covers(exception, finding)));

    expect(refused.map(shown)).toEqual([]);
  });

  it('has no exception that no text needs any more', () => {
    const unused = EXCEPTIONS.filter((exception) => !findings.some((finding) => covers(exception, finding)));

    expect(unused).toEqual([]);
  });

  it.each([
    ['A key that is none is an error.', 'is none'],
    ['/** The lease\n * is\n * none here. */', 'is\n * none'],
    ['// Nothing was written in\n// vain.', 'in\n// vain'],
    ["refuse('A release that mends it')", 'mends'],
    ['The reason stands on the card.', 'stands'],
    ['Tells the operator who was first.', 'who was first'],
    ['Built ANEW.', 'ANEW'],
  ])('is not plain in %j', (text, phrase) => {
    expect(findingsIn('x.ts', text).map((finding) => finding.phrase)).toEqual([phrase]);
  });

  it.each([
    'The reader understands it.',
    'The queue comes to a standstill.',
    'A stand-in for the CRM, the outstanding work, and a free-standing page.',
    'It amends the recommended endpoint.',
    'There is nonetheless an error.',
    'The whole renewal, so it often ends.',
  ])('is plain in %j', (text) => {
    expect(findingsIn('x.ts', text)).toEqual([]);
  });

  it('names the line at which a phrase begins, and the plain words', () => {
    expect(findingsIn('x.md', 'one\ntwo\nin vain\n').map(shown)).toEqual([
      'x.md:3: "in vain", write: without effect',
    ]);
  });
});
