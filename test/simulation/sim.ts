/**
 * `npm run sim`: the queue under simulated faults. `--seeds N` runs many, `--seed N` replays one and prints its timeline,
 * `--zoo` hunts planted bugs, `--exhaustive` searches the small scope, `--regions` searches the small worlds of the rules of
 * Regions. The last line is JSON; `--json` prints only that line.
 */
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { report } from '../../tools/report/report.ts';
import { Pool } from './queue/runner/pool.ts';
import { replay } from './queue/runner/replay.ts';
import { figuresOf, neverReached, runSeeds, SEEDS_FOR_RARE_STATES } from './queue/runner/run-seeds.ts';
import { asTest, shrunk } from './queue/runner/shrink.ts';
import { figuresOfSearches, searchAll } from './queue/exhaustive/scopes.ts';
import { BUGS } from './queue/zoo/bugs.ts';
import { figuresOfHunts, huntAll, renderHunts } from './queue/zoo/hunt.ts';
import type { Answer } from './queue/runner/seed-worker.ts';
import {
  figuresOfScopes,
  renderSearches,
  searchAll as searchScopes,
  violationText,
} from './regions/scope/run.ts';
import { SCOPES } from './regions/scope/scopes.ts';

const OPTIONS = {
  seeds: { type: 'string', default: '1000' },
  from: { type: 'string', default: '0' },
  seed: { type: 'string' },
  zoo: { type: 'boolean', default: false },
  exhaustive: { type: 'boolean', default: false },
  regions: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

const HELP = `npm run sim -- [options]: the queue under simulated faults (docs/simulation.md)

  --seeds <count>  run so many seeds (default: ${OPTIONS.seeds.default})
  --from <seed>    the first of them (default: ${OPTIONS.from.default})
  --seed <seed>    replay one, with its timeline
  --zoo            hunt planted bugs
  --exhaustive     search the small scope
  --regions        search the small worlds of the rules of Regions (docs/consistency.md)
  --json           print the last line alone

Example: npm run sim -- --seeds 20
`;

/** Exits with one line for a wrong option, before any work. */
function refuse(text: string): never {
  process.stderr.write(`error: ${text}\n`);
  process.exit(1);
}

function parseOptions() {
  try {
    return parseArgs({ options: OPTIONS }).values;
  } catch (error) {
    const known = Object.keys(OPTIONS).map((name) => `--${name}`);
    const why = error instanceof Error ? error.message.split(/\.\s/)[0] : String(error);
    return refuse(`${why}; expected ${known.join(', ')}`);
  }
}

const values = parseOptions();
if (values.help) {
  process.stdout.write(HELP);
  process.exit(0);
}

const print = (text: string): void => {
  if (!values.json) process.stdout.write(`${text}\n`);
};

function count(option: string, value: string, least: number): number {
  const number = Number(value);
  if (Number.isInteger(number) && number >= least) return number;
  return refuse(`--${option}: expected a whole number from ${least} on, got ${value}`);
}

async function explain(pool: Pool, { plan, violations }: Answer): Promise<void> {
  for (const { invariant, text } of violations) print(`seed ${plan.seed}: ${invariant}: ${text}`);
  const [first] = violations;
  if (first === undefined || values.json) return;
  const smallest = await shrunk(pool, plan, first.invariant);
  print(`  ${plan.entries.length} entries, shrunk to ${smallest.entries.length}; as a regression test:\n`);
  print(`${asTest(smallest, first.invariant)}\n`);
}

async function runMany(seeds: number, from: number): Promise<void> {
  const pool = new Pool();
  try {
    const findings = await runSeeds(pool, from, seeds);
    for (const failure of findings.failures) await explain(pool, failure);
    const missing = neverReached(findings);
    if (seeds >= SEEDS_FOR_RARE_STATES && missing.length > 0) print(`never reached: ${missing.join('; ')}`);
    report(figuresOf(findings));
  } finally {
    await pool.stop();
  }
}

async function runZoo(): Promise<void> {
  const hunts = await huntAll(BUGS, availableParallelism());
  print(renderHunts(hunts));
  report(figuresOfHunts(hunts));
}

async function runRegions(): Promise<void> {
  const inputs = SCOPES.map(({ name }) => ({ scope: name, mutations: [] }));
  const searches = await searchScopes(inputs, availableParallelism());
  for (const search of searches)
    if (search.violation !== undefined) print(`${search.scope}: ${violationText(search)}`);
  print(renderSearches(searches));
  report(figuresOfScopes(searches));
}

if (values.zoo) await runZoo();
else if (values.regions) await runRegions();
else if (values.exhaustive) report(figuresOfSearches(await searchAll()));
else if (values.seed !== undefined) report(await replay(count('seed', values.seed, 0), print));
else await runMany(count('seeds', values.seeds, 1), count('from', values.from, 0));
