/** Runs many seeds and computes their figures. */
import type { Figure } from '../../../../tools/report/report.ts';
import type { Answer } from './seed-worker.ts';
import { type Pool, seedsFrom } from './pool.ts';
import { RARE_STATES } from './rare-states.ts';

/** Results of many seeds. */
export interface Findings {
  readonly seeds: number;
  readonly failures: readonly Answer[];
  /** Number of seeds that reached a state, by state. */
  readonly reached: ReadonlyMap<string, number>;
  readonly simulatedMs: number;
  /** CPU time of the threads, in ms. */
  readonly cpuMs: number;
  readonly steps: number;
}

const MS_PER_HOUR = 3_600_000;

/** Failures after which a run stops, since further ones add no information. */
const MAX_FAILURES = 5;

/** Runs `count` seeds from `from` on, each twice. */
export async function runSeeds(pool: Pool, from: number, count: number): Promise<Findings> {
  const [failures, reached]: [Answer[], Map<string, number>] = [[], new Map()];
  let [simulatedMs, cpuMs, steps] = [0, 0, 0];
  const seeds = await pool.runSeeds(seedsFrom(from, count), (answer) => {
    simulatedMs += answer.simulatedMs;
    cpuMs += answer.cpuMs;
    steps += answer.steps;
    for (const state of answer.reached) reached.set(state, (reached.get(state) ?? 0) + 1);
    if (answer.violations.length > 0) failures.push(answer);
    return failures.length >= MAX_FAILURES;
  });
  return { seeds, failures, reached, simulatedMs, cpuMs, steps };
}

/** Required states that were not reached. */
export const neverReached = ({ reached }: Findings): readonly string[] =>
  RARE_STATES.filter((state) => !reached.has(state));

/** Number of seeds from which every rare state must be reached. */
export const SEEDS_FOR_RARE_STATES = 1_000;

/** Goal of the simulation's speed: simulated hours per second of one core. */
export const HOURS_PER_CORE_SECOND = 5;

/** The figures of a run. */
export function figuresOf(findings: Findings): readonly Figure[] {
  const { seeds, failures, simulatedMs, cpuMs, steps } = findings;
  const speed = simulatedMs / MS_PER_HOUR / (cpuMs / 1_000);
  const rare = RARE_STATES.length - neverReached(findings).length;
  const isEnough = seeds >= SEEDS_FOR_RARE_STATES;
  return [
    {
      name: 'simulation/violations',
      value: failures.length,
      unit: 'seeds',
      goal: '0',
      ok: failures.length === 0,
      samples: seeds,
    },
    {
      name: 'simulation/speed',
      value: Math.round(speed * 10) / 10,
      unit: 'simulated hours per core second',
      goal: `≥ ${HOURS_PER_CORE_SECOND}`,
      ok: speed >= HOURS_PER_CORE_SECOND,
      samples: seeds,
    },
    {
      name: 'simulation/rare-states',
      value: rare,
      unit: `of ${RARE_STATES.length} states`,
      ...(isEnough ? { goal: `${RARE_STATES.length}`, ok: rare === RARE_STATES.length } : {}),
      samples: seeds,
    },
    { name: 'simulation/steps', value: steps, unit: 'events', samples: seeds },
  ];
}
