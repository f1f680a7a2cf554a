/** Workers are killed after their provider has accepted, before they hear of it. */
import { FAULTED_KINDS } from '../../../lambdas/actions/kinds.ts';
import { actionsOf, enqueueMany, inState, ENDED } from '../actions.ts';
import type { Drill } from '../drill.ts';
import { failEffects, hitsOf } from '../faults.ts';
import { counted, provenBy, trailsNaming } from '../guarantees.ts';

const QUOTES = 4;
const KILLED = FAULTED_KINDS.length * QUOTES;

/** See the file head. */
export const workerKilled: Drill = {
  name: 'worker-killed',
  story: 'workers are killed after the CRM or Slack has accepted, before they hear of it',
  alone: false,
  guarantees: [
    counted('a worker of every action was killed', 'killed', KILLED),
    trailsNaming('WORKER_LOST', KILLED),
    provenBy('the next worker asks the provider and applies nothing again', ['probed', 'replayed'], KILLED),
  ],
  play: async (site) => {
    const actions = actionsOf(site, 'killed', FAULTED_KINDS, QUOTES);
    const rules = await failEffects(site, actions, { kind: 'kill_client' });
    const taskIds = await enqueueMany(site, actions);
    for (const taskId of taskIds) await inState(site, taskId, ...ENDED);
    return { taskIds, counts: { killed: await hitsOf(site, rules) } };
  },
};
