import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { Env } from '../../lambdas/contracts/environment.ts';
import { FONT_FILES } from '../../lambdas/contracts/font-files.ts';
import { bundleFunctions, FONTS_DIR, FUNCTION_NAMES } from '../../lib/bundling/bundle-functions.ts';

const hashesOf = (dir: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    readdirSync(dir, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => path.join(entry.parentPath, entry.name))
      .map((file) => [
        path.relative(dir, file),
        createHash('sha256').update(readFileSync(file)).digest('hex'),
      ]),
  );

describe('bundleFunctions', () => {
  let root: string;
  let first: string;

  beforeAll(() => {
    root = mkdtempSync(path.join(tmpdir(), 'quoteq-bundles-test-'));
    first = path.join(root, 'first');
    bundleFunctions(first);
  });
  afterAll(() => rmSync(root, { recursive: true, force: true }));
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  it.each(FUNCTION_NAMES)('makes a module of %s that loads and exports its handler', async (name) => {
    for (const variable of Object.values(Env)) vi.stubEnv(variable, 'https://example.test');
    vi.stubEnv(Env.FontsDir, FONTS_DIR);
    vi.stubEnv('AWS_REGION', 'eu-central-1');

    const bundle: unknown = await import(path.join(first, name, 'index.mjs'));

    expect(bundle).toHaveProperty('handler', expect.any(Function));
  });

  it('puts every font beside the function that renders, and nowhere else', () => {
    const files = Object.keys(hashesOf(first)).filter((file) => !file.endsWith('index.mjs'));

    expect(files.toSorted()).toEqual(
      Object.values(FONT_FILES)
        .map(({ fileName }) => `run-action-pdf/${FONTS_DIR}/${fileName}`)
        .toSorted(),
    );
  });

  it('gives the same bytes each time, so that an unchanged function is not deployed again', () => {
    const second = path.join(root, 'second');

    bundleFunctions(second);

    expect(hashesOf(second)).toEqual(hashesOf(first));
  });

  it('keeps the names of error classes, which logs and the state machine match', () => {
    const source = readFileSync(path.join(first, 'publish-transitions', 'index.mjs'), 'utf8');

    expect(source).toContain('"QueueError"');
  });
});
