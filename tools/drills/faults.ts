/** Faults at the providers that match only the requests of one drill's actions. */
import { effectKeyOf } from '../../lambdas/queue/domain/task/identity.ts';
import { faultHits, scriptFault } from '../rig/faults/fault-client.ts';
import type { Fault, FaultRule } from '../rig/faults/fault-rules.ts';
import { type DrillAction, messageOf } from './actions.ts';
import type { DrillSite } from './site.ts';

/** Matches the requests that carry out the effect of an action. */
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
      throw new Error('pdf.render: S3 is not behind the proxy');
  }
}

/** Matches the requests that ask the CRM whether the deal of an action exists. */
export const probeRule = ({ taskId }: DrillAction): Pick<FaultRule, 'target' | 'method' | 'path'> => ({
  target: 'crm',
  method: 'GET',
  path: `/crm/v3/objects/deals/${encodeURIComponent(effectKeyOf('crm.sync', taskId))}`,
});

/** Scripts the fault for each action's effect; returns the ids of the rules. */
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

/** Number of requests that these rules have matched in all. */
export async function hitsOf(site: DrillSite, ruleIds: readonly number[]): Promise<number> {
  const hits = await faultHits(site.outputs.faultProxyUrl);
  return ruleIds.reduce((sum, id) => sum + (hits.get(id) ?? 0), 0);
}
