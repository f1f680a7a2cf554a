/** `quoteq dlq` for one message by its id: a missing message, and a missing choice. */
import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  ListQueuesCommand,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { mockClient } from 'aws-sdk-client-mock';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { discard, replay, show } from '../../../../tools/cli/commands/dlq-commands.ts';

const QUEUE = 'missed-sweeps';
const STAGE = { stage: 'prod', region: 'eu-central-1' };
const GONE = 'Message gone is not in the queue, or another command is holding it for up to a minute';

const sqs = mockClient(SQSClient);
let printed: string[];

beforeEach(() => {
  printed = [];
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => printed.push(String(text)) > 0);
  sqs.on(ListQueuesCommand).resolves({ QueueUrls: ['https://sqs/quoteq-prod-missed-sweeps'] });
  let isTaken = false;
  sqs.on(ReceiveMessageCommand).callsFake(() => {
    if (isTaken) return {};
    isTaken = true;
    return { Messages: [{ MessageId: 'odd', ReceiptHandle: 'odd', Body: 'no JSON' }] };
  });
  sqs.on(DeleteMessageCommand).resolves({});
  sqs.on(ChangeMessageVisibilityCommand).callsFake(() => {
    isTaken = false;
    return {};
  });
});
afterEach(() => {
  sqs.reset();
  vi.restoreAllMocks();
});

const deleted = () => sqs.commandCalls(DeleteMessageCommand).map(({ args }) => args[0].input.ReceiptHandle);

describe('quoteq dlq', () => {
  it('shows the id of a message that names no task, and discards it by that id', async () => {
    await show(QUEUE, STAGE);
    const [id] = /\bodd\b/.exec(printed.join('')) ?? [];
    await discard(QUEUE, { ...STAGE, message: id ?? '' });

    expect(printed.at(-1)).toBe('1 message deleted\n');
    expect(deleted()).toEqual(['odd']);
  });

  it.each([replay, discard])('reports a missing message: %o', async (command) => {
    await expect(command(QUEUE, { ...STAGE, message: 'gone' })).rejects.toThrow(GONE);

    expect(deleted()).toEqual([]);
    expect(sqs.commandCalls(ChangeMessageVisibilityCommand)).toHaveLength(1);
  });

  it('discards nothing without a choice', async () => {
    await expect(discard(QUEUE, STAGE)).rejects.toThrow(
      'Which messages? Give --task TASK, or --message ID as `dlq show` prints it',
    );

    expect(sqs.calls()).toEqual([]);
  });

  it.each(['', 'a b', 'x'.repeat(101), '\u001b[31m'])('refuses the message id %j', async (message) => {
    await expect(discard(QUEUE, { ...STAGE, message })).rejects.toThrow(/^--message: expected an id as /);

    expect(sqs.calls()).toEqual([]);
  });
});
