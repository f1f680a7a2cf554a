/** Faults at the providers of a drill's own actions: no other drill's requests match them. */
import { effectKeyOf } from '../../lambdas/queue/domain/task/identity.ts';
import { faultHits, scriptFault } from '../rig/faults/fault-client.ts';
import type { Fault, FaultRule } from '../rig/faults/fault-rules.ts';
import { type DrillAction, messageOf } from './actions.ts';
import type { DrillSite } from './site.ts';

/** Requests of an action that carry its effect out. */
export function effectRule(
  action: DrillAction,
): Pick<FaultRule, 'target' | 'method' | 'path' | 'bodyIncludes'> {
  switch (action.kind) {
    case 'crm.sync':
      return {
        target: 'crm',
        method: 'POST',
        path: '/crm/v3/objects/deals/batch/upsert',
        bodyIncludes: action.quoteId,
      };
    case 'slack.notify':
      return {
        target: 'slack',
        method: 'POST',
        path: '/api/chat.postMessage',
        bodyIncludes: messageOf(action.quoteId),
      };
    case 'pdf.render':
      throw new Error('pdf.render: the proxy does not stand in front of S3');
  }
}

/** Requests that ask the CRM whether the deal of an action is there. */
export const probeRule = ({ taskId }: DrillAction): Pick<FaultRule, 'target' | 'method' | 'path'> => ({
  target: 'crm',
  method: 'GET',
  path: `/crm/v3/objects/deals/${encodeURIComponent(effectKeyOf('crm.sync', taskId))}`,
});

/** Scripts the fault for each action's effect; the ids of the rules. */
export async function failEffects(
  site: DrillSite,
  actions: readonly DrillAction[],
  fault: Fault,
  times = 1,
): Promise<readonly number[]> {
  const ids: number[] = [];
  for (const action of actions)
    ids.push(await scriptFault(site.outputs.faultProxyUrl, { ...effectRule(action), fault, times }));
  return ids;
}

/** How many requests these rules have met in all. */
export async function hitsOf(site: DrillSite, ruleIds: readonly number[]): Promise<number> {
  const hits = await faultHits(site.outputs.faultProxyUrl);
  return ruleIds.reduce((sum, id) => sum + (hits.get(id) ?? 0), 0);
}
