/** Renders `docs/performance.md`: the latest figures, the machine, the method. */
import { ActionKind } from '../lambdas/actions/kinds.ts';
import { writeFile } from 'node:fs/promises';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { FOLD_METHOD } from './fold/method.ts';
import type { ScriptFigures } from './scripts.ts';

/** Path of the page. */
const PERFORMANCE_PAGE = join(import.meta.dirname, '..', 'docs', 'performance.md');

/** The method of each benchmark, by its script. */
const METHODS: Readonly<Record<string, string>> = {
  'bench:action': `One \`${ActionKind.CrmSync}\` action from the client’s request to the end of its execution, over a hello-world execution with one function, in turns.`,
  'bench:cost':
    'Billable operations of an action and of the naive recipe, counted from the calls of the deployed functions ([cost.md](cost.md)).',
  'bench:fold': FOLD_METHOD,
  'bench:import':
    'Import of each bundle over that of its SDK clients and packages alone, each in a fresh process, in turns; medians of CPU time.',
  'bench:status':
    'From a transition to Slack’s answer to the card’s update, as the deployment stores it for the KPI; one task at a time, then eight.',
  'bench:sweep': 'Reads of the sweep per stuck task with few and with many live tasks in the table.',
  sim: 'Simulated time over wall time of the deterministic simulation, 50 seeds.',
  size: 'Size of each bundle as it is deployed, and its import in a fresh process.',
};

/** The machine that this runs on. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGb: number;
  /** E.g. `v24.21.0`. */
  readonly node: string;
}

const thisMachine = (): Machine => ({
  cpu: cpus()[0]?.model.trim() ?? 'unknown',
  cores: cpus().length,
  memoryGb: Math.round(totalmem() / 1_024 ** 3),
  node: process.version,
});

function sectionOf({ script, figures }: ScriptFigures): readonly string[] {
  const command = ['npm run', script.name, ...(script.args.length > 0 ? ['--', ...script.args] : [])].join(
    ' ',
  );
  const rows = figures.map(({ name, value, unit, goal, ok, samples }) => {
    const met = ok === undefined ? '' : ok ? 'yes' : '**no**';
    return `| ${name} | ${value} | ${unit} | ${goal ?? ''} | ${met} | ${samples} |`;
  });
  return [
    '',
    `## \`${command}\``,
    '',
    METHODS[script.name] ?? 'See the head of its source.',
    '',
    '| name | value | unit | goal | met | samples |',
    '| --- | ---: | --- | --- | --- | ---: |',
    ...rows,
  ];
}

/** The page. */
export const renderPerformancePage = (
  results: readonly ScriptFigures[],
  now: Date,
  machine: Machine,
): string =>
  [
    '# Performance',
    '',
    `Written by \`npm run bench -- --write\` on ${now.toISOString().slice(0, 10)}: ${machine.cpu}, ${machine.cores} cores, ${machine.memoryGb} GB, Node ${machine.node}, everything on this one`,
    'machine. Ratios compare two things measured in one run, so they are more reliable than the times, which depend on the machine',
    'and its other load. The local AWS is not AWS: its stream and queue deliver within milliseconds, its services do not slow down',
    'under load.',
    ...results.flatMap(sectionOf),
    '',
  ].join('\n');

/** Writes the page. */
export const writePerformancePage = (results: readonly ScriptFigures[], now: Date): Promise<void> =>
  writeFile(PERFORMANCE_PAGE, renderPerformancePage(results, now, thisMachine()));
