/** Deploys the naive recipe for the whole job next to the queue, and measures its usage. */
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod/mini';
import { type CostLab, itemOf } from './lab.ts';
import { ITEM_ACTIONS, PeerDeployment } from './peers.ts';
import { type PeerRun, usageOfPeer } from './meter/peer-usage.ts';
import { type ActionScenario, freshAction } from './queue-runs.ts';
import { ROOT_KEYS } from './meter/recorder.ts';
import type { Usage } from './meter/usage.ts';

const PREFIX = 'whole-job';
const TABLES = {
  ACTIONS_TABLE: `${PREFIX}-actions`,
  TRAIL_TABLE: `${PREFIX}-trail`,
  PLACES_TABLE: `${PREFIX}-places`,
  IDEMPOTENCY_TABLE: `${PREFIX}-idempotency`,
} as const;

/** The deployed recipe. */
export interface WholeJob {
  readonly enqueueArn: string;
  /** Name in the records → ARN. */
  readonly functions: Readonly<Record<string, string>>;
}

interface TableArns {
  readonly actions: string;
  readonly trail: string;
  readonly places: string;
  readonly idempotency: string;
}

async function createTables(peer: PeerDeployment): Promise<TableArns> {
  return {
    actions: await peer.table('actions', { keys: ['actionId'], index: ['quoteId', 'createdAt'] }),
    trail: await peer.table('trail', { keys: ['actionId', 'changedAt'] }),
    places: await peer.table('places', { keys: ['placeId'] }),
    idempotency: await peer.table('idempotency', { keys: ['id'] }),
  };
}

/** Deploys the recipe. */
export async function deployWholeJob(lab: CostLab): Promise<WholeJob> {
  const peer = new PeerDeployment(lab, PREFIX);
  const { actions, trail, places, idempotency } = await createTables(peer);
  const functionOf = (handler: string, tables: readonly string[], more = {}): Promise<string> => {
    const grants = [
      { Action: ITEM_ACTIONS, Resource: [idempotency, ...tables] },
      { Action: ['states:StartExecution'], Resource: ['*'] },
    ];
    return peer.function({ handler, variables: { ...TABLES, ...more }, grants });
  };
  const SyncFunctionArn = await functionOf('sync-deal', []);
  const NotifyFunctionArn = await functionOf('notify-card', [places]);
  const values = {
    ActionsTable: TABLES.ACTIONS_TABLE,
    TrailTable: TABLES.TRAIL_TABLE,
    SyncFunctionArn,
    NotifyFunctionArn,
  };
  const STATE_MACHINE_ARN = await peer.machine('whole-job', values, [
    { Action: ['lambda:InvokeFunction'], Resource: [SyncFunctionArn, NotifyFunctionArn] },
    { Action: ['dynamodb:PutItem', 'dynamodb:UpdateItem'], Resource: [actions, trail] },
  ]);
  const enqueueArn = await functionOf('enqueue-action', [actions, trail], { STATE_MACHINE_ARN });
  const functions = {
    [`${PREFIX}-enqueue-action`]: enqueueArn,
    [`${PREFIX}-notify-card`]: NotifyFunctionArn,
    [`${PREFIX}-sync-deal`]: SyncFunctionArn,
  };
  return { enqueueArn, functions };
}

const answerSchema = z.object({ executionArn: z.string() });

async function enqueue({ outputs }: CostLab, recipe: WholeJob, event: object): Promise<string> {
  const { awsEndpointUrl: endpoint, region } = outputs;
  const lambda = new LambdaClient({ endpoint, region, credentials: ROOT_KEYS });
  const Payload = JSON.stringify(event);
  const answer = await lambda.send(new InvokeCommand({ FunctionName: recipe.enqueueArn, Payload }));
  lambda.destroy();
  return answerSchema.parse(JSON.parse(answer.Payload?.transformToString() ?? '')).executionArn;
}

function runOf(lab: CostLab, recipe: WholeJob, scenario: ActionScenario): PeerRun {
  const { quoteId, body, idempotencyKey } = freshAction(scenario);
  const actionId = `${quoteId}-crm`;
  const event = {
    actionId,
    idempotencyKey: `${quoteId} ${idempotencyKey}`,
    snapshot: body.payload['snapshot'],
  };
  return {
    quoteId,
    failsOnce: scenario.failsOnce === true,
    functions: recipe.functions,
    start: () => enqueue(lab, recipe, event),
    put: async () => {
      const { Items = [] } = await lab.store.send(
        new QueryCommand({
          TableName: TABLES.TRAIL_TABLE,
          KeyConditionExpression: 'actionId = :actionId',
          ExpressionAttributeValues: { ':actionId': actionId },
        }),
      );
      return Items.at(-1);
    },
    updated: () => itemOf(lab, TABLES.ACTIONS_TABLE, { actionId }),
    // Its API would be the same HTTP API; here the function behind it is invoked directly.
    request: { apiRequests: 1 },
  };
}

/** The use of one action of the recipe for the whole job. @throws {Error} if it does not succeed */
export const measureWholeJob = (lab: CostLab, recipe: WholeJob, scenario: ActionScenario): Promise<Usage> =>
  usageOfPeer(lab, () => runOf(lab, recipe, scenario));
