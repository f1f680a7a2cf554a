import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DynamoDbAuditRepo } from '../../../lambdas/queue/adapters/dynamodb/audit-repo.ts';
import { type AuditRecord, SCHEMA_VERSION } from '../../../lambdas/queue/contracts/records.ts';
import { redriven } from '../../../lambdas/queue/domain/task/transitions.ts';
import { contextAt, queuedTask, runningTask } from '../../helpers/builders.ts';
import { startDynamoDbUnderTest } from '../../helpers/aws/dynamodb-under-test.ts';
import { type DynamoDbServer, TABLE_NAMES } from '../../../tools/rig/aws/dynamodb-server.ts';
import { startLossyProxy } from '../../helpers/lossy-proxy.ts';
import { interceptedClient } from '../../helpers/queue-store.ts';

let dynamoDb: DynamoDbServer;
let audit: DynamoDbAuditRepo;

beforeAll(async () => {
  dynamoDb = await startDynamoDbUnderTest();
  audit = new DynamoDbAuditRepo(dynamoDb.client, TABLE_NAMES.audit);
});

afterAll(() => dynamoDb.stop());

const trailOf = (idempotencyKey: string): AuditRecord[] => {
  const queued = redriven(queuedTask('crm.sync', idempotencyKey), 'operator_retry', contextAt());
  const { taskId, quoteId, kind, history } = runningTask(queued);
  return history.map((transition) => ({
    schemaVersion: SCHEMA_VERSION,
    taskId,
    quoteId,
    kind,
    ...transition,
  }));
};

describe('DynamoDbAuditRepo', () => {
  it('lists a trail in order of version for any order of writes', async () => {
    const trail = trailOf('order');

    for (const record of trail.toReversed()) expect(await audit.append(record)).toBe('appended');

    expect(await audit.list(trail[0]?.taskId ?? '')).toEqual(trail);
  });

  it('never changes an existing record', async () => {
    const [first] = trailOf('again');
    if (first === undefined) throw new Error('expected a record');

    await audit.append(first);

    expect(await audit.append({ ...first, actor: 'system:forger' })).toBe('already_there');
    // The version was used twice, which is not a redelivery and must be reported.
    await expect(audit.append({ ...first, attemptId: 'other' })).rejects.toMatchObject({
      code: 'STORED_RECORD_INVALID',
    });
    expect(await audit.list(first.taskId)).toEqual([first]);
  });

  it('recognises its own record after a lost answer, so that its metrics are counted', async () => {
    const proxy = await startLossyProxy(dynamoDb.endpoint);
    const lossy = new DynamoDbAuditRepo(interceptedClient(proxy.url), TABLE_NAMES.audit);
    const [first] = trailOf('lost reply');
    if (first === undefined) throw new Error('expected a record');

    proxy.loseNextReply();

    expect(await lossy.append(first)).toBe('appended');
    expect(await lossy.append(first)).toBe('already_there');
    expect(await audit.list(first.taskId)).toEqual([first]);
    await proxy.stop();
  });
});
