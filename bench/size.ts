/** Size and cold import of every deployed bundle, as esbuild leaves it for Lambda. */
import { execFileSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { FUNCTION_ENV, type FunctionName } from '../lambdas/contracts/environment.ts';
import { bundleDirOf, FUNCTION_NAMES } from '../lib/bundling/bundle-functions.ts';
import { type Figure, median, report } from './report.ts';

/** Imports per bundle, each in a fresh process. */
const SAMPLES = 7;
/** Limit of the workers that carry no renderer. */
const WORKER_LIMIT_KB = 600;
const LIMITED: readonly FunctionName[] = ['run-action-crm', 'run-action-slack'];

const TIMER = `const t=performance.now();await import(process.argv[1]);process.stdout.write(String(performance.now()-t));process.exit(0)`;

const kilobytes = (bytes: number): number => Math.round(bytes / 102.4) / 10;

/** Every variable the function requires, with a value that none of them uses while being imported. */
const environmentFor = (name: FunctionName): Record<string, string> => ({
  ...Object.fromEntries(
    FUNCTION_ENV[name].map((variable) => [
      variable,
      variable.endsWith('URL') ? 'https://example.invalid/' : 'example',
    ]),
  ),
  AWS_REGION: 'us-east-1',
  PATH: process.env['PATH'] ?? '',
});

function coldImportMs(name: FunctionName): number {
  const bundle = pathToFileURL(join(bundleDirOf(name), 'index.mjs')).href;
  const args = ['--input-type=module', '-e', TIMER, bundle];
  const run = () =>
    Number(execFileSync(process.execPath, args, { env: environmentFor(name), encoding: 'utf8' }));
  return Math.round(median(Array.from({ length: SAMPLES }, run)));
}

function figuresOf(name: FunctionName): Figure[] {
  const dir = bundleDirOf(name);
  const codeKb = kilobytes(statSync(join(dir, 'index.mjs')).size);
  const limit = LIMITED.includes(name) ? { goal: `≤ ${WORKER_LIMIT_KB}`, ok: codeKb <= WORKER_LIMIT_KB } : {};
  const files = readdirSync(dir, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const bytes = files.reduce((sum, file) => sum + statSync(join(file.parentPath, file.name)).size, 0);
  return [
    { name: `${name} code`, value: codeKb, unit: 'KB', ...limit, samples: 1 },
    { name: `${name} with its files`, value: kilobytes(bytes), unit: 'KB', samples: 1 },
    { name: `${name} cold import`, value: coldImportMs(name), unit: 'ms', samples: SAMPLES },
  ];
}

report(FUNCTION_NAMES.flatMap(figuresOf));
