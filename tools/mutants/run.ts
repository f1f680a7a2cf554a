/** `npm run mutants -- [--write] [folder…]`: changes the rules in lambdas/regions, one small change at a time, and counts which changes
 * no test notices. Fails if a folder's score is below the goal or docs/mutants.md does not explain a survivor. */
import { readdirSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Stryker } from '@stryker-mutator/core';
import { print } from '../cli/terminal/print.ts';
import { renderTable } from '../cli/terminal/table.ts';
import { formatMarkdown, markdownTable } from '../generate/markdown.ts';
import { REPOSITORY_ROOT } from '../paths.ts';
import { percentOf, readScore } from './score.ts';
import type { Score, Survivor } from './score.ts';

/** Smallest score of a folder, in percent. */
const GOAL_PERCENT = 90;
/** Cases that each law is tried with against each mutant. */
const LAW_RUNS = '40';

/** Other folders whose tests are there for the rules of a folder. */
const ALSO_TESTED_BY: Readonly<Partial<Record<string, readonly string[]>>> = {
  commands: ['folds'],
  folds: ['cart', 'order', 'stock', 'account'],
  cart: ['folds', 'commands'],
  order: ['folds', 'commands'],
  stock: ['folds', 'commands'],
  account: ['folds', 'commands'],
};

const REPORTS = join(REPOSITORY_ROOT, '.local/mutants');
const PAGE = join(REPOSITORY_ROOT, 'docs/mutants.md');
const TABLE = /(<!-- scores -->\n)[\s\S]*(<!-- end of scores -->)/;
const HEAD = ['folder', 'mutants', 'killed', 'survived', 'score', 'command'];

/** Stryker copies what the patterns leave into its sandbox: the rules, their tests and what those import. */
const OPTIONS = {
  testRunner: 'bundle',
  plugins: ['runner.ts', 'texts.ts'].map((file) => join(import.meta.dirname, file)),
  ignorers: ['texts'],
  coverageAnalysis: 'perTest' as const,
  ignorePatterns: [
    '*',
    '!lambdas/**',
    '!test/unit/regions/**',
    '!tools/{generate,rig}/**',
    '!tools/paths.ts',
    '!docs/**',
    '!package.json',
  ],
  concurrency: 2,
  timeoutMS: 20_000,
  timeoutFactor: 3,
  reporters: ['json', 'progress-append-only'],
};

const allFolders = (): readonly string[] =>
  readdirSync(join(REPOSITORY_ROOT, 'lambdas/regions'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .toSorted();

/** Runs Stryker on the folder. Its report has the folder's name. @throws {Error} If a test fails without any mutant. */
async function mutate(folder: string): Promise<void> {
  const tests = [folder, ...(ALSO_TESTED_BY[folder] ?? [])].join(',');
  Object.assign(process.env, { LAW_RUNS, MUTANT_TESTS: tests });
  const stryker = new Stryker({
    ...OPTIONS,
    mutate: [`lambdas/regions/${folder}/**/*.ts`],
    jsonReporter: { fileName: join(REPORTS, `${folder}.json`) },
  });
  await stryker.runMutationTest();
}

const cells = (score: Score): readonly string[] => [
  score.folder,
  `${score.mutants}`,
  `${score.killed}`,
  `${score.survivors.length}`,
  `${percentOf(score).toFixed(1)} %`,
  `npm run mutants -- ${score.folder}`,
];

function totalOf(scores: readonly Score[]): readonly string[] {
  const sum = (of: (score: Score) => number): number => scores.reduce((total, one) => total + of(one), 0);
  const all = { mutants: sum(({ mutants }) => mutants), killed: sum(({ killed }) => killed) };
  const percent = `${percentOf(all).toFixed(1)} %`;
  return [
    'all',
    `${all.mutants}`,
    `${all.killed}`,
    `${all.mutants - all.killed}`,
    percent,
    'npm run mutants',
  ];
}

async function writeTable(scores: readonly Score[]): Promise<void> {
  const rows = [...scores.map(cells), totalOf(scores)].map((row) => [
    ...row.slice(0, -1),
    `\`${row.at(-1)}\``,
  ]);
  const page = await readFile(PAGE, 'utf8');
  const table = ['', ...markdownTable(HEAD, rows), '', ''].join('\n');
  const written = page.replace(TABLE, (_all, before: string, after: string) => `${before}${table}${after}`);
  await writeFile(PAGE, await formatMarkdown(written));
}

/** How docs/mutants.md names a survivor. Without its line, so that it stays the same if other lines change. */
const nameOf = ({ file, change }: Survivor): string => `${file}: ${change}`;

const named = process.argv.slice(2).filter((word) => !word.startsWith('--'));
const folders = named.length > 0 ? named : allFolders();
const doesWrite = process.argv.includes('--write');

process.chdir(REPOSITORY_ROOT);
await mkdir(REPORTS, { recursive: true });
const scores: Score[] = [];
for (const folder of folders) {
  if (!process.argv.includes('--again')) await mutate(folder);
  scores.push(await readScore(folder, join(REPORTS, `${folder}.json`)));
}
const page = await readFile(PAGE, 'utf8');
const unexplained = scores.flatMap(({ survivors }) => survivors).filter((one) => !page.includes(nameOf(one)));
for (const one of unexplained) print(`${one.file}:${one.line}: ${one.change}`);
print(renderTable(HEAD, [...scores.map(cells), totalOf(scores)]));
print(`${unexplained.length} survivors without an explanation in docs/mutants.md`);
if (doesWrite) await writeTable(scores);
if (unexplained.length > 0 || scores.some((score) => percentOf(score) < GOAL_PERCENT)) process.exitCode = 1;
