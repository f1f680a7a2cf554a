/** Deploys the naive recipe in its tutorial form next to the queue, and measures its usage. */
import { StartExecutionCommand } from '@aws-sdk/client-sfn';
import { type CostLab, itemOf } from './lab.ts';
import { ITEM_ACTIONS, PeerDeployment } from './peers.ts';
import { type PeerRun, usageOfPeer } from './meter/peer-usage.ts';
import { type ActionScenario, freshAction } from './queue-runs.ts';
import type { Usage } from './meter/usage.ts';

const PREFIX = 'naive';

/** The deployed recipe. */
export interface NaiveRecipe {
  readonly stateMachineArn: string;
  /** Name in the records → ARN. */
  readonly functions: Readonly<Record<string, string>>;
}

/** Deploys the recipe. */
export async function deployNaiveRecipe(lab: CostLab): Promise<NaiveRecipe> {
  const peer = new PeerDeployment(lab, PREFIX);
  const actionsArn = await peer.table('actions', { keys: ['actionId'] });
  const idempotencyArn = await peer.table('idempotency', { keys: ['id'] });
  const variables = { IDEMPOTENCY_TABLE: `${PREFIX}-idempotency` };
  const grants = [{ Action: ITEM_ACTIONS, Resource: [idempotencyArn] }];
  const SyncFunctionArn = await peer.function({ handler: 'sync-deal', variables, grants });
  const NotifyFunctionArn = await peer.function({ handler: 'notify-slack', variables, grants });
  const values = { ActionsTable: `${PREFIX}-actions`, SyncFunctionArn, NotifyFunctionArn };
  const stateMachineArn = await peer.machine('naive-recipe', values, [
    { Action: ['lambda:InvokeFunction'], Resource: [SyncFunctionArn, NotifyFunctionArn] },
    { Action: ['dynamodb:PutItem', 'dynamodb:UpdateItem'], Resource: [actionsArn] },
  ]);
  return {
    stateMachineArn,
    functions: { 'naive-sync-deal': SyncFunctionArn, 'naive-notify-slack': NotifyFunctionArn },
  };
}

function runOf(lab: CostLab, recipe: NaiveRecipe, scenario: ActionScenario): PeerRun {
  const { quoteId, body } = freshAction(scenario);
  const actionId = `${quoteId}-crm`;
  return {
    quoteId,
    failsOnce: scenario.failsOnce === true,
    functions: recipe.functions,
    start: async () => {
      const input = JSON.stringify({ actionId, snapshot: body.payload['snapshot'] });
      const { executionArn = '' } = await lab.sfn.send(
        new StartExecutionCommand({ stateMachineArn: recipe.stateMachineArn, name: actionId, input }),
      );
      return executionArn;
    },
    // All writes are of the action's own item.
    put: () => itemOf(lab, `${PREFIX}-actions`, { actionId }),
    updated: () => itemOf(lab, `${PREFIX}-actions`, { actionId }),
  };
}

/** The use of one action of the naive recipe. @throws {Error} if it does not succeed */
export const measureNaive = (lab: CostLab, recipe: NaiveRecipe, scenario: ActionScenario): Promise<Usage> =>
  usageOfPeer(lab, () => runOf(lab, recipe, scenario));
