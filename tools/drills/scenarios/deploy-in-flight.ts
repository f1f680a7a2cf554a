/** New code is deployed to every function while executions run. */
import { ActionKind, KIND_NAMES } from '../../../lambdas/actions/kinds.ts';
import { appendFileSync, cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FUNCTION_NAMES, type FunctionName } from '../../../lib/shared/functions.ts';
import { executionNameOf } from '../../../lambdas/queue/domain/task/identity.ts';
import { bundleDirOf } from '../../../lib/shared/bundle-functions.ts';
import { actionsOf, enqueueMany, inLanes, inState } from '../actions.ts';
import type { Drill } from '../drill.ts';
import { statusOf } from '../executions.ts';
import { failEffects } from '../faults.ts';
import { codeHashOf, deployCode } from '../functions.ts';
import { counted, countedAtLeast } from '../guarantees.ts';
import type { DrillSite } from '../site.ts';

/** The kind whose provider is slow, so that its executions are still running. */
const SLOW = ActionKind.CrmSync;
const QUOTES = 5;
const IN_FLIGHT = 5;

/** Deploys the code of this checkout with a unique mark, so that the deployment sees new code. */
async function deployNew(site: DrillSite, name: FunctionName): Promise<boolean> {
  const dir = mkdtempSync(join(tmpdir(), 'quoteq-deploy-'));
  try {
    cpSync(bundleDirOf(name), dir, { recursive: true });
    appendFileSync(join(dir, 'index.mjs'), `\n// ${site.mark}\n`);
    const before = await codeHashOf(site, name);
    await deployCode(site, name, dir);
    return (await codeHashOf(site, name)) !== before;
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

async function countRunning(site: DrillSite, taskIds: readonly string[]): Promise<number> {
  const statuses = await Promise.all(taskIds.map((taskId) => statusOf(site, executionNameOf(taskId, 1))));
  return statuses.filter((status) => status === 'RUNNING').length;
}

/** New code is deployed while executions run. */
export const deployInFlight: Drill = {
  name: 'deploy-in-flight',
  story:
    'new code is deployed to every function while executions run; the local AWS kills the workers of the old',
  alone: true,
  guarantees: [
    countedAtLeast('executions were under way when the deployment began', 'inFlight', IN_FLIGHT),
    counted('every function got new code', 'deployed', FUNCTION_NAMES.length),
  ],
  play: async (site) => {
    const slow = actionsOf(site, 'deploy', [SLOW], QUOTES);
    await failEffects(site, slow, { kind: 'delay', delayMs: 2_500 });
    const others = actionsOf(
      site,
      'deploy',
      KIND_NAMES.filter((kind) => kind !== SLOW),
      QUOTES,
    );
    const early = await enqueueMany(site, slow);
    for (const taskId of early) await inState(site, taskId, 'running', 'completed');
    const inFlight = await countRunning(site, early);
    const later = enqueueMany(site, others);
    const deployed = await inLanes(FUNCTION_NAMES, (name) => deployNew(site, name), 4);
    const taskIds = [...early, ...(await later)];
    return { taskIds, counts: { inFlight, deployed: deployed.filter(Boolean).length } };
  },
};
