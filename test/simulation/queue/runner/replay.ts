/** One seed with its timeline. */
import type { Figure } from '../../../../tools/report/report.ts';
import { loadMachinery } from './machinery.ts';

const time = (atMs: number): string => (atMs / 1_000).toFixed(3).padStart(9);

/** Replays a seed: prints its plan, its timeline, and whether it holds and is deterministic. */
export async function replay(seed: number, print: (text: string) => void): Promise<readonly Figure[]> {
  const machinery = await loadMachinery();
  const [{ runOnce }, { planOf }] = await Promise.all([import('../simulate.ts'), import('../plans.ts')]);
  const plan = planOf(seed);
  const run = await runOnce(machinery, plan, true);
  const again = await runOnce(machinery, plan);
  print(`plan of seed ${seed}:`);
  for (const entry of plan.entries) print(`  ${JSON.stringify(entry)}`);
  print(`timeline, in seconds since the world began:`);
  for (const { atMs, text } of run.timeline) print(`${time(atMs)}  ${text}`);
  const isSame = run.traceHash === again.traceHash;
  print(`trace ${run.traceHash}${isSame ? ', the same twice' : `, and ${again.traceHash} the second time`}`);
  const violations = run.violations.length;
  return [
    {
      name: 'simulation/violations',
      value: violations,
      unit: 'violations',
      goal: '0',
      ok: violations === 0,
      samples: 1,
    },
    {
      name: 'simulation/deterministic',
      value: isSame ? 1 : 0,
      unit: 'trace hashes agree',
      goal: '1',
      ok: isSame,
      samples: 1,
    },
  ];
}
