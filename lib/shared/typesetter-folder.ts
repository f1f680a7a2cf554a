/** Makes the typesetter's folder: compiler, its process, fonts, template, and the version over all of them. */
import { createHash } from 'node:crypto';
import { copyFileSync, cpSync, globSync, lstatSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { spawnSync } from 'node:child_process';
import { buildSync } from 'esbuild';
import { FONT_FAMILIES } from '../../lambdas/actions/pdf/contracts/font-files.ts';
import { TemplateRefused } from './template-refused.ts';
import { SAMPLE_PAGES } from '../../lambdas/actions/pdf/contracts/sample-pages.ts';
import {
  CHECK_ARGUMENT,
  TYPESET_ENVIRONMENT,
  TYPESET_LIMITS,
  type TypesetLimits,
} from '../../lambdas/actions/pdf/contracts/typeset-message.ts';
import {
  HELPERS,
  PAGE_DATA_VERSION,
  TypesetterFile,
} from '../../lambdas/actions/pdf/contracts/typesetter-files.ts';

const REPOSITORY = path.resolve(import.meta.dirname, '../..');
const PACKAGES = path.join(REPOSITORY, 'node_modules');
const TEMPLATE_DIR = path.join(REPOSITORY, 'lambdas/actions/pdf/template');
const HELPERS_DIR = path.join(REPOSITORY, 'lambdas/actions/pdf/template-helpers');

/** The template that is used if a team has none of its own. */
export const DEFAULT_TEMPLATE = path.join(TEMPLATE_DIR, 'quote.typ');

/** The package that has the compiler for the processor of the function; Lambda's Linux is a GNU one. */
const COMPILER_PACKAGE = '@myriaddreamin/typst-ts-node-compiler-linux-x64-gnu';
const COMPILER_FILE = 'typst-ts-node-compiler.linux-x64-gnu.node';

/** Limits of a template's folder: it becomes part of the function. */
const MAX_FILES = 100;
const MAX_BYTES = 20_000_000;

/** Names of the template's folder that are ours. */
const RESERVED = new RegExp(`^${HELPERS}[/\\\\]`);

/** Files of a template's folder, relative to it. A link could lead out of the folder, so none is followed. */
function templateFiles(dir: string): readonly string[] {
  const entries = globSync('**/*', { cwd: dir, withFileTypes: true });
  const link = entries.find((entry) => entry.isSymbolicLink());
  if (link !== undefined)
    throw new TemplateRefused(`${link.name}: expected no symbolic link beside a template`);
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(dir, path.join(entry.parentPath, entry.name)))
    .toSorted();
  if (files.some((file) => RESERVED.test(file)))
    throw new TemplateRefused(
      `${HELPERS}: expected no folder of this name beside a template; the helpers are put there`,
    );
  const bytes = files.reduce((sum, file) => sum + lstatSync(path.join(dir, file)).size, 0);
  if (files.length > MAX_FILES || bytes > MAX_BYTES)
    throw new TemplateRefused(
      `${dir}: expected at most ${MAX_FILES} files and ${MAX_BYTES / 1e6} MB beside a template; give it a folder of its own`,
    );
  return files;
}

function copyTemplate(templateFile: string, target: string): void {
  const dir = path.dirname(templateFile);
  for (const file of templateFiles(dir)) {
    mkdirSync(path.dirname(path.join(target, file)), { recursive: true });
    copyFileSync(path.join(dir, file), path.join(target, file));
  }
  cpSync(HELPERS_DIR, path.join(target, HELPERS), { recursive: true });
}

function copyFonts(target: string): void {
  mkdirSync(target, { recursive: true });
  for (const file of Object.values(FONT_FAMILIES).flatMap(({ packagePaths }) => packagePaths))
    copyFileSync(path.join(PACKAGES, file), path.join(target, path.basename(file)));
}

const bundleProcess = (outfile: string): void => {
  buildSync({
    absWorkingDir: REPOSITORY,
    entryPoints: ['lambdas/actions/pdf/engine/typeset-process.ts'],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    minify: true,
    legalComments: 'none',
    logLevel: 'error',
  });
};

const digest = (content: Buffer | string): string => createHash('sha256').update(content).digest('hex');

/** Everything in the folder decides how a page looks, so the version is a hash over all of it. */
function versionOf(dir: string): string {
  const files = globSync('**/*', { cwd: dir, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .toSorted();
  const hashes = files.map((file) => `${path.relative(dir, file)} ${digest(readFileSync(file))}`);
  return `quote-pdf/${digest([PAGE_DATA_VERSION, ...hashes].join('\n'))}`;
}

function copyCompiler(target: string): void {
  try {
    copyFileSync(path.join(PACKAGES, COMPILER_PACKAGE, COMPILER_FILE), target);
  } catch (cause) {
    throw new Error(
      `${COMPILER_PACKAGE}: expected this package; on another system than Linux on x86_64 install it with npm ci --os=linux --cpu=x64 --libc=glibc`,
      { cause },
    );
  }
}

/** @throws {TemplateRefused} with the compiler's message, file and line */
function checkTemplate(dir: string, { timeMs }: Pick<TypesetLimits, 'timeMs'>): void {
  for (const page of SAMPLE_PAGES) {
    const { stdout, stderr, error } = spawnSync(
      process.execPath,
      [path.join(dir, TypesetterFile.Process), dir, CHECK_ARGUMENT],
      {
        env: TYPESET_ENVIRONMENT,
        input: JSON.stringify(page),
        encoding: 'utf8',
        timeout: timeMs,
        killSignal: 'SIGKILL',
      },
    );
    const failure = error === undefined ? stdout || stderr : `The template took more than ${timeMs} ms.`;
    if (failure !== '') throw new TemplateRefused(failure);
  }
}

/**
 * Makes the folder; the same sources give the same bytes.
 * @param templateFile a team's own template; everything in its folder comes along
 * @throws {TemplateRefused} when the template's folder holds a link, or too much, or when the template does not compile
 */
export function makeTypesetterFolder(
  dir: string,
  templateFile: string = DEFAULT_TEMPLATE,
  limits: Pick<TypesetLimits, 'timeMs'> = TYPESET_LIMITS,
): void {
  mkdirSync(path.join(dir, TypesetterFile.Template), { recursive: true });
  copyTemplate(templateFile, path.join(dir, TypesetterFile.Template));
  writeFileSync(path.join(dir, TypesetterFile.Main), path.basename(templateFile));
  copyFonts(path.join(dir, TypesetterFile.Fonts));
  copyCompiler(path.join(dir, TypesetterFile.Compiler));
  bundleProcess(path.join(dir, TypesetterFile.Process));
  if (templateFile !== DEFAULT_TEMPLATE) checkTemplate(dir, limits);
  writeFileSync(path.join(dir, TypesetterFile.Version), versionOf(dir));
}
