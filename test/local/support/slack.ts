/** Slack for the local tests: signed requests directly to the API, and the messages in the local Slack. */
import {
  GetSecretValueCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod/mini';
import { DynamoDbTaskRepo } from '../../../lambdas/queue/adapters/dynamodb/task-repo.ts';
import { createSlackClient } from '../../../lambdas/shared/adapters/slack-api/slack-client.ts';
import type { ExecutionTask } from '../../../lambdas/queue/contracts/records.ts';
import { LOCAL_WORKSPACE } from '../../../tools/rig/slack/slack.ts';
import { blockActionsOf, clickForm, type Press, signedHeaders } from '../../helpers/slack/slack-request.ts';
import { eventually, outputs, rootClient } from './queue.ts';
import { mustKnow } from '../../../lambdas/queue/domain/task/foreign.ts';

const secretId = outputs.stackOutputs['SlackSecretArn'] ?? '';
const secrets = new SecretsManagerClient(rootClient);

const secretSchema = z.object({ botToken: z.string(), signingSecrets: z.array(z.string()) });
/** Token and signing secrets of the Slack app. */
export type SlackSecretValue = z.infer<typeof secretSchema>;

/** The stored secret. */
export async function readSlackSecret(): Promise<SlackSecretValue> {
  const { SecretString = '' } = await secrets.send(new GetSecretValueCommand({ SecretId: secretId }));
  return secretSchema.parse(JSON.parse(SecretString));
}

/** Replaces the secret, like a rotation. */
export async function putSlackSecret(value: SlackSecretValue): Promise<void> {
  const command = new PutSecretValueCommand({ SecretId: secretId, SecretString: JSON.stringify(value) });
  await secrets.send(command);
}

/** The two operators of the local workspace. */
export const [ADA, LIN] = LOCAL_WORKSPACE.operators.map(({ id, name }) => ({
  teamId: LOCAL_WORKSPACE.teamId,
  userId: id,
  name,
}));

/** A route for Slack. */
export type SlackRoute = 'interactions' | 'commands';

/** Sends a request to the API like Slack, without the local Slack. */
export async function postSlack(
  route: SlackRoute,
  body: string | Uint8Array,
  headers: Readonly<Record<string, string>>,
): Promise<{ readonly status: number; readonly text: string }> {
  const response = await fetch(`${outputs.apiUrl}/slack/${route}`, {
    method: 'POST',
    headers,
    body: typeof body === 'string' ? body : Buffer.from(body),
  });
  return { status: response.status, text: await response.text() };
}

/**
 * Signs and sends a press of a button now; returns the status. A 503 means that a cold function on a busy machine could not read its
 * settings in time and the press had no effect; it is then sent again.
 */
export function press(signingSecret: string, what: Press): Promise<number> {
  const body = clickForm(blockActionsOf({ channelId: outputs.slackChannelId, ...what }));
  return eventually('an answer to the click', async () => {
    const { status } = await postSlack('interactions', body, signedHeaders(body, Date.now(), signingSecret));
    return status === 503 ? undefined : status;
  });
}

const dynamo = DynamoDBDocumentClient.from(new DynamoDBClient(rootClient), {
  marshallOptions: { removeUndefinedValues: true },
});
/** The deployed Tasks table, as root. */
export const tasks = new DynamoDbTaskRepo(dynamo, outputs.tasksTable);
/** A document client as root. */
export const documents = dynamo;

/** Stores a task without a driver; its history counts as recorded. */
export async function putTask(task: ExecutionTask): Promise<ExecutionTask> {
  const written = await tasks.putIfAbsent(task);
  if (written.kind === 'conflict') throw new Error(`task ${task.taskId}: expected a new one`);
  return written.task;
}

/** The task. @throws {Error} if it does not exist */
export async function storedTask(taskId: string): Promise<ExecutionTask> {
  const task = await tasks.get(taskId);
  if (task === undefined) throw new Error(`task ${taskId}: expected it to be stored`);
  return mustKnow(task);
}

const messagesSchema = z.object({
  messages: z.array(
    z.object({
      text: z.string(),
      subtype: z.optional(z.string()),
      ephemeral_to: z.optional(z.string()),
      ts: z.string(),
      thread_ts: z.optional(z.string()),
    }),
  ),
});

const control = (path: string): URL => new URL(`/_control/${path}`, outputs.slackPageUrl ?? '');

/** Texts of ephemeral messages to a person. */
export async function ephemeralsFor(userId: string): Promise<readonly string[]> {
  const response = await fetch(control(`messages/${outputs.slackChannelId}`));
  const { messages } = messagesSchema.parse(await response.json());
  return messages.filter((message) => message.ephemeral_to === userId).map(({ text }) => text);
}

const initSchema = z.object({
  t: z.literal('init'),
  state: z.object({ modalStack: z.array(z.unknown()) }),
});

/** The local Slack's state for a new page. */
function pageState(): Promise<z.infer<typeof initSchema>['state']> {
  const url = new URL('/ui', outputs.slackPageUrl ?? '');
  url.protocol = 'ws:';
  const socket = new WebSocket(url);
  return new Promise((resolve, reject) => {
    socket.addEventListener('error', () => reject(new Error('The local Slack refused the page')));
    socket.addEventListener('message', ({ data }) => {
      socket.close();
      const parsed = initSchema.safeParse(JSON.parse(String(data)));
      if (parsed.success) resolve(parsed.data.state);
      else reject(parsed.error);
    });
  });
}

/** The modal that is open in the local Slack, as JSON text. */
export async function openModal(): Promise<string | undefined> {
  const view = (await pageState()).modalStack.at(-1);
  return view === undefined ? undefined : JSON.stringify(view);
}

/** Posts a message of the app for buttons; returns its `ts`. */
export async function postPlainMessage(text: string): Promise<string> {
  const { botToken } = await readSlackSecret();
  const client = createSlackClient(botToken, outputs.slackApiUrl);
  const { ts = '' } = await client.chat.postMessage({ channel: outputs.slackChannelId, text });
  return ts;
}

/** Presses a button inside the local Slack, which signs and delivers it. */
export async function pressInSlack(body: {
  readonly messageTs: string;
  readonly user: string;
  readonly action: object;
}): Promise<void> {
  const response = await fetch(control('interact'), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ channel: outputs.slackChannelId, ...body }),
  });
  if (!response.ok) throw new Error(`The local Slack refused the press: ${await response.text()}`);
}

/** Types a command in the local Slack; the answer becomes an ephemeral message there. */
export async function typeInSlack(user: string, text: string): Promise<void> {
  const response = await fetch(control('command'), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ channel: outputs.slackChannelId, user, command: '/quoteq', text }),
  });
  if (!response.ok) throw new Error(`The local Slack refused the command: ${await response.text()}`);
}
