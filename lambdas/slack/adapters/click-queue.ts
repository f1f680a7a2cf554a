/** The queue of clicks between the function that acknowledges them and the one that carries them out. */
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { type Click, clickSchema } from '../contracts/slack-payloads.ts';
import type { ClickQueue } from '../domain/ports.ts';
import { clientOptions } from '../../shared/platform/client-options.ts';

/** 2 tries × (0.5 s connect + 0.5 s answer): Slack waits three seconds in all. */
const createClient = (): SQSClient => new SQSClient(clientOptions({ connectMs: 500, answerMs: 500 }));

/** The queue at `queueUrl`. */
export const createClickQueue = (queueUrl: string, client = createClient()): ClickQueue => ({
  send: async (click) => {
    const { MessageId } = await client.send(
      new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: JSON.stringify(click) }),
    );
    return MessageId ?? 'message';
  },
});

/**
 * The click of a message. @throws {ZodError} or {SyntaxError} when it is not a click: the message ends in the dead-letter queue
 */
export const clickOfMessage = (body: string): Click => clickSchema.parse(JSON.parse(body));
