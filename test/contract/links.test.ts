/** Every relative link of every page leads to an existing file and an existing heading. */
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = resolve(import.meta.dirname, '../..');
const SKIPPED = /(?:^|\/)(?:node_modules|cdk\.out|coverage|\.local)(?:\/|$)/;

const pages = globSync('**/*.md', { cwd: ROOT, exclude: (path) => SKIPPED.test(path) }).toSorted();

/** The page without code blocks, which contain no links and no headings. */
const proseOf = (file: string): string =>
  readFileSync(file, 'utf8').replaceAll(/^(\s*)```[^]*?^\s*```/gm, '');

/** Makes anchors like GitHub. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}_\- ]/gu, '')
    .replaceAll(' ', '-');

const anchorsOf = (file: string): readonly string[] =>
  [...proseOf(file).matchAll(/^#{1,6} (.+)$/gm)].map(([, heading = '']) => anchorOf(heading.trim()));

/** Targets of a page's relative links. */
const linksOf = (page: string): readonly string[] =>
  [...proseOf(join(ROOT, page)).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, to = '']) => to)
    .filter((to) => !/^[a-z]+:/.test(to));

function isBroken(page: string, link: string): boolean {
  const [path = '', anchor] = link.split('#');
  const file = path === '' ? join(ROOT, page) : resolve(ROOT, dirname(page), path);
  if (!existsSync(file)) return true;
  return anchor !== undefined && !(file.endsWith('.md') && anchorsOf(file).includes(anchor));
}

const broken = (page: string): readonly string[] => linksOf(page).filter((link) => isBroken(page, link));

describe('the pages', () => {
  it('are found, and so are their links', () => {
    expect(pages).toContain('README.md');
    expect(pages.flatMap(linksOf).length).toBeGreaterThan(150);
  });

  it.each(pages)('%s has only valid links', (page) => {
    expect(broken(page)).toEqual([]);
  });

  it('fail the check with a missing file or heading', () => {
    const here = 'README.md';

    expect(isBroken(here, 'docs/nothing.md')).toBe(true);
    expect(isBroken(here, 'docs/recovery.md#nothing')).toBe(true);
    expect(isBroken(here, 'docs/recovery.md#the-budget')).toBe(false);
    expect(isBroken(here, '#use-it')).toBe(false);
  });

  it.each(['docs', 'runbooks/procedures'])(
    'of %s are all linked from the README or another page',
    (folder) => {
      const linked = new Set(
        pages.flatMap((page) =>
          linksOf(page).map((link) => relative(ROOT, resolve(ROOT, dirname(page), link.split('#')[0] ?? ''))),
        ),
      );
      const own = pages.filter((page) => dirname(page) === folder);

      expect(own.filter((page) => !linked.has(page))).toEqual([]);
    },
  );
});
