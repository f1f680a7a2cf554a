/** Shrinks a failing plan with fast-check, and prints it as a test. */
import { asyncProperty, check, subarray } from 'fast-check';
import type { Invariant } from '../invariants/god-log.ts';
import type { Plan, PlanEntry } from '../../kernel/faults.ts';
import type { Pool } from './pool.ts';

/** Runs of one shrinking; each takes about 20 ms. */
const MAX_RUNS = 400;

/**
 * The smallest sub-list of a failing plan's entries that violates the same invariant. The remaining entries are unchanged; draws that are
 * not faults do not change, because each has its own words.
 */
export async function shrunk(pool: Pick<Pool, 'run'>, plan: Plan, invariant: Invariant): Promise<Plan> {
  const fails = async (entries: readonly PlanEntry[]): Promise<boolean> => {
    const { violations } = await pool.run({ seed: plan.seed, entries }, false);
    return violations.some((violation) => violation.invariant === invariant);
  };
  const whole = [...plan.entries];
  const property = asyncProperty(subarray(whole), async (entries) => !(await fails(entries)));
  const { counterexample } = await check(property, {
    numRuns: 1,
    examples: [[whole]],
    interruptAfterTimeLimit: 60_000,
    endOnFailure: false,
  });
  const smallest = counterexample?.[0] ?? whole;
  return { seed: plan.seed, entries: await pruned(smallest, fails) };
}

/** Removes entries one by one as long as possible, since the steps of fast-check can be too coarse. */
async function pruned(
  entries: readonly PlanEntry[],
  fails: (entries: readonly PlanEntry[]) => Promise<boolean>,
): Promise<readonly PlanEntry[]> {
  let [left, runs] = [entries, 0];
  for (let index = 0; index < left.length && runs < MAX_RUNS; runs += 1) {
    const fewer = left.filter((_entry, at) => at !== index);
    if (await fails(fewer)) left = fewer;
    else index += 1;
  }
  return left;
}

const literal = (value: unknown): string =>
  JSON.stringify(value)
    .replaceAll(/"(\w+)":/g, '$1: ')
    .replaceAll('"', "'")
    .replaceAll(',', ', ');

/** A regression test of a plan, ready for `test/simulation/queue/regressions.test.ts`. */
export function asTest(plan: Plan, invariant: Invariant): string {
  const faults = plan.entries
    .filter(({ kind }) => kind !== 'enqueue')
    .map((entry) => ('fault' in entry ? entry.fault : entry.kind));
  return [
    `  {`,
    `    name: '${invariant} holds after ${faults.join(', ') || 'nothing at all'} (seed ${plan.seed})',`,
    `    plan: {`,
    `      seed: ${plan.seed},`,
    `      entries: [`,
    ...plan.entries.map((entry) => `        ${literal(entry).replace(/^\{/, '{ ').replace(/\}$/, ' }')},`),
    `      ],`,
    `    },`,
    `  },`,
  ].join('\n');
}
