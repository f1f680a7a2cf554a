/** Size and cold import time of every deployed bundle. */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { FUNCTION_NAMES, type FunctionName } from '../lib/shared/functions.ts';
import { byWorker, providerRow } from '../lambdas/shared/contracts/providers.ts';
import { bundleDirOf } from '../lib/shared/bundle-functions.ts';
import { coldImport } from './cold-import.ts';
import { type Figure, median, report } from '../tools/report/report.ts';

/** Imports of each bundle, each in a new process. */
const SAMPLES = 7;
const LIMIT_KB: Readonly<Partial<Record<FunctionName, number | undefined>>> = byWorker(
  (provider) => providerRow(provider).workerCodeKb,
);

const kilobytes = (bytes: number): number => Math.round(bytes / 102.4) / 10;

function medianImportMs(name: FunctionName): number {
  const bundle = join(bundleDirOf(name), 'index.mjs');
  return Math.round(median(Array.from({ length: SAMPLES }, () => coldImport(bundle, name).wallMs)));
}

function figuresOf(name: FunctionName): Figure[] {
  const dir = bundleDirOf(name);
  const codeKb = kilobytes(statSync(join(dir, 'index.mjs')).size);
  const limitKb = LIMIT_KB[name];
  const limit = limitKb === undefined ? {} : { goal: `≤ ${limitKb}`, ok: codeKb <= limitKb };
  const files = readdirSync(dir, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const bytes = files.reduce((sum, file) => sum + statSync(join(file.parentPath, file.name)).size, 0);
  return [
    { name: `${name} code`, value: codeKb, unit: 'KB', ...limit, samples: 1 },
    { name: `${name} with its files`, value: kilobytes(bytes), unit: 'KB', samples: 1 },
    { name: `${name} cold import`, value: medianImportMs(name), unit: 'ms', samples: SAMPLES },
  ];
}

report(FUNCTION_NAMES.flatMap(figuresOf));
