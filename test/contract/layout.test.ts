import { globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = resolve(import.meta.dirname, '../..');

/** Most files of one folder. */
const MAX_FILES = 20;

/** Contexts that each context may import. */
const LEFT_OF: Readonly<Record<string, readonly string[]>> = {
  shared: [],
  actions: ['shared'],
  queue: ['shared', 'actions'],
  slack: ['shared', 'actions', 'queue'],
  regions: ['shared', 'queue'],
};

const sources = (pattern: string): readonly string[] => globSync(pattern, { cwd: ROOT }).toSorted();

function importsOf(file: string): readonly string[] {
  const text = readFileSync(join(ROOT, file), 'utf8');
  return [...text.matchAll(/(?:from|import\() ?'(\.[^']+)'/g)].map(([, to = '']) =>
    normalize(join(dirname(file), to)),
  );
}

const contextOf = (file: string): string => file.split('/')[1] ?? '';

describe('the contexts', () => {
  it('are those of the list', () => {
    const contexts = new Set(sources('lambdas/**/*.{ts,md}').map(contextOf));

    expect([...contexts].toSorted()).toEqual(Object.keys(LEFT_OF).toSorted());
  });

  it('import only contexts to their left', () => {
    const backwards = sources('lambdas/**/*.ts').flatMap((file) =>
      importsOf(file)
        .filter((to) => to.startsWith('lambdas/') && contextOf(to) !== contextOf(file))
        .filter((to) => !LEFT_OF[contextOf(file)]?.includes(contextOf(to)))
        .map((to) => `${file} imports ${to}`),
    );

    expect(backwards).toEqual([]);
  });
});

describe('a folder', () => {
  it(`has at most ${MAX_FILES} files`, () => {
    const counts = Map.groupBy(sources('{lambdas,lib,tools,bench,test}/**/*.{ts,js,json,md,txt}'), dirname);

    const full = [...counts].filter(([, files]) => files.length > MAX_FILES);
    expect(full.map(([folder, files]) => `${folder}: ${files.length}`)).toEqual([]);
  });
});
