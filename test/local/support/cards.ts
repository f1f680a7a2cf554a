/** Cards in the local Slack, and tasks that are stored without the API, so that they do not move. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod/mini';
import { DynamoDbCardRepo } from '../../../lambdas/slack/adapters/dynamodb/card-repo.ts';
import { DynamoDbTaskRepo } from '../../../lambdas/queue/adapters/dynamodb/task-repo.ts';
import { createSlackClient } from '../../../lambdas/shared/adapters/slack-api/slack-client.ts';
import type { ExecutionTask } from '../../../lambdas/queue/contracts/records.ts';
import { countEffects } from '../../../tools/demo/provider-counts.ts';
import { faultHits as hitsById } from '../../../tools/rig/faults/fault-client.ts';
import { eventually, outputs, rootClient } from './queue.ts';

const store = DynamoDBDocumentClient.from(new DynamoDBClient(rootClient), {
  marshallOptions: { removeUndefinedValues: true },
});
/** The deployed tables, as root. */
export const tasks = new DynamoDbTaskRepo(store, outputs.tasksTable);
export const cards = new DynamoDbCardRepo(store, outputs.cardsTable);

/** Slack's Web API through the fault proxy; the local Slack accepts any token. */
export const slack = createSlackClient('xoxb-tests', outputs.slackApiUrl);

const messagesSchema = z.object({
  messages: z.array(
    z.object({
      ts: z.string(),
      text: z.string(),
      thread_ts: z.optional(z.string()),
      blocks: z.optional(z.array(z.unknown())),
    }),
  ),
});
/** A message of the channel. */
export type ShownMessage = z.infer<typeof messagesSchema>['messages'][number];

/** Everything in the channel, threads included. */
export async function shownMessages(): Promise<readonly ShownMessage[]> {
  const page = new URL(`/_control/messages/${outputs.slackChannelId}`, outputs.slackPageUrl ?? '');
  return messagesSchema.parse(await (await fetch(page)).json()).messages;
}

/** Cards of a task: the messages whose blocks name it. */
export async function cardsOf(taskId: string): Promise<readonly ShownMessage[]> {
  const messages = await shownMessages();
  return messages.filter(({ blocks }) => JSON.stringify(blocks ?? []).includes(taskId));
}

/** Waits for the card with `version`; returns its text and blocks as one text. */
export const cardShowing = (taskId: string, version: number, limitMs?: number): Promise<string> =>
  eventually(
    `the card of ${taskId} to show version ${version}`,
    async () => {
      const record = await cards.get(taskId);
      if (record?.versionDone !== version) return undefined;
      const [message] = (await cardsOf(taskId)).filter(({ ts }) => ts === record.ts);
      return message && JSON.stringify(message);
    },
    limitMs,
  );

/** Number of messages in the channel with this effect key. */
export const messagesUnder = async (effectKey: string): Promise<number> =>
  (await countEffects(outputs)).slack.get(effectKey) ?? 0;

/** Stores a task, or its next version, without the API: no execution drives it. */
export async function put(next: ExecutionTask, previous?: ExecutionTask): Promise<ExecutionTask> {
  const written =
    previous === undefined ? await tasks.putIfAbsent(next) : await tasks.replace(previous, next);
  if (written.kind === 'conflict') throw new Error(`task ${next.taskId}: expected nobody else to write it`);
  return written.task;
}

/** Number of requests that matched each scripted fault, in the order of the rules. */
export const faultHits = async (): Promise<readonly number[]> => [
  ...(await hitsById(outputs.faultProxyUrl)).values(),
];

const sqs = new SQSClient(rootClient);

/** Requests the update of a card, like the bus. */
export const askForCard = async (detail: { readonly taskId: string; readonly version: number }) =>
  sqs.send(
    new SendMessageCommand({ QueueUrl: outputs.cardQueueUrl, MessageBody: JSON.stringify({ detail }) }),
  );
