/**
 * Compares the cold import of every deployed bundle with that of its packages alone (see `sdk-floor.ts`), each in a new
 * process, alternately. It measures CPU time, because the wall time also depends on how long a process waits for a core.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FUNCTION_NAMES, type FunctionName } from '../lib/shared/functions.ts';
import { bundleDirOf } from '../lib/shared/bundle-functions.ts';
import { coldImport } from './cold-import.ts';
import { type Figure, median, report } from '../tools/report/report.ts';
import { bundleFloor } from './sdk-floor.ts';

/** Number of imports of each bundle. */
const SAMPLES = 25;
const GOAL = 1.2;

const rounded = (value: number, digits: number): number => Number(value.toFixed(digits));

function figuresOf(name: FunctionName, dir: string): readonly Figure[] {
  const floorFile = join(dir, `${name}.mjs`);
  bundleFloor(name, floorFile);
  const bundleFile = join(bundleDirOf(name), 'index.mjs');
  const floor: number[] = [];
  const bundle: number[] = [];
  for (let run = 0; run < SAMPLES; run += 1) {
    floor.push(coldImport(floorFile, name).cpuMs);
    bundle.push(coldImport(bundleFile, name).cpuMs);
  }
  const ratio = rounded(median(bundle) / median(floor), 2);
  return [
    { name: `${name}, packages alone`, value: rounded(median(floor), 1), unit: 'CPU ms', samples: SAMPLES },
    { name: `${name}, bundle`, value: rounded(median(bundle), 1), unit: 'CPU ms', samples: SAMPLES },
    {
      name: `${name}, bundle ÷ packages`,
      value: ratio,
      unit: '×',
      goal: `≤ ${GOAL}`,
      ok: ratio <= GOAL,
      samples: SAMPLES,
    },
  ];
}

const dir = mkdtempSync(join(tmpdir(), 'quoteq-floor-'));
try {
  report(FUNCTION_NAMES.flatMap((name) => figuresOf(name, dir)));
} finally {
  rmSync(dir, { recursive: true, force: true });
}
