/** `dlq list`, `dlq show`, `dlq replay` and `dlq discard`. */
import type { SQSClient } from '@aws-sdk/client-sqs';
import {
  DEAD_LETTER_QUEUES,
  type DeadLetterQueue,
  findQueue,
  readQueueName,
  sqsOf,
} from '../../dlq/dead-letter-queues.ts';
import {
  countLetters,
  type DeadLetter,
  discardLetters,
  type LetterChoice,
  type ReplayedLetter,
  replayLetters,
  showLetters,
} from '../../dlq/dead-letters.ts';
import { CliError } from '../cli-error.ts';
import { printAs } from '../terminal/print.ts';
import { shownLine } from '../terminal/terminal-text.ts';
import { readTaskId } from '../clients/queue-client.ts';
import { explaining, resolveStage, type StageOptions, type StageTarget } from '../target/stage-target.ts';
import { renderTable } from '../terminal/table.ts';

/** Options of these commands. */
export interface DlqOptions extends StageOptions {
  readonly json?: boolean;
  /** Only messages about this task. */
  readonly task?: string;
  /** Only this message, by the id that `show` prints. */
  readonly message?: string;
}

/** SQS uses UUIDs as message ids; other engines may use other ids. */
const MESSAGE_ID = /^[\w-]{1,100}$/;

/** The messages that the options select. @throws {CliError} on an invalid task id or message id */
function readChoice({ task, message }: DlqOptions): LetterChoice {
  if (message !== undefined && !MESSAGE_ID.test(message)) {
    throw new CliError(`--message: expected an id as \`dlq show\` prints it; found ${shownLine(message)}`);
  }
  return {
    ...(task === undefined ? {} : { taskId: readTaskId(task) }),
    ...(message === undefined ? {} : { messageId: message }),
  };
}

/** If one message was selected by its id, checks that it was found. @throws {CliError} when it was not */
function assertFound(found: readonly DeadLetter[], { messageId }: LetterChoice): void {
  if (messageId === undefined || found.length > 0) return;
  throw new CliError(
    `Message ${messageId} is not in the queue, or another command is holding it for up to a minute`,
  );
}

async function withSqs<T>(
  options: DlqOptions,
  work: (sqs: SQSClient, target: StageTarget) => Promise<T>,
): Promise<T> {
  const target = resolveStage(options);
  const sqs = sqsOf(target);
  try {
    return await explaining('The queues could not be reached', () => work(sqs, target));
  } finally {
    sqs.destroy();
  }
}

const withQueue = <T>(
  name: string,
  options: DlqOptions,
  work: (sqs: SQSClient, queue: DeadLetterQueue) => Promise<T>,
): Promise<T> => {
  const known = readQueueName(name);
  return withSqs(options, async (sqs, target) => work(sqs, await findQueue(target, sqs, known)));
};

/** `quoteq dlq list` */
export async function list(options: DlqOptions): Promise<void> {
  const rows = await withSqs(options, (sqs, target) =>
    Promise.all(
      DEAD_LETTER_QUEUES.map(async (name) => {
        const { url, goesBackTo } = await findQueue(target, sqs, name);
        return { name, messages: await countLetters(sqs, url), goesBackTo };
      }),
    ),
  );
  printAs(options, rows, (all) =>
    renderTable(
      ['queue', 'messages', 'goes back to'],
      all.map(({ name, messages, goesBackTo }) => [name, messages, goesBackTo]),
    ),
  );
}

const letterRow = ({ messageId, taskId, sentAtMs, about }: DeadLetter): readonly string[] => [
  new Date(sentAtMs).toISOString(),
  messageId,
  taskId ?? '–',
  about,
];

const lettersText = (letters: readonly DeadLetter[]): string =>
  letters.length === 0
    ? 'The queue is empty'
    : renderTable(['sent', 'message', 'task', 'about'], letters.map(letterRow));

/** `quoteq dlq show QUEUE`: the messages stay where they are. */
export async function show(name: string, options: DlqOptions): Promise<void> {
  printAs(options, await withQueue(name, options, showLetters), lettersText);
}

const counted = (count: number): string => (count === 1 ? '1 message' : `${count} messages`);

function replayText(replayed: readonly ReplayedLetter[], goesBackTo: string): string {
  const left = replayed.filter((letter) => letter.left !== undefined);
  const gone = `${counted(replayed.length - left.length)} handed back to ${goesBackTo}`;
  if (left.length === 0) return gone;
  const rows = left.map((letter) => [...letterRow(letter).slice(0, 3), letter.left ?? '']);
  return `${gone}; ${counted(left.length)} left:\n${renderTable(['sent', 'message', 'task', 'why'], rows)}`;
}

/**
 * `quoteq dlq replay QUEUE`: exits 1 when a message was not accepted.
 * @throws {CliError} on an invalid task id or message id, and when the message is not in the queue
 */
export async function replay(name: string, options: DlqOptions): Promise<void> {
  const choice = readChoice(options);
  const { replayed, goesBackTo } = await withQueue(name, options, async (sqs, queue) => ({
    replayed: await replayLetters(sqs, queue, choice),
    goesBackTo: queue.goesBackTo,
  }));
  assertFound(replayed, choice);
  printAs(options, replayed, (letters) => replayText(letters, goesBackTo));
  if (replayed.some(({ left }) => left !== undefined)) process.exitCode = 1;
}

/**
 * `quoteq dlq discard QUEUE --task TASK`, or `--message ID` for a message that names no task.
 * @throws {CliError} on an invalid task id or message id, when neither is given, and when the message is not in the queue
 */
export async function discard(name: string, options: DlqOptions): Promise<void> {
  const choice = readChoice(options);
  const { taskId, messageId } = choice;
  if (taskId === undefined && messageId === undefined) {
    throw new CliError('Which messages? Give --task TASK, or --message ID as `dlq show` prints it');
  }
  const discarded = await withQueue(name, options, (sqs, queue) => discardLetters(sqs, queue, choice));
  assertFound(discarded, choice);
  const about = taskId === undefined ? '' : ` about ${taskId}`;
  printAs(options, discarded, (letters) => `${counted(letters.length)}${about} deleted`);
}
