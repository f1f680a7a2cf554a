/** The deployed sweep: it starts the next driver of stuck tasks, repairs the audit trail and purges the ledger. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { SFNClient, StopExecutionCommand } from '@aws-sdk/client-sfn';
import { DeleteCommand, DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterEach, describe, expect, it } from 'vitest';
import { taskViewSchema } from '../../lambdas/queue/contracts/api.ts';
import { LEDGER_SCHEMA_VERSION, LedgerStatus } from '../../lambdas/shared/contracts/effects.ts';
import { DynamoDbTaskRepo } from '../../lambdas/queue/adapters/dynamodb/task-repo.ts';
import { canonicalJson } from '../../lambdas/shared/domain/hashing.ts';
import { deriveTaskId, executionNameOf, taskHashOf } from '../../lambdas/queue/domain/task/identity.ts';
import { POLICY } from '../../lambdas/queue/domain/task/policy.ts';
import { enqueued } from '../../lambdas/queue/domain/task/move-task.ts';
import { getAudit, getTask } from '../../tools/cli/clients/queue-client.ts';
import {
  clearFaults,
  eventually,
  freshQuoteId,
  outputs,
  payloadFor,
  postAction,
  rootClient,
  scriptFault,
  ended,
  target,
} from './support/queue.ts';

const lambda = new LambdaClient(rootClient);
const sfn = new SFNClient(rootClient);
const dynamo = DynamoDBDocumentClient.from(new DynamoDBClient(rootClient));
const tasks = new DynamoDbTaskRepo(dynamo, outputs.tasksTable);

afterEach(clearFaults);

/** A task that was stored at `nowMs`, by a caller that died before it could start the execution. */
async function orphan(nowMs: number): Promise<string> {
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
  await tasks.putIfAbsent(enqueued(identity, { nowMs, attemptId: 'orphan', actor: 'test' }));
  return identity.taskId;
}

const sweep = async (): Promise<string | undefined> => {
  const answer = await lambda.send(new InvokeCommand({ FunctionName: outputs.functions['sweep'] ?? '' }));
  return answer.FunctionError;
};

/** Makes the task due now, as if the time had passed, without a change of its rules. */
async function makeDue(taskId: string): Promise<void> {
  const found = await tasks.get(taskId);
  if (found?.nextAttemptAtMs === undefined) throw new Error('expected a task in its backoff');
  const now = { ...found, dueAtMs: Date.now(), nextAttemptAtMs: Date.now() };
  await dynamo.send(
    new PutCommand({
      TableName: outputs.tasksTable,
      Item: { ...now, dueShard: `due-${Number.parseInt(taskId.slice(-8), 16) % 8}` },
      ConditionExpression: 'version = :version',
      ExpressionAttributeValues: { ':version': found.version },
    }),
  );
}

const ledgerRecord = (id: string, expiresAtEpochSeconds: number) => ({
  schemaVersion: LEDGER_SCHEMA_VERSION,
  id,
  effectKey: id,
  taskHash: 'hash',
  status: LedgerStatus.Completed,
  fence: 1,
  attemptId: id,
  inProgressExpiresAtMs: 0,
  expiresAtEpochSeconds,
});

describe('the sweep', () => {
  it('drives a task that was stored and never started, once in two runs', async () => {
    const taskId = await orphan(Date.now() - POLICY.overdueMs);

    expect(await Promise.all([sweep(), sweep()])).toEqual([undefined, undefined]);

    expect(await ended(taskId)).toMatchObject({ state: 'completed', generation: 2, attempts: { used: 1 } });
    const { records } = await getAudit(target, taskId);
    expect(records.filter(({ cause }) => cause === 'recover_stale')).toHaveLength(1);
  });

  it('replaces an execution that was stopped manually', async () => {
    await scriptFault({
      target: 'crm',
      method: 'POST',
      path: '/crm/*',
      fault: { kind: 'status', status: 503, retryAfterSeconds: 600 },
    });
    const answer = await postAction(freshQuoteId(), 'crm.sync', 'stopped');
    const { taskId } = taskViewSchema.parse(answer.body);
    await eventually('the backoff', async () =>
      (await getTask(target, taskId)).state === 'retryable_failed' ? true : undefined,
    );
    const machine = outputs.stateMachineArn.replace(':stateMachine:', ':execution:');
    await sfn.send(new StopExecutionCommand({ executionArn: `${machine}:${executionNameOf(taskId, 1)}` }));
    await makeDue(taskId);

    expect(await sweep()).toBeUndefined();

    expect(await ended(taskId)).toMatchObject({ state: 'completed', generation: 2 });
  });

  it('restores a missing record of the audit trail unchanged', async () => {
    const taskId = await orphan(Date.now() - 2 * POLICY.auditSettleMs);
    const before = await eventually('the record of the enqueueing', async () => {
      const { records } = await getAudit(target, taskId);
      return records.find(({ version }) => version === 1);
    });
    await dynamo.send(new DeleteCommand({ TableName: outputs.auditTable, Key: { taskId, version: 1 } }));

    expect(await sweep()).toBeUndefined();

    const { records } = await getAudit(target, taskId);
    expect(records.find(({ version }) => version === 1)).toEqual(before);
  });

  it('removes an expired record of the ledger and keeps the others', async () => {
    const nowSeconds = Math.floor(Date.now() / 1_000);
    const [expired, alive] = [`expired-${nowSeconds}`, `alive-${nowSeconds}`];
    await dynamo.send(
      new PutCommand({ TableName: outputs.ledgerTable, Item: ledgerRecord(expired, nowSeconds - 60) }),
    );
    await dynamo.send(
      new PutCommand({ TableName: outputs.ledgerTable, Item: ledgerRecord(alive, nowSeconds + 600) }),
    );
    const find = async (id: string) =>
      (await dynamo.send(new GetCommand({ TableName: outputs.ledgerTable, Key: { id } }))).Item;

    // After a run of all tests the ledger is longer than the part that one sweep checks.
    await eventually('the removal', async () => {
      await sweep();
      return (await find(expired)) === undefined ? true : undefined;
    });

    expect(await find(alive)).toBeDefined();
  });
});
