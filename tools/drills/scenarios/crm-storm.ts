/** The CRM repeatedly answers writes and probes with 5xx. */
import { ActionKind } from '../../../lambdas/actions/kinds.ts';
import { effectKeyOf } from '../../../lambdas/queue/domain/task/identity.ts';
import { scriptFault } from '../../rig/faults/fault-client.ts';
import type { Fault, FaultRule } from '../../rig/faults/fault-rules.ts';
import { actionsOf, type DrillAction, enqueueMany, inState, ENDED } from '../actions.ts';
import type { Drill } from '../drill.ts';
import { failEffects, hitsOf } from '../faults.ts';
import { ATTEMPTS_LEFT, counted, trailsNaming } from '../guarantees.ts';

const ACTIONS = 8;
/** Each write gets a 500, a 502, and a 503 with `Retry-After`; the first probe gets a 500. */
const WRITE_FAULTS: readonly Fault[] = [
  { kind: 'status', status: 500 },
  { kind: 'status', status: 502 },
  { kind: 'status', status: 503, retryAfterSeconds: 2 },
];

/** Matches the requests that ask the CRM whether the deal of an action exists. */
const probeRule = ({ kind, taskId }: DrillAction): Pick<FaultRule, 'target' | 'method' | 'path'> => ({
  target: 'crm',
  method: 'GET',
  path: `/crm/v3/objects/deals/${encodeURIComponent(effectKeyOf(kind, taskId))}`,
});

/** The CRM answers 5xx to writes and to the first probe. */
export const crmStorm: Drill = {
  name: 'crm-storm',
  story: 'the CRM answers 500, 502 and 503 to the writes of every action, and 500 to the first probe',
  alone: false,
  guarantees: [
    counted('every action met every 5xx', 'answers', ACTIONS * (WRITE_FAULTS.length + 1)),
    trailsNaming('PROVIDER_UNAVAILABLE', ACTIONS),
    ATTEMPTS_LEFT,
  ],
  play: async (site) => {
    const actions = actionsOf(site, 'storm', [ActionKind.CrmSync], ACTIONS);
    const rules: number[] = [];
    for (const fault of WRITE_FAULTS) rules.push(...(await failEffects(site, actions, fault)));
    for (const action of actions) {
      const rule = { ...probeRule(action), fault: { kind: 'status', status: 500 } } as const;
      rules.push(await scriptFault(site.outputs.faultProxyUrl, rule));
    }
    const taskIds = await enqueueMany(site, actions);
    for (const taskId of taskIds) await inState(site, taskId, ...ENDED);
    return { taskIds, counts: { answers: await hitsOf(site, rules) } };
  },
};
