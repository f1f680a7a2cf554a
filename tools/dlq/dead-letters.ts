/**
 * Shows, replays and discards dead letters. A message is deleted only after its source has accepted it again. A crash in
 * between delivers it twice, which changes nothing.
 */
import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import * as z from 'zod/mini';
import { TASK_ID_FORM } from '../../lambdas/queue/contracts/records.ts';
import type { DeadLetterQueue } from './dead-letter-queues.ts';
import { parsedBody } from './parsed-body.ts';

/** Time for which no other consumer gets a message, while a command works on it. */
const HIDDEN_SECONDS = 60;
/** Maximum messages of one command; a thousand replays take about a minute. */
export const MAX_MESSAGES = 1_000;

/** A message, without the quote's data in it. */
export interface DeadLetter {
  /** Id that SQS gives the message; it is the same each time the message is received. */
  readonly messageId: string;
  /** Task of the message; `undefined` if the message names no task. */
  readonly taskId: string | undefined;
  /** When it was sent, in ms since the epoch. */
  readonly sentAtMs: number;
  /** The request in the message, or why it is a dead letter. */
  readonly about: string;
}

/** A received message with its receipt handle. */
interface Held {
  readonly letter: DeadLetter;
  readonly handle: string;
  readonly body: string;
}

const TASK_ID = new RegExp(TASK_ID_FORM);

const clickSchema = z.object({ action: z.string(), version: z.number(), userName: z.string() });
const cardSchema = z.object({ retry: z.object({ count: z.number() }) });
const parkedSchema = z.object({ code: z.string(), detail: z.string() });

/** Never includes the record itself, because it contains prices and names. */
function aboutOf(body: string, otherwise: string): string {
  const value = parsedBody(body);
  const click = clickSchema.safeParse(value);
  if (click.success) {
    return `${click.data.action} of version ${click.data.version} by ${click.data.userName}`;
  }
  const parked = parkedSchema.safeParse(value);
  if (parked.success) return `${parked.data.code}: ${parked.data.detail}`;
  const card = cardSchema.safeParse(value);
  return card.success ? `card update, put back ${card.data.retry.count} times` : otherwise;
}

/** The scheduler writes into the message attributes why it could not start something. */
function reasonOf({ MessageAttributes = {} }: Message): string {
  const { ERROR_CODE: code, ERROR_MESSAGE: message } = MessageAttributes;
  return [code, message]
    .map((attribute) => attribute?.StringValue ?? '')
    .filter(Boolean)
    .join(' ');
}

function aboutMessage(message: Message, otherwise: string): string {
  const reason = reasonOf(message);
  const about = aboutOf(message.Body ?? '', otherwise);
  return reason === '' ? about : `${about}: ${reason}`;
}

const letterOf = (messageId: string, message: Message, otherwise: string): DeadLetter => ({
  messageId,
  taskId: TASK_ID.exec(message.Body ?? '')?.[0],
  sentAtMs: Number(message.Attributes?.SentTimestamp ?? 0),
  about: aboutMessage(message, otherwise),
});

const heldOf = (message: Message, otherwise: string): readonly Held[] =>
  message.MessageId === undefined || message.ReceiptHandle === undefined
    ? []
    : [
        {
          letter: letterOf(message.MessageId, message, otherwise),
          handle: message.ReceiptHandle,
          body: message.Body ?? '',
        },
      ];

/** The fields of a queue that are needed to receive its messages. */
type Source = Pick<DeadLetterQueue, 'url' | 'about'>;

/** Receives all messages, each once. */
async function takeAll(sqs: SQSClient, { url, about }: Source): Promise<readonly Held[]> {
  const taken = new Map<string, Held>();
  while (taken.size < MAX_MESSAGES) {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({
        QueueUrl: url,
        MaxNumberOfMessages: 10,
        VisibilityTimeout: HIDDEN_SECONDS,
        // Long polling reads every server of the queue, so that an empty answer means an empty queue.
        WaitTimeSeconds: 1,
        MessageSystemAttributeNames: ['SentTimestamp'],
        MessageAttributeNames: ['All'],
      }),
    );
    const fresh = Messages.flatMap((message) => heldOf(message, about)).filter(
      ({ letter }) => !taken.has(letter.messageId),
    );
    if (fresh.length === 0) break;
    for (const message of fresh) taken.set(message.letter.messageId, message);
  }
  return [...taken.values()].toSorted((a, b) => a.letter.sentAtMs - b.letter.sentAtMs);
}

const putBack = (sqs: SQSClient, url: string, { handle }: Held) =>
  sqs.send(
    new ChangeMessageVisibilityCommand({ QueueUrl: url, ReceiptHandle: handle, VisibilityTimeout: 0 }),
  );

const remove = (sqs: SQSClient, url: string, { handle }: Held) =>
  sqs.send(new DeleteMessageCommand({ QueueUrl: url, ReceiptHandle: handle }));

/** Number of waiting messages; approximate, because SQS counts approximately. */
export async function countLetters(sqs: SQSClient, url: string): Promise<number> {
  const { Attributes = {} } = await sqs.send(
    new GetQueueAttributesCommand({
      QueueUrl: url,
      AttributeNames: ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'],
    }),
  );
  return (
    Number(Attributes['ApproximateNumberOfMessages'] ?? 0) +
    Number(Attributes['ApproximateNumberOfMessagesNotVisible'] ?? 0)
  );
}

/** Reads the messages, oldest first, and leaves them in the queue. */
export async function showLetters(sqs: SQSClient, source: Source): Promise<readonly DeadLetter[]> {
  const held = await takeAll(sqs, source);
  for (const message of held) await putBack(sqs, source.url, message);
  return held.map(({ letter }) => letter);
}

/** A message and the result of its replay. */
export interface ReplayedLetter extends DeadLetter {
  /** Why it stays in the queue; absent if it was accepted. */
  readonly left?: string;
}

async function replayOne(sqs: SQSClient, queue: DeadLetterQueue, message: Held): Promise<ReplayedLetter> {
  try {
    await queue.replay(message.body);
  } catch (thrown) {
    await putBack(sqs, queue.url, message);
    return { ...message.letter, left: thrown instanceof Error ? thrown.message : String(thrown) };
  }
  await remove(sqs, queue.url, message);
  return message.letter;
}

/** Selects messages: those that match each given field. */
export interface LetterChoice {
  /** Only messages of this task. @default all, including messages that name no task */
  readonly taskId?: string;
  /** Only this message. @default any */
  readonly messageId?: string;
}

const isMeant = ({ letter }: Held, { taskId, messageId }: LetterChoice): boolean =>
  (taskId === undefined || letter.taskId === taskId) &&
  (messageId === undefined || letter.messageId === messageId);

/** Replays the messages, oldest first. A message that is not accepted stays in the queue and does not stop the others. */
export async function replayLetters(
  sqs: SQSClient,
  queue: DeadLetterQueue,
  choice: LetterChoice = {},
): Promise<readonly ReplayedLetter[]> {
  const replayed: ReplayedLetter[] = [];
  for (const message of await takeAll(sqs, queue)) {
    if (isMeant(message, choice)) replayed.push(await replayOne(sqs, queue, message));
    else await putBack(sqs, queue.url, message);
  }
  return replayed;
}

/** Deletes only the selected messages. Their requests are not carried out. */
export async function discardLetters(
  sqs: SQSClient,
  source: Source,
  choice: LetterChoice,
): Promise<readonly DeadLetter[]> {
  const discarded: DeadLetter[] = [];
  for (const message of await takeAll(sqs, source)) {
    if (isMeant(message, choice)) {
      await remove(sqs, source.url, message);
      discarded.push(message.letter);
    } else await putBack(sqs, source.url, message);
  }
  return discarded;
}
