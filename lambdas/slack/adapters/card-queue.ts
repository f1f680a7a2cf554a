/** The card queue as its consumer sends to it: a message that has to wait is sent again and waits there. */
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { CardMessage } from '../contracts/cards.ts';
import { clientOptions } from '../../shared/platform/client-options.ts';

/** Sends a message to the card queue, to be delivered after `delaySeconds`, 0 to 900. */
export type SendCardMessage = (message: CardMessage, delaySeconds: number) => Promise<void>;

/** 2 requests × (1 s connect + 2 s answer): a send that fails leaves the message where it is. */
const createClient = (): SQSClient => new SQSClient(clientOptions({ connectMs: 1_000, answerMs: 2_000 }));

/** A function that sends to the queue at `queueUrl`. A message sent twice is harmless: the second finds the card done. */
export function createCardQueue(queueUrl: string, client = createClient()): SendCardMessage {
  return async (message, delaySeconds) => {
    await client.send(
      new SendMessageCommand({
        QueueUrl: queueUrl,
        MessageBody: JSON.stringify(message),
        DelaySeconds: delaySeconds,
      }),
    );
  };
}
