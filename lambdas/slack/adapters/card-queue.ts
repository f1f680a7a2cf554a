/** The card queue as its consumer sends to it: a message that has to wait is sent again and waits there. */
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { CardQueue } from '../domain/ports.ts';
import { clientOptions } from '../../shared/platform/client-options.ts';

/** 2 requests × (1 s connect + 2 s answer): a send that fails leaves the message where it is. */
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
