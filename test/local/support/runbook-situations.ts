/** The situation of a runbook page: the tasks, queues and secrets for its commands, and its placeholders. */
import {
  GetSecretValueCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import {
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { marshall } from '@aws-sdk/util-dynamodb';
import { toItem } from '../../../lambdas/queue/adapters/dynamodb/task-item.ts';
import type { ActionKind } from '../../../lambdas/actions/kinds.ts';
import { taskViewSchema } from '../../../lambdas/queue/contracts/api.ts';
import type { ExecutionTask } from '../../../lambdas/queue/contracts/records.ts';
import { discardLetters } from '../../../tools/dlq/dead-letters.ts';
import { pauseKind, resumeKind } from '../../../tools/cli/clients/kind-client.ts';
import { getAudit, getTask } from '../../../tools/cli/clients/queue-client.ts';
import { queuedTask, retryableTask, runningTask } from '../../helpers/builders.ts';
import {
  acceptedSnapshot,
  eventually,
  freshQuoteId,
  outputs,
  postAction,
  rootClient,
  ended,
  target,
} from './queue.ts';
import { put } from './cards.ts';
import { ADA, readSlackSecret } from './slack.ts';
import type { Placeholders } from './runbook-commands.ts';

/** The situation of a page. */
export interface Situation {
  readonly placeholders: Placeholders;
  /** The operator's input for the blocks that read it, in order. */
  readonly typed?: readonly string[];
  /** Reverts changes of the commands. */
  readonly cleanUp?: () => Promise<void>;
}

const HOUR_MS = 3_600_000;

/** A task that failed retryably, with an hour until its next attempt and without a driver: only the operator moves it. */
async function waitingTask(): Promise<ExecutionTask> {
  const nowMs = Date.now();
  const queued = await put(queuedTask('crm.sync', 'runbook', nowMs, acceptedSnapshot(freshQuoteId())));
  const running = await put(runningTask(queued, nowMs), queued);
  const waiting = await put(retryableTask(running, nowMs + HOUR_MS), running);
  await eventually('the audit trail', async () => {
    const { records } = await getAudit(target, waiting.taskId);
    return records.length === waiting.version ? records : undefined;
  });
  return waiting;
}

/** An enqueued action; `until` waits for the page's initial state. */
async function enqueued(
  kind: ActionKind,
  until: (taskId: string) => Promise<unknown>,
): Promise<{ readonly taskId: string; readonly quoteId: string }> {
  const quoteId = freshQuoteId();
  const { body } = await postAction(quoteId, kind, 'runbook');
  const { taskId } = taskViewSchema.parse(body);
  await until(taskId);
  return { taskId, quoteId };
}

const named = ({ taskId, quoteId }: { readonly taskId: string; readonly quoteId: string }): Placeholders => ({
  'task-…': taskId,
  'Q-…': quoteId,
});

let completed: Promise<Situation> | undefined;

/** A completed action, shared by all pages that only read. */
function ordinary(): Promise<Situation> {
  completed ??= enqueued('crm.sync', ended).then((action) => ({ placeholders: named(action) }));
  return completed;
}

const redrive = async (): Promise<Situation> => ({ placeholders: named(await waitingTask()) });

const held = (taskId: string) =>
  eventually(`task ${taskId} to be held`, async () =>
    (await getTask(target, taskId)).hold === undefined ? undefined : true,
  );

const resumeAll = async (): Promise<void> => {
  for (const kind of ['pdf.render', 'crm.sync', 'slack.notify'] as const) await resumeKind(target, kind);
};

async function pauseAKind(): Promise<Situation> {
  await pauseKind(target, 'crm.sync', 'It was paused for another reason before');
  return { placeholders: named(await enqueued('crm.sync', held)) };
}

const drain = (): Promise<Situation> => Promise.resolve({ placeholders: {} });

const sqs = new SQSClient({ ...rootClient, useQueueUrlAsEndpoint: false });

/** The dead-letter queue of `url`. */
async function deadLettersOf(url: string): Promise<string> {
  const { Attributes = {} } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['RedrivePolicy'] }),
  );
  const QueueName = /"deadLetterTargetArn": ?"[^"]*:([^":]+)"/.exec(Attributes['RedrivePolicy'] ?? '')?.[1];
  return (await sqs.send(new GetQueueUrlCommand({ QueueName }))).QueueUrl ?? '';
}

const send = (url: string, body: unknown) =>
  sqs.send(new SendMessageCommand({ QueueUrl: url, MessageBody: JSON.stringify(body) }));

const clickOn = ({ taskId }: ExecutionTask, action: 'retry' | 'abandon', version: number) => ({
  schemaVersion: 1,
  clickId: taskId.slice('task-'.length).padEnd(64, '0'),
  taskId,
  version,
  action,
  teamId: ADA?.teamId,
  userId: ADA?.userId,
  userName: 'ada',
  channelId: outputs.slackChannelId,
  messageTs: '1795700000.000001',
});

const parkedRecordOf = (task: ExecutionTask) => ({
  code: 'STORED_RECORD_INVALID',
  detail: 'Task item: schemaVersion: expected one of: 2',
  record: {
    eventID: task.attemptId,
    eventName: 'MODIFY',
    dynamodb: {
      SequenceNumber: '1',
      Keys: { taskId: { S: task.taskId } },
      NewImage: marshall(toItem(task), { removeUndefinedValues: true }),
    },
  },
});

/** The scheduler's message after it could not start a sweep. */
const missSweep = () =>
  sqs.send(
    new SendMessageCommand({
      QueueUrl: outputs.stackOutputs['MissedSweepsUrl'] ?? '',
      MessageBody: '{}',
      MessageAttributes: {
        ERROR_CODE: { DataType: 'String', StringValue: 'AccessDeniedException' },
        ERROR_MESSAGE: { DataType: 'String', StringValue: 'The role may not invoke the function' },
      },
    }),
  );

async function missedSweeps(): Promise<Situation> {
  await missSweep();
  return { placeholders: {} };
}

/** A task whose trail lacks records that are no longer in its history. */
async function auditGap(): Promise<Situation> {
  const nowMs = Date.now();
  const queued = queuedTask('crm.sync', 'gap', nowMs, acceptedSnapshot(freshQuoteId()));
  const waiting = retryableTask(runningTask(queued, nowMs), nowMs + HOUR_MS);
  const { taskId } = await put({ ...waiting, history: waiting.history.slice(-1) });
  await eventually('the audit trail', async () => {
    const { records } = await getAudit(target, taskId);
    return records.length === 1 ? records : undefined;
  });
  return { placeholders: named(waiting) };
}

async function replayDeadLetters(): Promise<Situation> {
  const first = await waitingTask();
  const second = await waitingTask();
  const clicks = await deadLettersOf(outputs.clickQueueUrl);
  await send(outputs.cardDeadLettersUrl, {
    detail: { taskId: first.taskId },
    retry: { count: 240, sinceMs: Date.now() - 24 * HOUR_MS },
  });
  await send(clicks, clickOn(first, 'retry', first.version));
  await send(clicks, clickOn(second, 'abandon', 1));
  await send(outputs.parkedQueueUrl, parkedRecordOf(first));
  await missSweep();
  return {
    placeholders: { 'task-1…': first.taskId, 'task-2…': second.taskId, 'task-…': first.taskId },
    cleanUp: async () => {
      for (const url of [outputs.cardDeadLettersUrl, clicks, outputs.parkedQueueUrl])
        for (const { taskId } of [first, second]) await discardLetters(sqs, { url, about: '' }, { taskId });
    },
  };
}

/** The CRM's token and the bot token are set to their present values, since the local providers accept no others. */
async function rotateSecrets(): Promise<Situation> {
  const secrets = new SecretsManagerClient(rootClient);
  const ids = [outputs.stackOutputs['CrmSecretArn'] ?? '', outputs.stackOutputs['SlackSecretArn'] ?? ''];
  const values = await Promise.all(
    ids.map((SecretId) => secrets.send(new GetSecretValueCommand({ SecretId }))),
  );
  const crm: { readonly token: string } = JSON.parse(values[0]?.SecretString ?? '{}');
  const { botToken } = await readSlackSecret();
  return {
    placeholders: {},
    typed: [crm.token, `signing-secret-${Date.now()}`, botToken],
    cleanUp: async () => {
      await Promise.all(
        values.map(({ ARN, SecretString }) =>
          secrets.send(new PutSecretValueCommand({ SecretId: ARN, SecretString })),
        ),
      );
    },
  };
}

/** Pages that need more than {@link ordinary}, by their path below `runbooks`. */
const SITUATIONS: Readonly<Record<string, () => Promise<Situation>>> = {
  'procedures/redrive.md': redrive,
  'procedures/pause-a-kind.md': pauseAKind,
  'procedures/drain.md': drain,
  'procedures/replay-dead-letters.md': replayDeadLetters,
  'alarms/missed-sweeps.md': missedSweeps,
  'alarms/audit-gaps.md': auditGap,
  'alarms/card-dead-letters.md': replayDeadLetters,
  'alarms/card-delivery-failures.md': replayDeadLetters,
  'alarms/click-dead-letters.md': replayDeadLetters,
  'alarms/parked-records.md': replayDeadLetters,
  'procedures/rotate-secrets.md': rotateSecrets,
};

/** Prepares the situation of a page; kinds that it paused are resumed afterwards. */
export async function prepare(page: string): Promise<Situation & { readonly cleanUp: () => Promise<void> }> {
  const situation = await (SITUATIONS[page] ?? ordinary)();
  const cleanUp = async (): Promise<void> => {
    await situation.cleanUp?.();
    await resumeAll();
  };
  return { ...situation, cleanUp };
}
