/** The stream into the audit trail, with an unreadable record in it. */
import { DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DeleteMessageCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { taskViewSchema } from '../../lambdas/queue/contracts/api.ts';
import { getAudit } from '../../tools/cli/clients/queue-client.ts';
import { eventually, freshQuoteId, outputs, postAction, rootClient, ended, target } from './support/queue.ts';

const sqs = new SQSClient(rootClient);
const dynamo = DynamoDBDocumentClient.from(new DynamoDBClient(rootClient));

const parkedSchema = z.object({
  code: z.string(),
  record: z.object({ dynamodb: z.object({ Keys: z.object({ taskId: z.object({ S: z.string() }) }) }) }),
});

async function takeParked() {
  const { Messages = [] } = await sqs.send(
    new ReceiveMessageCommand({ QueueUrl: outputs.parkedQueueUrl, WaitTimeSeconds: 1 }),
  );
  const [message] = Messages;
  if (message?.Body === undefined) return undefined;
  await sqs.send(
    new DeleteMessageCommand({ QueueUrl: outputs.parkedQueueUrl, ReceiptHandle: message.ReceiptHandle }),
  );
  return parkedSchema.parse(JSON.parse(message.Body));
}

describe('the audit trail', () => {
  it('parks a record that is not a task, with the reason, and continues', async () => {
    const poisonId = `task-${'f'.repeat(40)}`;
    await dynamo.send(
      new PutCommand({ TableName: outputs.tasksTable, Item: { taskId: poisonId, state: 'nonsense' } }),
    );

    const parked = await eventually('a parked record', takeParked);
    const answer = await postAction(freshQuoteId(), 'crm.sync', 'after-poison');
    const { taskId } = taskViewSchema.parse(answer.body);
    await ended(taskId);

    expect(parked.code).toBe('STORED_RECORD_INVALID');
    expect(parked.record.dynamodb.Keys.taskId.S).toBe(poisonId);
    await eventually('the trail of the next task', async () => {
      const { records, gaps } = await getAudit(target, taskId);
      return records.length === 3 && gaps.length === 0 ? records : undefined;
    });
  });
});
