/** Workers are killed after their provider has accepted the request, before they receive the reply. */
import { FAULTED_KINDS } from '../../../lambdas/actions/kinds.ts';
import { actionsOf, enqueueMany, inState, ENDED } from '../actions.ts';
import type { Drill } from '../drill.ts';
import { failEffects, hitsOf } from '../faults.ts';
import { counted, provenBy, trailsNaming } from '../guarantees.ts';

const QUOTES = 4;
const KILLED = FAULTED_KINDS.length * QUOTES;

/** Workers are killed before the reply arrives. */
export const workerKilled: Drill = {
  name: 'worker-killed',
  story: 'workers are killed after the CRM or Slack has accepted the request, before they receive the reply',
  alone: false,
  guarantees: [
    counted('a worker of every action was killed', 'killed', KILLED),
    trailsNaming('WORKER_LOST', KILLED),
    provenBy(
      'the next worker asks the provider and does not repeat the effect',
      ['probed', 'replayed'],
      KILLED,
    ),
  ],
  play: async (site) => {
    const actions = actionsOf(site, 'killed', FAULTED_KINDS, QUOTES);
    const rules = await failEffects(site, actions, { kind: 'kill_client' });
    const taskIds = await enqueueMany(site, actions);
    for (const taskId of taskIds) await inState(site, taskId, ...ENDED);
    return { taskIds, counts: { killed: await hitsOf(site, rules) } };
  },
};
