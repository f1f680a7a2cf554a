import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ERROR_CODES, isErrorCode } from '../../lambdas/shared/contracts/error-codes.ts';
import { ALARMS } from '../../lib/monitoring/alarm-registry.ts';
import { RELEASE_ALARM_MEANINGS } from '../../lib/monitoring/release-alarm-meanings.ts';
import { formatMarkdown } from '../../tools/generate/markdown.ts';
import {
  alarmPage,
  codesOf,
  ERRORS_PAGE,
  INDEX_PAGE,
  runbookPages,
} from '../../tools/generate/runbook-pages.ts';

const HEADINGS = ['## Description', '## Investigation', '## Resolution', '## What it does not show'];
const RUNBOOKS = new URL('../../runbooks/', import.meta.url);

const slugs = ALARMS.map(({ slug }) => slug);
/** Including those that roll back a release. */
const allSlugs = [...slugs, ...Object.keys(RELEASE_ALARM_MEANINGS)];
const codes = Object.keys(ERROR_CODES).filter(isErrorCode);
const read = (file: URL): string => readFileSync(file, 'utf8');

/** Pages below a folder of the runbooks, as paths from there. */
const pagesBelow = (folder: URL): readonly string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.md'));

const sectionsOf = (page: string): readonly string[] => page.split(/^## .*$/m).slice(1);

describe('runbook pages', () => {
  it('are exactly one for each alarm', () => {
    const pages = pagesBelow(new URL('alarms/', RUNBOOKS)).map((file) => file.replace(/\.md$/, ''));

    expect(pages.toSorted()).toEqual(allSlugs.toSorted());
  });

  it.each(allSlugs)('of %s have every heading once, in order, with a text below it', (slug) => {
    const page = read(alarmPage(slug));

    expect(page).toMatch(new RegExp(`^# ${slug}\n`));
    expect(page.match(/^## .*$/gm)).toEqual(HEADINGS);
    for (const section of sectionsOf(page)) expect(section.trim().length).toBeGreaterThan(60);
  });

  it('match the registry for each alarm, as does the index', async () => {
    for (const { file, text } of await runbookPages()) {
      expect(read(file), `${file.pathname}: npm run generate`).toBe(await formatMarkdown(text));
    }
  });

  it.each(allSlugs)('of %s are in the index', (slug) => {
    expect(read(INDEX_PAGE)).toContain(`(alarms/${slug}.md)`);
  });

  it('have only valid links', () => {
    const broken = pagesBelow(RUNBOOKS).flatMap((file) => {
      const base = new URL(file, RUNBOOKS);
      const targets = [...read(base).matchAll(/\]\((?!https?:)([^)#\s]+)(?:#[^)]*)?\)/g)].map(
        ([, to]) => to ?? '',
      );
      return targets.filter((to) => !exists(new URL(to, base))).map((to) => `${file} → ${to}`);
    });

    expect(broken).toEqual([]);
  });
});

function exists(file: URL): boolean {
  try {
    readFileSync(file);
    return true;
  } catch {
    return false;
  }
}

describe('error codes', () => {
  it.each(codes)('%s has a section in the page of errors, with its text and the first step', (code) => {
    const { text, runbook, alarms } = ERROR_CODES[code];
    const section = read(ERRORS_PAGE).split(`\n## ${code}\n`)[1]?.split('\n## ')[0] ?? '';

    expect(section).toContain(text);
    expect(section).toContain(`- First: ${runbook}`);
    for (const slug of alarms) expect(section).toContain(`(alarms/${slug}.md)`);
  });

  it('have no section without an entry in the list', () => {
    const headings = [...read(ERRORS_PAGE).matchAll(/^## (.*)$/gm)].map(([, heading]) => heading);

    expect(headings).toEqual(codes);
  });

  it('ring existing alarms', () => {
    expect(
      Object.values(ERROR_CODES)
        .flatMap(({ alarms }): readonly string[] => alarms)
        .filter((slug) => !slugs.includes(slug)),
    ).toEqual([]);
  });

  it.each(slugs)('on the page of %s are those that may ring it', (slug) => {
    const linked = [...read(alarmPage(slug)).matchAll(/errors\.md#([a-z_]+)\)/g)].map(([, anchor]) =>
      (anchor ?? '').toUpperCase(),
    );

    expect([...new Set(linked)].toSorted()).toEqual([...codesOf(slug)].toSorted());
  });

  it('on the page of an alarm are in the list', () => {
    const named = slugs
      .map(alarmPage)
      .flatMap((file) =>
        [...read(file).matchAll(/`([A-Z]{3,}(?:_[A-Z]+)+)`/g)].map(([, code]) => code ?? ''),
      );

    expect([...new Set(named)].filter((code) => !isErrorCode(code))).toEqual([]);
  });
});
