/** Measures every scenario of the budget in one run on one local AWS. */
import { ActionKind, KIND_NAMES } from '../../lambdas/actions/kinds.ts';
import type { LocalOutputs } from '../../tools/local/outputs.ts';
import type { Budget } from './budget.ts';
import { openLab } from './lab.ts';
import { deployNaiveRecipe, measureNaive } from './naive-runs.ts';
import { type ActionScenario, measureAction, measureRecovery } from './queue-runs.ts';
import { beyond, type Usage } from './meter/usage.ts';
import { deployWholeJob, measureWholeJob } from './whole-job-runs.ts';

/** A quote of two lines. */
const SMALL_QUOTE = 'examples/q-1043.json';
/** A quote of 60 lines. */
const LARGE_QUOTE = 'examples/q-1042.json' as const;

const small = (kind: ActionKind): ActionScenario => ({ quoteFile: SMALL_QUOTE, kind });
const SYNC = small(ActionKind.CrmSync);

/** Measures every scenario of the budget. @throws {Error} if one does not end as expected */
export async function measureAll(outputs: LocalOutputs, onProgress: (name: string) => void): Promise<Budget> {
  const lab = await openLab(outputs);
  const scenarios: Record<string, Usage> = {};
  const put = async (name: string, measure: () => Promise<Usage>): Promise<Usage> => {
    onProgress(name);
    return (scenarios[name] = await measure());
  };
  try {
    const recipe = await deployNaiveRecipe(lab);
    const sync = await measureAction(lab, SYNC);
    const success = await put(SYNC.kind, () => Promise.resolve(sync.usage));
    for (const kind of KIND_NAMES.filter((other) => other !== SYNC.kind)) {
      await put(kind, async () => (await measureAction(lab, small(kind))).usage);
    }
    const large = { ...SYNC, quoteFile: LARGE_QUOTE };
    await put(`${SYNC.kind}, 60 lines`, async () => (await measureAction(lab, large)).usage);
    await put('retry', async () =>
      beyond((await measureAction(lab, { ...SYNC, failsOnce: true })).usage, success),
    );
    const naive = await put(`naive ${SYNC.kind}`, () => measureNaive(lab, recipe, SYNC));
    await put('naive retry', async () =>
      beyond(await measureNaive(lab, recipe, { ...SYNC, failsOnce: true }), naive),
    );
    const wholeJob = await deployWholeJob(lab);
    const whole = await put('naive whole job', () => measureWholeJob(lab, wholeJob, SYNC));
    await put('naive whole job, retry', async () =>
      beyond(await measureWholeJob(lab, wholeJob, { ...SYNC, failsOnce: true }), whole),
    );
    await put('recovery', async () => (await measureRecovery(lab, SYNC)).usage);
    return { scenarios, parts: sync.parts };
  } finally {
    await lab.close();
  }
}
