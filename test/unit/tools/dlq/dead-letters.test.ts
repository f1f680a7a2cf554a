/** Dead letters on a simulated queue: received, returned, deleted and remaining messages. */
import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { mockClient } from 'aws-sdk-client-mock';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CliError } from '../../../../tools/cli/cli-error.ts';
import { type DeadLetterQueue, readQueueName } from '../../../../tools/dlq/dead-letter-queues.ts';
import { discardLetters, replayLetters, showLetters } from '../../../../tools/dlq/dead-letters.ts';

const sqs = new SQSClient({ region: 'eu-central-1' });
const mock = mockClient(SQSClient);

const taskId = (digit: string): string => `task-${digit.repeat(40)}`;
const bodies = {
  card: { detail: { taskId: taskId('1') }, retry: { count: 240, sinceMs: 0 } },
  click: { taskId: taskId('2'), action: 'retry', version: 3, userName: 'ada' },
  parked: {
    code: 'STORED_RECORD_INVALID',
    detail: 'Task item: kind',
    record: { dynamodb: { Keys: { taskId: { S: taskId('3') } } }, secret: 'a price' },
  },
  lambda: { requestContext: { condition: 'RetryAttemptsExhausted' } },
};
type Name = keyof typeof bodies;

/** Each receive gives the next batch; then the queue is empty. */
function holding(...batches: readonly (readonly Name[])[]): void {
  const receive = mock.on(ReceiveMessageCommand);
  for (const names of batches) {
    receive.resolvesOnce({
      Messages: names.map((name) => ({
        MessageId: name,
        ReceiptHandle: name,
        Body: JSON.stringify(bodies[name]),
        Attributes: { SentTimestamp: '1774745970000' },
      })),
    });
  }
  receive.resolves({});
}

const deleted = () => mock.commandCalls(DeleteMessageCommand).map(({ args }) => args[0].input.ReceiptHandle);
const putBack = () =>
  mock.commandCalls(ChangeMessageVisibilityCommand).map(({ args }) => args[0].input.ReceiptHandle);

let replayed: string[];
const queueThat = (replay: DeadLetterQueue['replay']): DeadLetterQueue => ({
  name: 'click-dead-letters',
  url: 'https://sqs/queue',
  goesBackTo: 'the click queue',
  about: 'a click of another form',
  replay,
});
const taking = queueThat((body) => {
  replayed.push(body);
  return Promise.resolve();
});

beforeEach(() => {
  replayed = [];
});
afterEach(() => mock.reset());

describe('showLetters', () => {
  it('describes each message without data of a quote, and leaves all in the queue', async () => {
    holding(['card', 'click'], ['parked', 'lambda']);

    const letters = await showLetters(sqs, taking);

    expect(letters.map(({ taskId: id, about }) => [id, about])).toEqual([
      [taskId('1'), 'card update, put back 240 times'],
      [taskId('2'), 'retry of version 3 by ada'],
      [taskId('3'), 'STORED_RECORD_INVALID: Task item: kind'],
      [undefined, 'a click of another form'],
    ]);
    expect(JSON.stringify(letters)).not.toContain('a price');
    expect(putBack()).toEqual(['card', 'click', 'parked', 'lambda']);
    expect(deleted()).toEqual([]);
  });

  it('tells why the scheduler could not start a sweep', async () => {
    mock
      .on(ReceiveMessageCommand)
      .resolvesOnce({
        Messages: [
          {
            MessageId: 'missed',
            ReceiptHandle: 'missed',
            Body: '{}',
            MessageAttributes: { ERROR_CODE: { DataType: 'String', StringValue: 'AccessDenied' } },
          },
        ],
      })
      .resolves({});

    const [letter] = await showLetters(sqs, { url: 'https://sqs/queue', about: 'a sweep' });

    expect(letter?.about).toBe('a sweep: AccessDenied');
  });

  it('ends although the same message is received again', async () => {
    holding(['card'], ['card'], ['card']);

    expect(await showLetters(sqs, taking)).toHaveLength(1);
  });
});

describe('replayLetters', () => {
  it('deletes a message only after it was replayed', async () => {
    holding(['click']);
    const order: string[] = [];
    mock.on(DeleteMessageCommand).callsFake(() => order.push('deleted'));

    await replayLetters(
      sqs,
      queueThat(() => Promise.resolve(void order.push('taken'))),
    );

    expect(order).toEqual(['taken', 'deleted']);
  });

  it('keeps messages that are refused, with the reason, and replays the others', async () => {
    holding(['card', 'click']);
    const refusingCards = queueThat((body) =>
      body.includes('retry') && body.includes('count')
        ? Promise.reject(new CliError('not now'))
        : taking.replay(body),
    );

    const letters = await replayLetters(sqs, refusingCards);

    expect(letters.map(({ taskId: id, left }) => [id, left])).toEqual([
      [taskId('1'), 'not now'],
      [taskId('2'), undefined],
    ]);
    expect(deleted()).toEqual(['click']);
    expect(putBack()).toEqual(['card']);
  });

  it('replays only the messages of the given task', async () => {
    holding(['card', 'click']);

    expect(await replayLetters(sqs, taking, { taskId: taskId('2') })).toHaveLength(1);
    expect(replayed).toEqual([JSON.stringify(bodies.click)]);
    expect(putBack()).toEqual(['card']);
  });
});

describe('discardLetters', () => {
  it('deletes only the messages of the given task', async () => {
    holding(['card', 'click', 'lambda']);

    expect(await discardLetters(sqs, taking, { taskId: taskId('1') })).toHaveLength(1);
    expect(deleted()).toEqual(['card']);
    expect(putBack()).toEqual(['click', 'lambda']);
    expect(replayed).toEqual([]);
  });
});

/** Two messages with the same body. */
const arriving = (body: string | undefined) =>
  mock
    .on(ReceiveMessageCommand)
    .resolvesOnce({
      Messages: [
        { MessageId: 'odd', ReceiptHandle: 'odd', Body: body },
        { MessageId: 'other', ReceiptHandle: 'other', Body: body },
      ],
    })
    .resolves({});

describe('a message that names no task', () => {
  const oddBodies: readonly (readonly [string, string | undefined])[] = [
    ['no JSON', 'a price of 12.50'],
    ['bytes', '\u0000\u0001\uFFFD'],
    ['nothing', undefined],
    ['empty', ''],
    ['null', 'null'],
    ['a list', '[1, 2]'],
    ['a number', '1e999'],
    ['another shape', '{"action":{"version":[]},"retry":null,"code":7,"detail":{}}'],
  ];
  it.each(oddBodies)('is shown by its own id: %s', async (_name, body) => {
    arriving(body);

    expect(
      (await showLetters(sqs, taking)).map(({ messageId, taskId: id, about }) => [messageId, id, about]),
    ).toEqual([
      ['odd', undefined, 'a click of another form'],
      ['other', undefined, 'a click of another form'],
    ]);
  });

  it.each(oddBodies)('is replayed alone by its own id: %s', async (_name, body) => {
    arriving(body);

    expect(await replayLetters(sqs, taking, { messageId: 'odd' })).toMatchObject([{ messageId: 'odd' }]);
    expect(replayed).toEqual([body ?? '']);
    expect(deleted()).toEqual(['odd']);
    expect(putBack()).toEqual(['other']);
  });

  it.each(oddBodies)('is deleted alone by its own id: %s', async (_name, body) => {
    arriving(body);

    expect(await discardLetters(sqs, taking, { messageId: 'odd' })).toMatchObject([{ messageId: 'odd' }]);
    expect(deleted()).toEqual(['odd']);
    expect(putBack()).toEqual(['other']);
  });
});

describe('readQueueName', () => {
  it.each(['cards', '', 'constructor'])('names the existing queues for "%s"', (name) => {
    expect(() => readQueueName(name)).toThrow(
      `queue: expected one of card-dead-letters, click-dead-letters, parked-records, missed-sweeps; found ${name}`,
    );
  });
});
