/** What is stuck gets its next driver: the deployed sweep, on tasks whose driver was lost. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { describe, expect, it } from 'vitest';
import { DynamoDbTaskRepo } from '../../lambdas/adapters/dynamodb/task-repo.ts';
import { canonicalJson, deriveTaskId, taskHashOf } from '../../lambdas/domain/hashing.ts';
import { POLICY } from '../../lambdas/domain/policy.ts';
import { enqueued } from '../../lambdas/domain/transitions.ts';
import { freshQuoteId, outputs, payloadFor, rootClient, settled } from './support/queue.ts';

const lambda = new LambdaClient(rootClient);
const tasks = new DynamoDbTaskRepo(
  DynamoDBDocumentClient.from(new DynamoDBClient(rootClient)),
  outputs.tasksTable,
);

/** A task that was stored just too long ago, by a caller that died before it could start the execution. */
async function orphan(): Promise<string> {
  const quoteId = freshQuoteId();
  const payload = payloadFor('crm.sync', quoteId);
  const identity = {
    taskId: deriveTaskId(quoteId, 'orphan'),
    quoteId,
    kind: 'crm.sync',
    idempotencyKey: 'orphan',
    taskHash: taskHashOf(quoteId, 'crm.sync', payload),
    payloadJson: canonicalJson(payload),
    maxAttempts: 5,
  } as const;
  const nowMs = Date.now() - POLICY.overdueMs;
  await tasks.putIfAbsent(enqueued(identity, { nowMs, attemptId: 'orphan', actor: 'test' }));
  return identity.taskId;
}

const sweep = async (): Promise<string | undefined> => {
  const answer = await lambda.send(new InvokeCommand({ FunctionName: outputs.functions['sweep'] ?? '' }));
  return answer.FunctionError;
};

describe('the sweep', () => {
  it('drives a task that was stored and never started, once although it runs twice', async () => {
    const taskId = await orphan();

    expect(await Promise.all([sweep(), sweep()])).toEqual([undefined, undefined]);

    expect(await settled(taskId)).toMatchObject({ state: 'completed', generation: 2, attempts: { used: 1 } });
  });
});
