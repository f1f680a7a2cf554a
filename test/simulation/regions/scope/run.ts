/** Searches, each in a thread of its own, a few at a time. */
import { Worker } from 'node:worker_threads';
import type { Figure } from '../../../../tools/report/report.ts';
import { renderTable } from '../../../../tools/cli/terminal/table.ts';
import type { Mutation } from '../../queue/runner/mutation.ts';
import type { Search } from './explore.ts';

/** What a thread is started with. */
export interface SearchInput {
  /** Name of the scope. */
  readonly scope: string;
  readonly mutations: readonly Mutation[];
}

/** What a thread tells. */
export interface ScopeSearch extends Search {
  readonly scope: string;
  /** Time of the thread on its core, loading included, in ms: other load on the machine does not change it. */
  readonly cpuMs: number;
}

async function searchScope(workerData: SearchInput): Promise<ScopeSearch> {
  const worker = new Worker(new URL('./search-worker.ts', import.meta.url), {
    workerData,
    execArgv: [],
    env: {},
  });
  try {
    return await new Promise<ScopeSearch>((resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', reject);
    });
  } finally {
    await worker.terminate();
  }
}

/** Runs all searches, `atOnce` beside each other. The answers have the order of the inputs. */
export async function searchAll(
  inputs: readonly SearchInput[],
  atOnce: number,
): Promise<readonly ScopeSearch[]> {
  const queue = inputs.entries();
  const found: ScopeSearch[] = [];
  const work = async (): Promise<void> => {
    for (let next = queue.next(); next.done !== true; next = queue.next())
      found[next.value[0]] = await searchScope(next.value[1]);
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return found;
}

/** A violation with the way to it, for people. */
export const violationText = ({ violation }: Search): string =>
  violation === undefined ? '' : [violation.text, ...violation.path.map((step) => `  ${step}`)].join('\n');

const sum = (searches: readonly ScopeSearch[], of: (search: ScopeSearch) => number): number =>
  searches.reduce((total, search) => total + of(search), 0);

/** A table of searches for people; its last row is the sum. */
export function renderSearches(searches: readonly ScopeSearch[]): string {
  const rows = searches.map(({ scope, states, transitions, depth, cpuMs }) => [
    scope,
    states,
    transitions,
    depth,
    cpuMs,
  ]);
  const total = [
    'all',
    sum(searches, ({ states }) => states),
    sum(searches, ({ transitions }) => transitions),
    '',
    sum(searches, ({ cpuMs }) => cpuMs),
  ];
  return renderTable(['scope', 'states', 'steps', 'depth', 'cpu ms'], [...rows, total]);
}

/** What the searches amount to. */
export function figuresOfScopes(searches: readonly ScopeSearch[]): readonly Figure[] {
  const [states, cpuMs] = [sum(searches, (search) => search.states), sum(searches, (search) => search.cpuMs)];
  const violations = searches.filter(({ violation }) => violation !== undefined).length;
  return [
    {
      name: 'scopes/violations',
      value: violations,
      unit: 'violations',
      goal: '0',
      ok: violations === 0,
      samples: states,
    },
    {
      name: 'scopes/states',
      value: states,
      unit: 'states',
      goal: `≥ ${LEAST_STATES}`,
      ok: states >= LEAST_STATES,
      samples: searches.length,
    },
    {
      name: 'scopes/states-per-second',
      value: Math.round((1_000 * states) / Math.max(cpuMs, 1)),
      unit: 'states/s of CPU time',
      samples: searches.length,
    },
  ];
}

/** States of all scopes together. */
export const LEAST_STATES = 1_000_000;
