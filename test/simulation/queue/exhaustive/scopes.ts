/** The searched scopes, each in its own thread. */
import { Worker } from 'node:worker_threads';
import type { Figure } from '../../../../tools/report/report.ts';
import type { Mutation } from '../runner/mutation.ts';
import type { Scope, Search } from './explore.ts';

/** Input of a thread. */
export interface SearchInput {
  readonly scope: Scope;
  readonly mutations: readonly Mutation[];
}

const BOUNDS = { kills: 1, lostReplies: 1, passes: 1, lingers: 0 } as const;

/** Step Functions reports the executions as running or as stopped; and workers outlive their lease. */
export const SCOPES: readonly Scope[] = [
  { ...BOUNDS, isDriverAlive: true },
  { ...BOUNDS, isDriverAlive: false },
  { kills: 0, lostReplies: 1, passes: 0, lingers: 1, isDriverAlive: true },
];

/** Searches one scope. */
export async function search(scope: Scope, mutations: readonly Mutation[] = []): Promise<Search> {
  const workerData: SearchInput = { scope, mutations };
  const worker = new Worker(new URL('./search-worker.ts', import.meta.url), {
    workerData,
    execArgv: [],
    env: {},
  });
  try {
    return await new Promise<Search>((resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', reject);
    });
  } finally {
    await worker.terminate();
  }
}

/** Searches all scopes concurrently. */
export const searchAll = (): Promise<readonly Search[]> => Promise.all(SCOPES.map((scope) => search(scope)));

/** Figures of the searches. */
export function figuresOfSearches(searches: readonly Search[]): readonly Figure[] {
  const sum = (of: (found: Search) => number): number =>
    searches.reduce((total, found) => total + of(found), 0);
  const violations = sum((found) => found.violations.length);
  return [
    {
      name: 'exhaustive/violations',
      value: violations,
      unit: 'violations',
      goal: '0',
      ok: violations === 0,
      samples: sum((found) => found.states),
    },
    {
      name: 'exhaustive/states',
      value: sum((found) => found.states),
      unit: 'states',
      samples: searches.length,
    },
    {
      name: 'exhaustive/transitions',
      value: sum((found) => found.transitions),
      unit: 'transitions',
      samples: searches.length,
    },
    {
      name: 'exhaustive/depth',
      value: Math.max(...searches.map((found) => found.depth)),
      unit: 'choices',
      samples: searches.length,
    },
  ];
}
