/** Holds drills: brings their faults about, waits for what follows, and judges it. */
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

/** What came of a drill. */
export interface DrillResult {
  readonly name: string;
  readonly story: string;
  /** ms since the epoch. */
  readonly startedAtMs: number;
  readonly seconds: number;
  readonly checks: readonly Check[];
  readonly counts: Readonly<Record<string, number>>;
  /** Actions of the drill. */
  readonly actions: number;
  /** Of a calm round before. */
  readonly kpisBefore: readonly Figure[];
  /** Since the drill began: its own, and those of the drills beside it. */
  readonly kpisAfter: readonly Figure[];
}

/** Whether everything held. */
export const isHeld = ({ checks }: Pick<DrillResult, 'checks'>): boolean => checks.every(({ ok }) => ok);

/** A drill that was played, or why it could not be. */
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

/** What a drill left; providers and KPIs are looked at once for all of a group, when nothing moves any more. */
type Found = Omit<DrillEvidence, 'after' | 'kpis'>;

async function find(site: DrillSite, { taskIds, counts }: Played, before: ProviderCounts): Promise<Found> {
  const tasks = await endedTasks(site, taskIds);
  const trails = await wholeTrails(site, taskIds);
  return { tasks, trails, before, expected: taskIds.length, counts };
}

/** The checks of one drill, from evidence alone. */
export const checksOf = (
  { common = EVERY_DRILL, guarantees }: Pick<Drill, 'common' | 'guarantees'>,
  evidence: DrillEvidence,
): readonly Check[] => judged([...common, ...guarantees], evidence);

const notPlayed = (error: Error): readonly Check[] => [
  { claim: 'the drill can be held', ok: false, found: error.message },
];

interface Group {
  readonly startedAtMs: number;
  readonly calm: readonly Figure[];
}

type FoundAct = Act & { readonly found?: Found };

/** Drills that run beside each other cannot tell whose an effect is that belongs to nobody: it counts against all. */
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

/** Drills that may run beside each other, and each of the others by itself; in the order of the list. */
export function groupsOf(drills: readonly Drill[]): readonly (readonly Drill[])[] {
  const together = drills.filter(({ alone }) => !alone);
  const apart = drills.filter(({ alone }) => alone).map((drill) => [drill]);
  return together.length === 0 ? apart : [together, ...apart];
}

async function actAndFind(site: DrillSite, drill: Drill, before: ProviderCounts): Promise<FoundAct> {
  const done = await act(site, drill);
  return done.played === undefined ? done : { ...done, found: await find(site, done.played, before) };
}

/** The functions change before a drill begins, and back after all have ended: a change kills their workers. */
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

/** Holds drills at the same time. One that cannot be held fails, and the others go on. @param calm KPIs before */
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

/** Quotes of the calm round: it warms the workers, and its KPIs are those before. */
const CALM_QUOTES = 3;

/** A round in which nothing goes wrong; its KPIs. */
async function calmRound(site: DrillSite): Promise<readonly Figure[]> {
  site.say('A calm round, for the figures before');
  const startedAtMs = Date.now();
  const taskIds = await enqueueMany(site, actionsOf(site, 'calm', KIND_NAMES, CALM_QUOTES));
  await endedTasks(site, taskIds);
  return kpisSince(site, startedAtMs);
}

/** Holds the drills, after a calm round; those that disturb nobody at the same time. */
export async function holdDrills(site: DrillSite, drills: readonly Drill[]): Promise<readonly DrillResult[]> {
  const calm = await calmRound(site);
  const results: DrillResult[] = [];
  for (const group of groupsOf(drills)) results.push(...(await runGroup(site, group, calm)));
  return results;
}
