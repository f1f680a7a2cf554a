/** Slack answers 503 to every request until actions that need it have failed twice. */
import { KIND_NAMES, kindsOf } from '../../../lambdas/actions/kinds.ts';
import { getAudit, getTask } from '../../cli/clients/queue-client.ts';
import { eventually } from '../../rig/process/eventually.ts';
import { scriptFault, takeFaultBack } from '../../rig/faults/fault-client.ts';
import { actionsOf, type DrillAction, enqueueMany, inState, ENDED } from '../actions.ts';
import type { Drill } from '../drill.ts';
import { hitsOf } from '../faults.ts';
import { counted, countedAtLeast } from '../guarantees.ts';
import type { DrillSite } from '../site.ts';

const QUOTES = 4;
/** The kinds that do not need Slack. */
const OTHERS = KIND_NAMES.filter((kind) => !kindsOf('slack').includes(kind));
const UNTOUCHED = OTHERS.length * QUOTES;
const MANY = 1_000_000;

/** Number of tasks that end with a complete trail while Slack is down. */
async function endedMeanwhile(site: DrillSite, taskIds: readonly string[]): Promise<number> {
  for (const taskId of taskIds) {
    await inState(site, taskId, ...ENDED);
    await eventually(`the trail of ${taskId}`, async () => {
      const { gaps, records } = await getAudit(site.target, taskId);
      return (records.length === 3 && gaps.length === 0) || undefined;
    });
  }
  return taskIds.length;
}

async function cardsOf(site: DrillSite, taskIds: readonly string[]): Promise<number> {
  const tasks = await Promise.all(taskIds.map((taskId) => getTask(site.target, taskId)));
  return tasks.filter(({ card }) => card?.version !== undefined).length;
}

/**
 * Waits until an action that needs Slack has failed twice. Deferred attempts count too: the post of a thread stays in doubt while cards
 * wait for it, so most attempts during the outage only wait.
 */
const feltTwice = (site: DrillSite, taskId: string): Promise<true> =>
  eventually(`${taskId} to fail twice`, async () => {
    const { attempts, state } = await getTask(site.target, taskId);
    return (state === 'retryable_failed' && attempts.claims >= 2) || undefined;
  });

/**
 * The actions that need Slack are enqueued last: even on a slow machine, they must not use all five attempts before Slack is
 * back.
 */
async function outage(site: DrillSite, other: readonly DrillAction[], slack: readonly DrillAction[]) {
  const untouched = await enqueueMany(site, other);
  const ended = await endedMeanwhile(site, untouched);
  const needing = await enqueueMany(site, slack);
  await Promise.all(needing.map((taskId) => feltTwice(site, taskId)));
  const taskIds = [...untouched, ...needing];
  return { taskIds, ended, cardsMeanwhile: await cardsOf(site, taskIds) };
}

/** Slack is down. */
export const slackDown: Drill = {
  name: 'slack-down',
  story: 'Slack answers 503 to every request, until actions that need it have failed twice',
  alone: true,
  guarantees: [
    countedAtLeast('requests to Slack failed', 'failed', 2 * QUOTES),
    counted('every other action ends during the outage, with a complete trail', 'ended', UNTOUCHED),
    counted('no card was posted during the outage', 'cardsMeanwhile', 0),
  ],
  play: async (site) => {
    const { faultProxyUrl } = site.outputs;
    const fault = { kind: 'status', status: 503 } as const;
    const rule = await scriptFault(faultProxyUrl, { target: 'slack', path: '/api/*', fault, times: MANY });
    try {
      const other = actionsOf(site, 'slack-down', OTHERS, QUOTES);
      const slack = actionsOf(site, 'slack-down', kindsOf('slack'), QUOTES);
      const { taskIds, ...counts } = await outage(site, other, slack);
      const failed = await hitsOf(site, [rule]);
      return { taskIds, counts: { ...counts, failed } };
    } finally {
      await takeFaultBack(faultProxyUrl, rule);
    }
  },
};
