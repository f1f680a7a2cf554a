/** Duplicates: requests to enqueue, records of the stream, clicks. */
import { ActionKind } from '../../../lambdas/actions/kinds.ts';
import { marshall } from '@aws-sdk/util-dynamodb';
import { InvokeCommand } from '@aws-sdk/client-lambda';
import { DynamoDbTaskRepo } from '../../../lambdas/queue/adapters/dynamodb/task-repo.ts';
import { toItem } from '../../../lambdas/queue/adapters/dynamodb/task-item.ts';
import type { ExecutionTask } from '../../../lambdas/queue/contracts/records.ts';
import { enqueueAction, getTask } from '../../cli/clients/queue-client.ts';
import { blockActionsOf, clickForm, signedHeaders } from '../../rig/slack/slack-request.ts';
import { actionsOf, type DrillAction, enqueueOne, inLanes, inState, ENDED } from '../actions.ts';
import type { Drill } from '../drill.ts';
import { failEffects } from '../faults.ts';
import { counted, countedAtLeast } from '../guarantees.ts';
import type { DrillSite } from '../site.ts';
import { mustKnow } from '../../../lambdas/queue/domain/task/foreign.ts';

const REQUESTS = 200;
const AT_ONCE = 20;
const DELIVERIES = 5;
const CLICKS = 20;
const HOUR_SECONDS = 3_600;

/** Sends the same request many times; returns the number of answers and of tasks in them. */
async function enqueueAgain(site: DrillSite, action: DrillAction): Promise<Record<string, number>> {
  const requests = Array.from({ length: REQUESTS }, () => action);
  const answers = await inLanes(requests, (request) => enqueueAction(site.target, request), AT_ONCE);
  const taskIds = answers.flatMap((answer) => ('task' in answer ? [answer.task.taskId] : []));
  return { answered: taskIds.length, tasks: new Set(taskIds).size };
}

/** The stream's record of a version of the task, with the fields that its reader uses. */
const streamRecordOf = (task: ExecutionTask, version: number): object => {
  const image = { ...task, version, history: task.history.filter((done) => done.version <= version) };
  return {
    eventID: `again-${task.taskId}-${version}`,
    eventName: version === 1 ? 'INSERT' : 'MODIFY',
    dynamodb: {
      Keys: marshall({ taskId: task.taskId }),
      NewImage: marshall(toItem(image), { removeUndefinedValues: true }),
      SequenceNumber: String(version),
    },
  };
};

/** Delivers all records of a task's stream again, `DELIVERIES` times, newest first; returns the number of deliveries. */
async function streamAgain(site: DrillSite, taskId: string): Promise<number> {
  const task = await new DynamoDbTaskRepo(site.documents, site.outputs.tasksTable).get(taskId);
  if (task === undefined) throw new Error(`task ${taskId}: expected it to be stored`);
  const Records = Array.from({ length: task.version }, (_, index) =>
    streamRecordOf(mustKnow(task), task.version - index),
  );
  for (let delivery = 0; delivery < DELIVERIES; delivery += 1) {
    const answer = await site.lambda.send(
      new InvokeCommand({
        FunctionName: site.outputs.functions['publish-transitions'] ?? '',
        Payload: Buffer.from(JSON.stringify({ Records })),
      }),
    );
    if (answer.FunctionError !== undefined) throw new Error(`publish-transitions: ${answer.FunctionError}`);
  }
  return DELIVERIES * task.version;
}

/** Delivers one signed press many times, and the same number of new presses of the button; returns the number of acknowledgements. */
async function clickAgain(site: DrillSite, taskId: string): Promise<number> {
  const { version } = await getTask(site.target, taskId);
  const { slackChannelId: channelId, apiUrl } = site.outputs;
  const press = (): string => clickForm(blockActionsOf({ taskId, version, action: 'retry', channelId }));
  const same = press();
  const bodies = Array.from({ length: 2 * CLICKS }, (_, index) => (index % 2 === 0 ? same : press()));
  const statuses = await inLanes(bodies, async (body) => {
    const headers = signedHeaders(body, Date.now(), site.secrets.slackSigningSecret);
    const response = await fetch(`${apiUrl}/slack/interactions`, { method: 'POST', headers, body });
    return response.status;
  });
  return statuses.filter((status) => status === 200).length;
}

/** Requests, records and clicks are duplicated. */
export const duplicateStorm: Drill = {
  name: 'duplicate-storm',
  story: `one request ${REQUESTS} times, each record of a stream ${DELIVERIES} times more, one click ${CLICKS} times among ${CLICKS} others`,
  alone: false,
  guarantees: [
    counted('every request is answered', 'answered', REQUESTS),
    counted('they name one task', 'tasks', 1),
    countedAtLeast('records of the stream came again', 'redelivered', DELIVERIES * 3),
    countedAtLeast('clicks were acknowledged', 'clicked', 1),
    {
      claim: 'all the clicks make one transition',
      judge: ({ trails }) => {
        const moves = trails.flatMap(({ records }) =>
          records.filter(({ cause }) => cause === 'operator_retry'),
        );
        return { ok: moves.length === 1, found: `${moves.length}` };
      },
    },
  ],
  play: async (site) => {
    const [stormed, streamed, clicked] = actionsOf(site, 'again', [ActionKind.CrmSync], 3);
    if (stormed === undefined || streamed === undefined || clicked === undefined)
      throw new Error('actions: expected three');
    await failEffects(site, [clicked], { kind: 'status', status: 429, retryAfterSeconds: HOUR_SECONDS });
    for (const action of [streamed, clicked]) await enqueueOne(site, action);
    const requests = await enqueueAgain(site, stormed);
    await inState(site, streamed.taskId, ...ENDED);
    const redelivered = await streamAgain(site, streamed.taskId);
    await inState(site, clicked.taskId, 'retryable_failed');
    const acknowledged = await clickAgain(site, clicked.taskId);
    await inState(site, clicked.taskId, ...ENDED);
    const taskIds = [stormed, streamed, clicked].map(({ taskId }) => taskId);
    return { taskIds, counts: { ...requests, redelivered, clicked: acknowledged } };
  },
};
