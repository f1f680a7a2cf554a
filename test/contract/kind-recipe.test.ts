/** CONTRIBUTING's recipe for a new action kind: its files exist, and no other source names a kind. */
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { ActionKind, KIND_NAMES, KINDS, kindsOf } from '../../lambdas/actions/kinds.ts';
import { PROVIDER_NAMES } from '../../lambdas/shared/contracts/providers.ts';
import { CRM_SETUP_PAGE, renderCrmSetupPage } from '../../tools/generate/crm-setup-page.ts';
import { KINDS_PAGE, renderKindsPage } from '../../tools/generate/kinds-page.ts';

const REPOSITORY = path.resolve(import.meta.dirname, '../..');
const read = (file: string): string => readFileSync(path.join(REPOSITORY, file), 'utf8');

const [, recipe = ''] = /\n### A new action kind\n([^]*?)\n##+ /.exec(read('CONTRIBUTING.md')) ?? [];
const [ofKind = '', ofProvider = ''] = recipe.split('\n**On a new provider');

interface Step {
  readonly file: string;
  /** Only some kinds need it. */
  readonly isConditional: boolean;
}
const stepsOf = (text: string): readonly Step[] =>
  [...text.matchAll(/^\d+\. `([^`]+)`: (If )?/gm)].map(([, file = '', condition]) => ({
    file,
    isConditional: condition !== undefined,
  }));
const KIND_STEPS = stepsOf(ofKind);
const PROVIDER_STEPS = stepsOf(ofProvider);

/** A path of the recipe for a kind; its author chooses the name of the effect. */
const filledIn = (file: string, kind: string): string => {
  const [provider = '', action = ''] = kind.split('.');
  return file.replaceAll('<provider>', provider).replaceAll('<action>', action).replaceAll('<effect>', '*');
};
const missing = (steps: readonly Step[], kind: string): readonly string[] =>
  steps
    .map(({ file }) => filledIn(file, kind))
    .filter((file) => globSync(file, { cwd: REPOSITORY }).length === 0);

describe('the recipe of a new action kind', () => {
  it('touches at most 8 files on an existing provider', () => {
    expect(KIND_STEPS.length).toBeGreaterThanOrEqual(5);
    expect(new Set(KIND_STEPS.map(({ file }) => file)).size).toBeLessThanOrEqual(8);
  });

  it('touches at most 16 files on a new provider', () => {
    const always = KIND_STEPS.filter(({ isConditional }) => !isConditional);
    const files = new Set([...always, ...PROVIDER_STEPS].map(({ file }) => file));

    expect(PROVIDER_STEPS.length).toBeGreaterThanOrEqual(5);
    expect(files.size).toBeLessThanOrEqual(16);
  });

  it('names files that exist for a kind of a provider over HTTP', () => {
    expect(missing([...KIND_STEPS, ...PROVIDER_STEPS], ActionKind.CrmSync)).toEqual([]);
  });

  it.each(KIND_NAMES)('names files that exist for %s', (kind) => {
    const always = KIND_STEPS.filter(({ isConditional }) => !isConditional);

    expect(missing(always, kind)).toEqual([]);
  });
});

/** A source without its comments, which may name a kind as an example. */
const codeOf = (file: string): string => read(file).replaceAll(/^\s*(?:\/?\*|\/\/).*$/gm, '');

describe('sources outside the folder of the actions', () => {
  const sources = globSync('{lambdas,lib,tools,bench}/**/*.ts', { cwd: REPOSITORY }).filter(
    (file) => !file.startsWith('lambdas/actions/'),
  );
  const literal = new RegExp(
    `(['"\`])(?:${KIND_NAMES.map((kind) => kind.replace('.', String.raw`\.`)).join('|')})\\1`,
  );

  it('name no kind as a literal', () => {
    expect(sources.length).toBeGreaterThan(400);
    expect(sources.filter((file) => literal.test(codeOf(file)))).toEqual([]);
  });
});

describe('the page of the kinds', () => {
  it('is up to date', async () => {
    expect(readFileSync(KINDS_PAGE, 'utf8')).toBe(await renderKindsPage());
  });
});

describe('the set-up page of the CRM', () => {
  it('is up to date', async () => {
    expect(readFileSync(CRM_SETUP_PAGE, 'utf8')).toBe(await renderCrmSetupPage());
  });

  it('cannot be generated without the marks of a generated part', () => {
    expect(() => renderCrmSetupPage('# CRM set-up')).toThrow('expected marks of the part "scopes"');
  });
});

describe('rows of kinds', () => {
  it.each(KIND_NAMES)('name %s after its provider', (kind) => {
    expect(kind.split('.')[0]).toBe(KINDS[kind].provider);
  });

  it.each(PROVIDER_NAMES)('give %s at least one kind', (provider) => {
    expect(kindsOf(provider)).not.toEqual([]);
  });

  it.each(KIND_NAMES)('have a valid example of %s', (kind) => {
    const { payload, exampleOf } = KINDS[kind];
    const snapshot: unknown = JSON.parse(read('examples/q-1043.json')).snapshot;

    expect(payload.safeParse({ snapshot, ...exampleOf('Q-1043') }).success).toBe(true);
  });
});
