/** The card queue, for its consumer: a message that must wait is sent again with a delay. */
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { CardQueue } from '../domain/ports.ts';
import { clientOptions } from '../../shared/platform/client-options.ts';

/** 2 requests × (1 s connect + 2 s answer). If a send fails, the original message stays in the queue. */
const createClient = (): SQSClient => new SQSClient(clientOptions({ connectMs: 1_000, answerMs: 2_000 }));

/** The queue at `queueUrl`. */
export const createCardQueue = (queueUrl: string, client = createClient()): CardQueue => ({
  send: async (message, delaySeconds) => {
    await client.send(
      new SendMessageCommand({
        QueueUrl: queueUrl,
        MessageBody: JSON.stringify(message),
        DelaySeconds: delaySeconds,
      }),
    );
  },
});
