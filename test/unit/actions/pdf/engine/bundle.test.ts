import { execFileSync } from 'node:child_process';
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { build } from 'esbuild';
import { afterAll, describe, expect, it } from 'vitest';
import { renderQuotePdf } from '../../../../../lambdas/actions/pdf/engine/index.ts';
import { makeFontsDir, removeFontsDir } from './fonts-dir.ts';
import { quoteSnapshot } from './snapshots.ts';

const REPOSITORY = path.resolve(import.meta.dirname, '../../../../..');
const fontsDir = makeFontsDir();
/** Outside the repository, so that a bundle that still needs a package or a data file cannot find it. */
const bundleDir = mkdtempSync(path.join(tmpdir(), 'quote-pdf-bundle-'));
afterAll(() => {
  removeFontsDir(fontsDir);
  rmSync(bundleDir, { recursive: true });
});

const RUN = `
  import { readFileSync, writeFileSync } from 'node:fs';
  import { renderQuotePdf } from './index.mjs';
  const snapshot = JSON.parse(readFileSync('snapshot.json', 'utf8'));
  writeFileSync('out.pdf', await renderQuotePdf(snapshot, { fontsDir: process.argv[2] }));
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
  it('gives the same bytes as the source, without any package or data file', async () => {
    const snapshot = quoteSnapshot({ title: 'שלום 😀 软件 مرحبا 东京 ไทย' });
    await bundleRenderer();
    writeFileSync(path.join(bundleDir, 'snapshot.json'), JSON.stringify(snapshot));
    writeFileSync(path.join(bundleDir, 'run.mjs'), RUN);

    execFileSync(process.execPath, ['run.mjs', fontsDir], { cwd: bundleDir });

    const expected = await renderQuotePdf(snapshot, { fontsDir });
    expect(Buffer.compare(readFileSync(path.join(bundleDir, 'out.pdf')), expected)).toBe(0);
  });
});

const sourcesWith = (pattern: RegExp): string[] =>
  globSync(['lambdas/**/*.ts', 'lib/**/*.ts'], { cwd: REPOSITORY })
    .filter((file) => pattern.test(readFileSync(path.join(REPOSITORY, file), 'utf8')))
    .toSorted();

describe('pdfmake and fontkit', () => {
  it('are imported by the renderer alone', () => {
    const importers = sourcesWith(/^import .*'(pdfmake|fontkit)[/']/m);

    expect(importers.filter((file) => !file.startsWith('lambdas/actions/pdf/engine/'))).toStrictEqual([]);
    expect(importers).toContain('lambdas/actions/pdf/engine/render-quote-pdf.ts');
  });

  it('are bundled into one function only: run-action-pdf', () => {
    const renderers = sourcesWith(/from '.*\/engine\/(index|render-quote-pdf)\.ts'/);
    const workers = sourcesWith(/from '.*\/actions\/pdf\/worker\.ts'/);

    expect(renderers).toStrictEqual(['lambdas/actions/pdf/worker.ts']);
    expect(workers).toStrictEqual(['lambdas/queue/handlers/run-action-pdf.handler.ts']);
  });
});
