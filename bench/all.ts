/**
 * Runs every benchmark and prints one table; its last line is the list of all figures as JSON. With `--write` it writes
 * `docs/performance.md`. The benchmarks are the scripts in package.json named `bench:…`, and `size` and `sim`.
 */
import { report } from '../tools/report/report.ts';
import { writePerformancePage } from './performance-page.ts';
import { benchScripts, runScript } from './scripts.ts';
import type { ScriptFigures } from './scripts.ts';

const results: ScriptFigures[] = [];
for (const script of benchScripts()) {
  process.stderr.write(`npm run ${script.name}\n`);
  results.push({ script, figures: await runScript(script) });
}
if (process.argv.includes('--write')) await writePerformancePage(results, new Date());
report(results.flatMap(({ figures }) => figures));
