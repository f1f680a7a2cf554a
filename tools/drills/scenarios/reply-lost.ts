/** The provider carries out the effect, but its reply is lost. */
import { FAULTED_KINDS } from '../../../lambdas/actions/kinds.ts';
import { actionsOf, enqueueMany, inState, ENDED } from '../actions.ts';
import type { Drill } from '../drill.ts';
import { failEffects, hitsOf } from '../faults.ts';
import { counted, provenBy } from '../guarantees.ts';

const QUOTES = 4;
const LOST = FAULTED_KINDS.length * QUOTES;

/** Replies of the providers are lost. */
export const replyLost: Drill = {
  name: 'reply-lost',
  story: 'the CRM and Slack carry the effect out, and their reply is lost',
  alone: false,
  guarantees: [
    counted('a reply to every action was lost', 'lost', LOST),
    provenBy(
      'the next attempt asks the provider and does not repeat the effect',
      ['probed', 'replayed'],
      LOST,
    ),
  ],
  play: async (site) => {
    const actions = actionsOf(site, 'lost', FAULTED_KINDS, QUOTES);
    const rules = await failEffects(site, actions, { kind: 'drop_reply' });
    const taskIds = await enqueueMany(site, actions);
    for (const taskId of taskIds) await inState(site, taskId, ...ENDED);
    return { taskIds, counts: { lost: await hitsOf(site, rules) } };
  },
};
