/** DynamoDB throttles the functions, and loses replies to writes that it has carried out. */
import { KIND_NAMES } from '../../../lambdas/actions/kinds.ts';
import { WORKER_FUNCTIONS } from '../../../lambdas/shared/contracts/providers.ts';
import type { FunctionName } from '../../../lib/shared/functions.ts';
import { scriptFault } from '../../rig/faults/fault-client.ts';
import type { FaultRule } from '../../rig/faults/fault-rules.ts';
import { actionsOf, type DrillAction, enqueueMany, inState, ENDED } from '../actions.ts';
import type { Drill } from '../drill.ts';
import { hitsOf } from '../faults.ts';
import { countedAtLeast } from '../guarantees.ts';
import type { DrillSite } from '../site.ts';

const QUOTES = 4;

/**
 * Every function that moves or shows tasks. `publish-transitions` is left out: the local AWS drops records whose failure it
 * reports, while DynamoDB Streams would deliver them again.
 */
const THROTTLED: readonly FunctionName[] = [
  'enqueue-action',
  ...WORKER_FUNCTIONS,
  'record-lost-worker',
  'update-card',
];

type Rule = Omit<FaultRule, 'target' | 'bodyIncludes'>;

const throttled = { kind: 'status', status: 400 } as const;
/** Twice in a row, so that the SDK's retry is refused too. Then every third request. */
const THROTTLES: readonly Rule[] = [
  { path: '/PutItem', fault: throttled, times: 2 },
  { path: '/PutItem', fault: throttled, every: 3, times: 2 },
  { path: '/GetItem', fault: throttled, every: 3, times: 2 },
  { path: '/UpdateItem', fault: throttled, every: 3, times: 1 },
];
const LOSSES: readonly Rule[] = [
  { path: '/PutItem', fault: { kind: 'drop_reply' }, every: 2, times: 2 },
  { path: '/UpdateItem', fault: { kind: 'drop_reply' }, every: 2, times: 1 },
];

/** Requests about a task contain its id: as key of the task or of its card, or in the effect key of the ledger. */
async function scriptAll(
  site: DrillSite,
  actions: readonly DrillAction[],
  rules: readonly Rule[],
): Promise<readonly number[]> {
  const ids: number[] = [];
  for (const { taskId } of actions) {
    for (const rule of rules) {
      const whole = { target: 'dynamodb', bodyIncludes: taskId, ...rule } as const;
      ids.push(await scriptFault(site.outputs.faultProxyUrl, whole));
    }
  }
  return ids;
}

/** DynamoDB throttles requests and loses replies. */
export const dynamodbThrottled: Drill = {
  name: 'dynamodb-throttled',
  story:
    'DynamoDB throttles requests, also twice in a row, and loses replies to writes that it has carried out',
  alone: false,
  functions: ({ outputs }) => ({
    names: THROTTLED,
    variables: { AWS_ENDPOINT_URL_DYNAMODB: outputs.faultProxyUrl },
  }),
  guarantees: [
    countedAtLeast('requests were throttled', 'throttled', 5 * KIND_NAMES.length * QUOTES),
    countedAtLeast('replies to writes were lost', 'lost', 2 * KIND_NAMES.length * QUOTES),
  ],
  play: async (site) => {
    const actions = actionsOf(site, 'throttled', KIND_NAMES, QUOTES);
    const throttles = await scriptAll(site, actions, THROTTLES);
    const losses = await scriptAll(site, actions, LOSSES);
    const taskIds = await enqueueMany(site, actions);
    for (const taskId of taskIds) await inState(site, taskId, ...ENDED);
    return {
      taskIds,
      counts: { throttled: await hitsOf(site, throttles), lost: await hitsOf(site, losses) },
    };
  },
};
