/** The clocks of the functions are wrong, by less or by more than the allowed skew. */
import { WORKER_FUNCTIONS } from '../../../lambdas/shared/contracts/providers.ts';
import { ActionKind, KIND_NAMES, kindRow, WORKER_BY_KIND } from '../../../lambdas/actions/kinds.ts';
import type { FunctionName } from '../../../lib/shared/functions.ts';
import { POLICY } from '../../../lambdas/queue/domain/task/policy.ts';
import { getAudit } from '../../cli/clients/queue-client.ts';
import { actionsOf, type DrillAction, enqueueOne, inLanes, inState, ENDED } from '../actions.ts';
import type { Drill, FunctionChange } from '../drill.ts';
import { startAgain } from '../executions.ts';
import { failEffects } from '../faults.ts';
import { countedAtLeast, NONE_RECOVERED } from '../guarantees.ts';
import type { DrillSite } from '../site.ts';

const QUOTES = 4;
/**
 * Two clocks differ by up to 2 × 2 s = 4 s of the 5 s that the policy allows. 1 s is left for a request in flight, which takes
 * milliseconds here.
 */
const WITHIN_MS = 2_000;
/** 2 × 35 s = 70 s is more than lease and allowance together, so a lease that has just begun can seem expired. */
const BEYOND_MS = 35_000;

const SKEWED: readonly FunctionName[] = [...WORKER_FUNCTIONS, 'record-lost-worker', 'sweep'];

/**
 * A module that shifts the clock of its process by `shiftMs`, forwards or backwards at random in each process. Only a drill
 * sets it, in a function's variables.
 */
function preloadOf(shiftMs: number): string {
  const code = `
    import { randomInt } from 'node:crypto';
    const shiftMs = randomInt(2) ? ${shiftMs} : -${shiftMs};
    const True = Date;
    globalThis.Date = class Date extends True {
      constructor(...parts) { if (parts.length === 0) super(True.now() + shiftMs); else super(...parts); }
      static now() { return True.now() + shiftMs; }
    };`;
  return `--import=data:text/javascript,${encodeURIComponent(code)}`;
}

const skewed = (shiftMs: number): FunctionChange => ({
  names: SKEWED,
  variables: { NODE_OPTIONS: preloadOf(shiftMs) },
});

/**
 * Enqueues an action and at once starts a second driver of its task, so that two workers, perhaps with different clocks,
 * compete for it.
 */
async function enqueueTwice(site: DrillSite, action: DrillAction): Promise<string> {
  const taskId = await enqueueOne(site, action);
  const input = { taskId, generation: 1, worker: WORKER_BY_KIND[action.kind], waitSeconds: 0 };
  await startAgain(site, input, 'rival');
  return taskId;
}

/**
 * Greatest minus smallest time from enqueueing to first claim. The clock of the enqueueing is correct, so the spread shows the
 * skew.
 */
async function spreadMs(site: DrillSite, taskIds: readonly string[]): Promise<number> {
  const trails = await Promise.all(taskIds.map((taskId) => getAudit(site.target, taskId)));
  const delaysMs = trails.flatMap(({ records }) => {
    const [enqueued, claimed] = records;
    return enqueued === undefined || claimed === undefined
      ? []
      : [Date.parse(claimed.at) - Date.parse(enqueued.at)];
  });
  return Math.max(...delaysMs) - Math.min(...delaysMs);
}

async function carryOut(site: DrillSite, actions: readonly DrillAction[]) {
  const slow = actions.filter(({ kind }) => kind === ActionKind.CrmSync);
  await failEffects(site, slow, { kind: 'delay', delayMs: 1_500 });
  const taskIds = await inLanes(actions, (action) => enqueueTwice(site, action));
  for (const taskId of taskIds) await inState(site, taskId, ...ENDED);
  return { taskIds, counts: { spreadMs: await spreadMs(site, taskIds) } };
}

/** Clocks differ by less than the allowed skew. */
export const clockSkew: Drill = {
  name: 'clock-skew',
  story: `clocks of workers and sweep are off by ${WITHIN_MS / 1_000} s either way, within the ${POLICY.clockSkewMs / 1_000} s allowed; every task has two drivers`,
  alone: true,
  guarantees: [countedAtLeast('the clocks differed, in ms', 'spreadMs', 1.5 * WITHIN_MS), NONE_RECOVERED],
  functions: () => skewed(WITHIN_MS),
  play: (site) => carryOut(site, actionsOf(site, 'skew', KIND_NAMES, QUOTES)),
};

/** Kinds whose provider knows the effect key. */
const DEDUPLICATED = KIND_NAMES.filter((kind) => kindRow(kind).deduplicates);

/**
 * Clocks differ by more than a whole lease. The queue is slower, and still safe if the provider knows the effect key. For a
 * message in Slack nothing can be guaranteed here (docs/architecture.md, "Exactly once, by proof").
 */
export const clockSkewBeyond: Drill = {
  name: 'clock-skew-beyond',
  story: `clocks of workers and sweep are off by ${BEYOND_MS / 1_000} s either way, beyond a whole lease; every task has two drivers`,
  alone: true,
  guarantees: [countedAtLeast('the clocks differed, in ms', 'spreadMs', 1.5 * BEYOND_MS)],
  functions: () => skewed(BEYOND_MS),
  play: (site) => carryOut(site, actionsOf(site, 'far-skew', DEDUPLICATED, QUOTES)),
};
