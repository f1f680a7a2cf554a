import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { buildSync } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Env } from '../../lambdas/shared/contracts/environment.ts';
import { FUNCTION_NAMES } from '../../lib/shared/functions.ts';
import { FONT_FAMILIES } from '../../lambdas/actions/pdf/contracts/font-files.ts';
import { bundleFunctions, bundleOptions, TYPESETTER_DIR } from '../../lib/shared/bundle-functions.ts';

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
 * What a module prints, as JSON. In a process of its own, as in Lambda: the test runner would lend the module a
 * `require` and a `__dirname`.
 */
const runModule = (source: string): unknown => {
  const variables = Object.fromEntries(Object.values(Env).map((name) => [name, 'https://example.test']));
  const env = { ...variables, [Env.TypesetterDir]: TYPESETTER_DIR, AWS_REGION: 'eu-central-1' };
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

  it('puts compiler, fonts and template beside the function that renders, and nowhere else', () => {
    const files = Object.keys(hashesOf(first)).filter((file) => !file.endsWith('index.mjs'));
    const fonts = Object.values(FONT_FAMILIES).flatMap(({ packagePaths }) => packagePaths);

    expect(files.toSorted()).toEqual(
      [
        'compiler.node',
        'main',
        'typeset.mjs',
        'version',
        'template/quote.typ',
        'template/quoteq/text.typ',
        ...fonts.map((file) => `fonts/${path.basename(file)}`),
      ]
        .map((file) => `run-action-pdf/${TYPESETTER_DIR}/${file}`)
        .toSorted(),
    );
  });

  it('stays below what Lambda unpacks', () => {
    const dir = path.join(first, 'run-action-pdf');
    const bytes = readdirSync(dir, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .reduce((sum, entry) => sum + statSync(path.join(entry.parentPath, entry.name)).size, 0);

    expect(bytes).toBeLessThan(200_000_000);
  });

  it('gives the same bytes each time, so that an unchanged function is not deployed again', () => {
    const second = path.join(root, 'second');

    bundleFunctions(second);

    expect(hashesOf(second)).toEqual(hashesOf(first));
  });
});

/** What a package that is no ES module, and an error class, need of a bundle. */
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

  it('lets CommonJS packages find modules and themselves, and keeps the names of classes', () => {
    const outdir = path.join(root, 'out');

    buildSync({ ...bundleOptions(outdir), entryPoints: [path.join(root, 'fixture.ts')] });

    const answer = runModule(
      `const { handler } = await import(${JSON.stringify(path.join(outdir, 'fixture.mjs'))});
       console.log(JSON.stringify(handler()));`,
    );
    expect(answer).toEqual({ dir: outdir, gzip: 'function', name: 'WorkerLost' });
  });
});
