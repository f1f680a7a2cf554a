/** Runs a plan to its end and returns the findings. */
import type { AslMachine } from '../../../statemachines/asl.ts';
import { Actors } from './actors.ts';
import { TaskHistory, observe } from './invariants/task-history.ts';
import { checkEnd, checkEnded } from './invariants/at-rest.ts';
import { Invariant, type Violation } from './invariants/god-log.ts';
import type { Fleet } from './containers.ts';
import type { Plan } from '../kernel/faults.ts';
import type { TraceLine } from '../kernel/kernel.ts';
import { World, WORLD_STARTS_MS } from './world.ts';

/** Phases of a run: first with faults, then without. After the budget no task may be stuck; some time later everything must be shown. */
export const PHASES = {
  /** Faults end here. */
  healsAfterMs: 4 * 60_000,
  /** The budget of a recovery; less than the 300 s that the KPI allows. */
  budgetMs: 299_000,
  /** Time after the budget: messages of dead consumers are redelivered after three minutes, duplicates much later. */
  afterglowMs: 20 * 60_000,
} as const;

/** Dependencies of a run. */
export interface Machinery {
  readonly fleet: Fleet;
  readonly machine: AslMachine;
}

/** Findings of a run. */
export interface Run {
  readonly plan: Plan;
  readonly violations: readonly Violation[];
  readonly reached: ReadonlySet<string>;
  readonly traceHash: string;
  readonly steps: number;
  /** Simulated time, in ms. */
  readonly simulatedMs: number;
  readonly timeline: readonly TraceLine[];
}

/** Runs a plan once. */
export async function runOnce(
  { fleet, machine }: Machinery,
  plan: Plan,
  keepsTimeline = false,
): Promise<Run> {
  const world = new World({ fleet, machine, plan, keepsTimeline, healsAfterMs: PHASES.healsAfterMs });
  const { kernel, god } = world;
  const settledMs = PHASES.healsAfterMs + PHASES.budgetMs;
  const endMs = settledMs + PHASES.afterglowMs;
  const actors = new Actors(world);
  const history = new TaskHistory();
  await world.begin();
  observe(history);
  try {
    actors.begin(endMs);
    await kernel.runUntil(WORLD_STARTS_MS + settledMs);
    if (god.violations.length === 0) checkEnded(world, actors.asked);
    await kernel.runUntil(WORLD_STARTS_MS + endMs);
    if (god.violations.length === 0) checkEnd(world, actors.asked);
    for (const taskId of history.unexplained())
      god.violate(Invariant.Linearizable, `no order explains what callers of ${taskId} were told`);
  } finally {
    observe(undefined);
    world.end();
  }
  return {
    plan,
    violations: god.violations,
    reached: god.reached,
    traceHash: kernel.digest(),
    steps: kernel.steps,
    simulatedMs: kernel.nowMs - kernel.startMs,
    timeline: kernel.timeline(),
  };
}
