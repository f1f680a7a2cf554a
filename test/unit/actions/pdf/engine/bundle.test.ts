import { execFileSync } from 'node:child_process';
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { build } from 'esbuild';
import { afterAll, describe, expect, it } from 'vitest';
import { ownRenderer } from './renderer.ts';
import { quoteSnapshot } from './snapshots.ts';

const REPOSITORY = path.resolve(import.meta.dirname, '../../../../..');
const { dir, renderer, remove } = ownRenderer();
/** Outside the repository, so that a bundle that still needs a package or a data file cannot find it. */
const bundleDir = mkdtempSync(path.join(tmpdir(), 'quote-pdf-bundle-'));
afterAll(() => {
  remove();
  rmSync(bundleDir, { recursive: true });
});

const RUN = `
  import { readFileSync, writeFileSync } from 'node:fs';
  import { QuoteRenderer } from './index.mjs';
  const snapshot = JSON.parse(readFileSync('snapshot.json', 'utf8'));
  const renderer = new QuoteRenderer(process.argv[2]);
  writeFileSync('out.pdf', (await renderer.render(snapshot)).pdf);
`;

/** Bundles with the settings of the deployed functions. KEEP IN STEP WITH lib/shared/bundle-functions.ts */
const bundleRenderer = () =>
  build({
    absWorkingDir: REPOSITORY,
    entryPoints: ['lambdas/actions/pdf/engine/index.ts'],
    outfile: path.join(bundleDir, 'index.mjs'),
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    mainFields: ['module', 'main'],
    minify: true,
    keepNames: true,
    banner: {
      js: "import{createRequire as r}from'node:module';const require=r(import.meta.url),__dirname=import.meta.dirname;",
    },
    logLevel: 'silent',
  });

describe('the bundled renderer', () => {
  it('gives the same bytes as the source, with no package beside it, and lets its process end', async () => {
    const snapshot = quoteSnapshot({ title: 'שלום 😀 软件 مرحبا 东京 ไทย' });
    await bundleRenderer();
    writeFileSync(path.join(bundleDir, 'snapshot.json'), JSON.stringify(snapshot));
    writeFileSync(path.join(bundleDir, 'run.mjs'), RUN);

    execFileSync(process.execPath, ['run.mjs', dir], { cwd: bundleDir });

    const expected = (await renderer.render(snapshot)).pdf;
    expect(Buffer.compare(readFileSync(path.join(bundleDir, 'out.pdf')), expected)).toBe(0);
  });
});

const sourcesWith = (pattern: RegExp): string[] =>
  globSync(['lambdas/**/*.ts', 'lib/**/*.ts'], { cwd: REPOSITORY })
    .filter((file) => pattern.test(readFileSync(path.join(REPOSITORY, file), 'utf8')))
    .toSorted();

describe('the compiler', () => {
  it('is imported by its process alone', () => {
    expect(sourcesWith(/^import .*'@myriaddreamin\//m)).toStrictEqual([
      'lambdas/actions/pdf/engine/typeset-process.ts',
    ]);
  });

  it('reaches one function: run-action-pdf', () => {
    const renderers = sourcesWith(/from '.*\/engine\/(index|render-quote-pdf)\.ts'/);
    const workers = sourcesWith(/from '.*\/actions\/pdf\/worker\.ts'/);

    expect(renderers).toStrictEqual(['lambdas/actions/pdf/worker.ts']);
    expect(workers).toStrictEqual(['lambdas/queue/handlers/run-action-pdf.handler.ts']);
  });
});
