/** Faults at the providers that match only the requests of one drill's actions. */
import { kindRow } from '../../lambdas/actions/kinds.ts';
import { isHttpProvider } from '../../lambdas/shared/contracts/providers.ts';
import { faultHits, scriptFault } from '../rig/faults/fault-client.ts';
import type { Fault, FaultRule } from '../rig/faults/fault-rules.ts';
import type { DrillAction } from './actions.ts';
import type { DrillSite } from './site.ts';

/** Matches the requests that carry out the effect of an action. @throws {Error} when the fault proxy does not see them */
export function effectRule({
  kind,
  quoteId,
}: DrillAction): Pick<FaultRule, 'target' | 'method' | 'path' | 'bodyIncludes'> {
  const { provider, request } = kindRow(kind);
  if (request === undefined || !isHttpProvider(provider))
    throw new Error(`${kind}: the proxy does not stand in front of its provider`);
  const { method, path, textOf } = request;
  return { target: provider, method, path, bodyIncludes: textOf(quoteId) };
}

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
