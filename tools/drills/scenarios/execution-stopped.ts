/** An operator stops executions: before they run, while their worker runs, and while they wait. */
import { ActionKind, WORKER_BY_KIND } from '../../../lambdas/actions/kinds.ts';
import { executionNameOf } from '../../../lambdas/queue/domain/task/identity.ts';
import { actionsOf, type DrillAction, enqueueOne, inLanes, inState } from '../actions.ts';
import type { Drill } from '../drill.ts';
import { startAgain, stopExecution } from '../executions.ts';
import { failEffects } from '../faults.ts';
import { countedAtLeast, recoveredBySweep, RECOVERED_IN_TIME } from '../guarantees.ts';
import type { DrillSite } from '../site.ts';

const EACH = 4;
/** Waiting tasks have no driver and no worker, so only the sweep can continue them. Half of them are also started twice. */
const WAITING = EACH;

const stop = (site: DrillSite, { taskId }: DrillAction): Promise<boolean> =>
  stopExecution(site, executionNameOf(taskId, 1));

/** Enqueues an action, and stops its execution when the task is in the given state. */
async function stopIn(
  site: DrillSite,
  actions: readonly DrillAction[],
  state: 'queued' | 'running' | 'retryable_failed',
): Promise<number> {
  const stopped = await inLanes(actions, async (action) => {
    await enqueueOne(site, action);
    if (state !== 'queued') await inState(site, action.taskId, state);
    return stop(site, action);
  });
  return stopped.filter(Boolean).length;
}

/** Starts two more executions of the same generation, like a redrive in Step Functions and a second start. */
async function startTwice(site: DrillSite, { taskId, kind }: DrillAction): Promise<void> {
  const input = { taskId, generation: 1, worker: WORKER_BY_KIND[kind], waitSeconds: 0 };
  for (const suffix of ['redrive', 'again']) await startAgain(site, input, suffix);
}

/** Executions are stopped in three states. */
export const executionStopped: Drill = {
  name: 'execution-stopped',
  story:
    'executions are stopped by hand: at their start, under a worker, and in a backoff; some are started again twice',
  alone: false,
  guarantees: [
    countedAtLeast('executions were stopped while they ran', 'stopped', 2 * EACH),
    recoveredBySweep(WAITING / 2),
    RECOVERED_IN_TIME,
  ],
  play: async (site) => {
    const queued = actionsOf(site, 'stop-queued', [ActionKind.PdfRender], EACH);
    const running = actionsOf(site, 'stop-running', [ActionKind.CrmSync], EACH);
    const waiting = actionsOf(site, 'stop-waiting', [ActionKind.CrmSync], WAITING);
    await failEffects(site, running, { kind: 'delay', delayMs: 2_000 });
    await failEffects(site, waiting, { kind: 'status', status: 429, retryAfterSeconds: 5 });
    const stopped = [
      await stopIn(site, queued, 'queued'),
      await stopIn(site, running, 'running'),
      await stopIn(site, waiting, 'retryable_failed'),
    ];
    for (const action of waiting.slice(0, WAITING / 2)) await startTwice(site, action);
    const taskIds = [...queued, ...running, ...waiting].map(({ taskId }) => taskId);
    return { taskIds, counts: { stopped: stopped.reduce((sum, count) => sum + count, 0) } };
  },
};
