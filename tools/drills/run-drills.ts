/** Runs drills: causes their faults, waits for the results, and judges them. */
import { KIND_NAMES } from '../../lambdas/actions/kinds.ts';
import type { Figure } from '../report/report.ts';
import { type Check, judged, NOTHING_ELSE } from '../demo/proof.ts';
import { countEffects, type ProviderCounts } from '../demo/provider-counts.ts';
import { actionsOf, enqueueMany, endedTasks, wholeTrails } from './actions.ts';
import type { Drill, DrillEvidence, Played } from './drill.ts';
import { withVariables } from './functions.ts';
import { EVERY_DRILL } from './guarantees.ts';
import { kpisSince } from './kpis.ts';
import type { DrillSite } from './site.ts';

/** The result of a drill. */
export interface DrillResult {
  readonly name: string;
  readonly story: string;
  /** ms since the epoch. */
  readonly startedAtMs: number;
  readonly seconds: number;
  readonly checks: readonly Check[];
  readonly counts: Readonly<Record<string, number>>;
  /** Number of actions of the drill. */
  readonly actions: number;
  /** KPIs of the round without faults before the drills. */
  readonly kpisBefore: readonly Figure[];
  /** KPIs since the drill began, including actions of the drills that ran at the same time. */
  readonly kpisAfter: readonly Figure[];
}

/** Whether all guarantees held. */
export const isHeld = ({ checks }: Pick<DrillResult, 'checks'>): boolean => checks.every(({ ok }) => ok);

/** A drill that was run, or why it could not be run. */
type Act = { readonly drill: Drill } & (
  { readonly played: Played; readonly error?: never } | { readonly played?: never; readonly error: Error }
);

async function act(site: DrillSite, drill: Drill): Promise<Act> {
  site.say(`${drill.name}: ${drill.story}`);
  try {
    return { drill, played: await drill.play(site) };
  } catch (thrown) {
    return { drill, error: thrown instanceof Error ? thrown : new Error(String(thrown)) };
  }
}

/** Evidence of one drill. Providers and KPIs are read once for the whole group, after all its tasks have ended. */
type Found = Omit<DrillEvidence, 'after' | 'kpis'>;

async function find(site: DrillSite, { taskIds, counts }: Played, before: ProviderCounts): Promise<Found> {
  const tasks = await endedTasks(site, taskIds);
  const trails = await wholeTrails(site, taskIds);
  return { tasks, trails, before, expected: taskIds.length, counts };
}

/** The checks of one drill, computed from its evidence. */
export const checksOf = (
  { common = EVERY_DRILL, guarantees }: Pick<Drill, 'common' | 'guarantees'>,
  evidence: DrillEvidence,
): readonly Check[] => judged([...common, ...guarantees], evidence);

const notPlayed = (error: Error): readonly Check[] => [
  { claim: 'the drill can be run', ok: false, found: error.message },
];

interface Group {
  readonly startedAtMs: number;
  readonly calm: readonly Figure[];
}

type FoundAct = Act & { readonly found?: Found };

/** For concurrent drills it is unknown which of them caused an unexpected effect, so it counts against all. */
function nothingElse(
  acts: readonly FoundAct[],
  before: ProviderCounts,
  after: ProviderCounts,
): readonly Check[] {
  const found = acts.flatMap((done) => done.found ?? []);
  const tasks = found.flatMap(({ tasks: own }) => own);
  return judged([NOTHING_ELSE], { tasks, trails: [], before, after, expected: tasks.length });
}

function resultOf(
  { drill, error, found }: FoundAct,
  { startedAtMs, calm }: Group,
  last: Pick<DrillEvidence, 'after' | 'kpis'>,
  together: readonly Check[],
): DrillResult {
  const own =
    found === undefined ? notPlayed(error ?? new Error('unknown')) : checksOf(drill, { ...found, ...last });
  return {
    name: drill.name,
    story: drill.story,
    startedAtMs,
    seconds: Math.round((Date.now() - startedAtMs) / 1_000),
    checks: [...own, ...together],
    counts: found?.counts ?? {},
    actions: found?.expected ?? 0,
    kpisBefore: calm,
    kpisAfter: last.kpis,
  };
}

/** Groups of drills: first those that may run at the same time, then each of the others alone, in the order of the list. */
export function groupsOf(drills: readonly Drill[]): readonly (readonly Drill[])[] {
  const together = drills.filter(({ alone }) => !alone);
  const apart = drills.filter(({ alone }) => alone).map((drill) => [drill]);
  return together.length === 0 ? apart : [together, ...apart];
}

async function actAndFind(site: DrillSite, drill: Drill, before: ProviderCounts): Promise<FoundAct> {
  const done = await act(site, drill);
  return done.played === undefined ? done : { ...done, found: await find(site, done.played, before) };
}

/**
 * Functions change before the first drill of a group begins and change back after the last has ended, because a change kills
 * workers.
 */
function withChanges<Result>(
  site: DrillSite,
  drills: readonly Drill[],
  work: () => Promise<Result>,
): Promise<Result> {
  return drills.reduce<() => Promise<Result>>((inner, { functions }) => {
    if (functions === undefined) return inner;
    const { names, variables } = functions(site);
    return () => withVariables(site, names, variables, inner);
  }, work)();
}

/** Runs drills at the same time. If one cannot run it counts as failed, and the others continue. @param calm KPIs before */
async function runGroup(
  site: DrillSite,
  drills: readonly Drill[],
  calm: readonly Figure[],
): Promise<readonly DrillResult[]> {
  const startedAtMs = Date.now();
  const before = await countEffects(site.outputs);
  const acts = await withChanges(site, drills, () =>
    Promise.all(drills.map((drill) => actAndFind(site, drill, before))),
  );
  const after = await countEffects(site.outputs);
  const last = { after, kpis: await kpisSince(site, startedAtMs) };
  const together = nothingElse(acts, before, after);
  return acts.map((done) => resultOf(done, { startedAtMs, calm }, last, together));
}

/** Number of quotes of the round without faults. The round also warms up the workers. */
const CALM_QUOTES = 3;

/** Runs a round without faults; returns its KPIs. */
async function calmRound(site: DrillSite): Promise<readonly Figure[]> {
  site.say('A round without faults, for the figures before the drill');
  const startedAtMs = Date.now();
  const taskIds = await enqueueMany(site, actionsOf(site, 'calm', KIND_NAMES, CALM_QUOTES));
  await endedTasks(site, taskIds);
  return kpisSince(site, startedAtMs);
}

/** Runs a round without faults, then the drills; those that do not disturb each other run at the same time. */
export async function holdDrills(site: DrillSite, drills: readonly Drill[]): Promise<readonly DrillResult[]> {
  const calm = await calmRound(site);
  const results: DrillResult[] = [];
  for (const group of groupsOf(drills)) results.push(...(await runGroup(site, group, calm)));
  return results;
}
