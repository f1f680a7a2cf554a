/**
 * Bundles all functions in one esbuild call. `NodejsFunction` starts one esbuild process for each function and Region; one call
 * starts and parses once. The asset's hash is that of the folder's content, so the same sources give the same asset.
 */
import { globSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buildSync } from 'esbuild';
import type { BuildOptions } from 'esbuild';
import { FUNCTION_NAMES, type FunctionName } from './functions.ts';
import { makeTypesetterFolder } from './typesetter-folder.ts';

const REPOSITORY = path.resolve(import.meta.dirname, '../..');

/** Handler files by function name: `lambdas/<context>/handlers/<name>.handler.ts`. */
const HANDLER_FILES: ReadonlyMap<string, string> = new Map(
  globSync('lambdas/*/handlers/*.handler.ts', { cwd: REPOSITORY }).map((file) => [
    path.basename(file, '.handler.ts'),
    file,
  ]),
);

/** The file of a function's handler, relative to the root of the repository. @throws {Error} when no context has one */
export function handlerFileOf(name: FunctionName): string {
  const file = HANDLER_FILES.get(name);
  if (file === undefined) throw new Error(`${name}: expected lambdas/<context>/handlers/${name}.handler.ts`);
  return file;
}

/** Folder of the typesetter in the bundle of the function that renders PDFs; the value of `TYPESETTER_DIR`. */
export const TYPESETTER_DIR = 'typesetter';

/** CommonJS packages in an ES module need `require`, `__filename` and `__dirname`. */
const COMMONJS_BANNER = [
  "import{createRequire as __createRequire}from'node:module';",
  'const require=__createRequire(import.meta.url),__filename=import.meta.filename,__dirname=import.meta.dirname;',
].join('');

/**
 * Options of the bundles. `keepNames` is set because minifying renames error classes, and logs and Catch clauses use their
 * names.
 */
export const bundleOptions = (outdir: string): BuildOptions => ({
  absWorkingDir: REPOSITORY,
  entryPoints: FUNCTION_NAMES.map((name) => ({
    in: handlerFileOf(name),
    out: `${name}/index`,
  })),
  outdir,
  outExtension: { '.js': '.mjs' },
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node24',
  mainFields: ['module', 'main'],
  minify: true,
  keepNames: true,
  legalComments: 'none',
  banner: { js: COMMONJS_BANNER },
  logLevel: 'error',
});

/**
 * Bundles every function into `<outdir>/<function>/index.mjs`; the same sources give the same bytes.
 * @param pdfTemplate a team's own template for the PDF
 * @throws when a handler does not compile
 * @throws {TemplateRefused} when the template does not
 */
export const bundleFunctions = (outdir: string, pdfTemplate?: string): void => {
  makeTypesetterFolder(path.join(outdir, 'run-action-pdf', TYPESETTER_DIR), pdfTemplate);
  buildSync(bundleOptions(outdir));
};

/** Bundles of this process by template; the empty path is that of ours. */
const bundles = new Map<string, string>();

/** Deletes the folders that {@link bundleDirOf} has built in this process; the next call builds again. */
export const removeBundles = (): void => {
  for (const dir of bundles.values()) rmSync(dir, { recursive: true, force: true });
  bundles.clear();
};

const bundleOnce = (pdfTemplate = ''): string => {
  const built = bundles.get(pdfTemplate);
  if (built !== undefined) return built;
  const dir = mkdtempSync(path.join(tmpdir(), 'quoteq-bundles-'));
  if (bundles.size === 0) process.once('exit', removeBundles);
  bundles.set(pdfTemplate, dir);
  bundleFunctions(dir, pdfTemplate === '' ? undefined : pdfTemplate);
  return dir;
};

/**
 * The folder with the bundle of a function (`index.mjs`, export `handler`). The first call in a process builds all of them.
 * They are deleted by {@link removeBundles} or when the process ends, so the caller must copy what it keeps (a CDK asset does).
 * @param pdfTemplate a team's own template for the PDF
 * @throws when a handler does not compile
 * @throws {TemplateRefused} when the template does not
 */
export const bundleDirOf = (name: FunctionName, pdfTemplate?: string): string =>
  path.join(bundleOnce(pdfTemplate), name);
