import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { buildSync } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Env } from '../../lambdas/shared/contracts/environment.ts';
import { FUNCTION_NAMES } from '../../lib/shared/functions.ts';
import { FONT_FILES } from '../../lambdas/actions/pdf/contracts/font-files.ts';
import { bundleFunctions, bundleOptions, FONTS_DIR } from '../../lib/shared/bundle-functions.ts';

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

/**
 * The output of a module, as JSON. It runs in its own process, like in Lambda, since the test runner would provide `require` and
 * `__dirname`.
 */
const runModule = (source: string): unknown => {
  const variables = Object.fromEntries(Object.values(Env).map((name) => [name, 'https://example.test']));
  const env = { ...variables, [Env.FontsDir]: FONTS_DIR, AWS_REGION: 'eu-central-1' };
  return JSON.parse(
    execFileSync(process.execPath, ['--input-type=module', '--eval', source], { env, encoding: 'utf8' }),
  );
};

describe('bundleFunctions', () => {
  let root: string;
  let first: string;

  beforeAll(() => {
    root = mkdtempSync(path.join(tmpdir(), 'quoteq-bundles-test-'));
    first = path.join(root, 'first');
    bundleFunctions(first);
  });
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  it('makes modules that load and export a handler', () => {
    const types = runModule(
      `const types = {};
       for (const name of ${JSON.stringify(FUNCTION_NAMES)})
         types[name] = typeof (await import(${JSON.stringify(first)} + '/' + name + '/index.mjs')).handler;
       console.log(JSON.stringify(types));`,
    );

    expect(types).toEqual(Object.fromEntries(FUNCTION_NAMES.map((name) => [name, 'function'])));
  });

  it('copies every font only to the function that renders', () => {
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
});

/** A CommonJS package and an error class, which have special needs in a bundle. */
const FIXTURE = {
  'commonjs.cjs':
    "const pick = (name) => require(name); exports.zlib = pick('node:zlib'); exports.dir = __dirname;",
  'fixture.ts':
    "import { dir, zlib } from './commonjs.cjs';\nclass WorkerLost extends Error {}\nexport const handler = () => ({ dir, gzip: typeof zlib.gzipSync, name: WorkerLost.name });",
} as const;

describe('bundleOptions', () => {
  let root: string;

  beforeAll(() => {
    root = mkdtempSync(path.join(tmpdir(), 'quoteq-bundle-options-'));
    for (const [file, source] of Object.entries(FIXTURE)) writeFileSync(path.join(root, file), source);
  });
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  it('provides CommonJS packages with modules and their path, and keeps the names of classes', () => {
    const outdir = path.join(root, 'out');

    buildSync({ ...bundleOptions(outdir), entryPoints: [path.join(root, 'fixture.ts')] });

    const answer = runModule(
      `const { handler } = await import(${JSON.stringify(path.join(outdir, 'fixture.mjs'))});
       console.log(JSON.stringify(handler()));`,
    );
    expect(answer).toEqual({ dir: outdir, gzip: 'function', name: 'WorkerLost' });
  });
});
