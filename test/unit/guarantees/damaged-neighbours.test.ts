/** Damaged items, one for each kind of damage: the deployed sweep handles all other items and names the damaged ones. */
import { PutCommand, type PutCommandInput } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DynamoDbAuditRepo } from '../../../lambdas/queue/adapters/dynamodb/audit-repo.ts';
import { DynamoDbLedgerPurger } from '../../../lambdas/queue/adapters/dynamodb/ledger-purger.ts';
import { toItem } from '../../../lambdas/queue/adapters/dynamodb/task-item.ts';
import type { Item } from '../../../lambdas/shared/adapters/dynamodb/document-client.ts';
import { DynamoDbTaskRepo } from '../../../lambdas/queue/adapters/dynamodb/task-repo.ts';
import { DynamoDbTaskWalker } from '../../../lambdas/queue/adapters/dynamodb/task-walker.ts';
import { DynamoDbWalkCursors } from '../../../lambdas/queue/adapters/dynamodb/walk-cursors.ts';
import { type SweepAnswer, sweepAnswerSchema } from '../../../lambdas/queue/contracts/sweep-answer.ts';
import { POLICY } from '../../../lambdas/queue/domain/task/policy.ts';
import { queueServiceOf } from '../../helpers/queue-service.ts';
import { createSweepHandler } from '../../../lambdas/queue/handlers/sweep.ts';
import { type DynamoDbServer, startDynamoDb, TABLE_NAMES } from '../../../tools/rig/aws/dynamodb-server.ts';
import { FakeClock } from '../../../tools/rig/fake-clock.ts';
import { lambdaContext } from '../../helpers/lambda-context.ts';
import { Executions, StuckBy, stuckTask } from '../../helpers/sweep-stage.ts';

const HEALTHY = 6;
/** Content of damaged fields: if it appears in an output, real content would appear too. */
const SECRET = 'customer-secret-xoxb';
const NEXT_VERSION = 99;

let dynamoDb: DynamoDbServer;
let tasks: DynamoDbTaskRepo;
let clock: FakeClock;
let executions: Executions;
let lines: string[];

const put = (TableName: string, item: Item): Promise<unknown> => {
  const Item: PutCommandInput['Item'] = item;
  return dynamoDb.client.send(new PutCommand({ TableName, Item }));
};

/** Every kind of damage to every field that is not a key of the table or its indexes. */
function damagesOf(item: Item): readonly (readonly [how: string, damaged: Item])[] {
  const keys = ['taskId', 'dueShard', 'dueAtMs', 'quoteId', 'createdAtMs'];
  const fields = Object.keys(item).filter((name) => !keys.includes(name));
  const named: readonly (readonly [string, Item])[] = [
    ['a state that is no word', { ...item, state: 'It exploded!' }],
    ['of later code', { ...item, schemaVersion: NEXT_VERSION }],
    ['of the first version, with the fields of the second', { ...item, schemaVersion: 1 }],
    ['a version that its history does not reach', { ...item, version: 100_000_000 }],
  ];
  return [
    ...named,
    ...fields.map((name) => [`without ${name}`, without(item, name)] as const),
    ...fields.map((name) => [`${name} a text`, { ...item, [name]: SECRET }] as const),
    ...fields.map((name) => [`${name} a map`, { ...item, [name]: { [SECRET]: [SECRET] } }] as const),
    ...fields.map((name) => [`${name} null`, { ...item, [name]: null }] as const),
  ];
}

const without = (item: Item, name: string): Item =>
  Object.fromEntries(Object.entries(item).filter(([field]) => field !== name));

const log = (message: string, data: Readonly<Record<string, unknown>>): void => {
  lines.push(JSON.stringify({ message, ...data }));
};

/** One run of the deployed handler; after a failure its answer is in its error. */
async function sweepOnce(): Promise<SweepAnswer> {
  const handler = createSweepHandler({
    recoverStale: queueServiceOf({
      clock,
      queue: tasks,
      driver: executions,
    }).recoverStale,
    tasks: new DynamoDbTaskWalker(dynamoDb.client, TABLE_NAMES.tasks),
    audit: new DynamoDbAuditRepo(dynamoDb.client, TABLE_NAMES.audit),
    announce: () => Promise.resolve(true),
    ledger: new DynamoDbLedgerPurger(dynamoDb.client, TABLE_NAMES.ledger),
    cursors: new DynamoDbWalkCursors(dynamoDb.client, TABLE_NAMES.controls),
    clock,
    logger: { info: log, warn: log, error: log },
    metrics: { addMetric: () => undefined, publishStoredMetrics: () => undefined },
  });
  const context = {
    ...lambdaContext(clock),
    getRemainingTimeInMillis: () => POLICY.sweepTimeoutSeconds * 1_000,
  };
  return handler({}, context).catch((error: unknown) =>
    sweepAnswerSchema.parse(JSON.parse(error instanceof Error ? error.message : '')),
  );
}

describe('the sweep among damaged items', () => {
  const damaged = new Map<string, string>();
  const healthy: string[] = [];
  let answers: SweepAnswer[];

  beforeAll(async () => {
    dynamoDb = await startDynamoDb();
    tasks = new DynamoDbTaskRepo(dynamoDb.client, TABLE_NAMES.tasks);
    clock = new FakeClock();
    executions = new Executions();
    lines = [];
    const stuck = async () => stuckTask(tasks, executions, StuckBy.LostWorker, clock.nowMs());
    const kinds = damagesOf(toItem(await stuck())).length;
    for (let index = 0; index < kinds; index += 1) {
      const item = toItem(await stuck());
      const [how, broken] = damagesOf(item)[index] ?? ['', item];
      damaged.set(String(item['taskId']), how);
      await put(TABLE_NAMES.tasks, broken);
    }
    for (let index = 0; index < HEALTHY; index += 1) healthy.push((await stuck()).taskId);
    await put(TABLE_NAMES.ledger, { id: 'damaged', expiresAtEpochSeconds: 1 });
    await put(TABLE_NAMES.ledger, { id: 'expired', expiresAtEpochSeconds: 1, attemptId: 'a', owner: 'o' });
    // The walk over the tasks checks a part of them in each run.
    answers = [await sweepOnce(), await sweepOnce(), await sweepOnce()];
  });

  afterAll(() => dynamoDb.stop());

  it('recovers every healthy task in its first run', async () => {
    const recovered = new Set(answers[0]?.recovered.map(({ taskId }) => taskId));

    expect(healthy.filter((taskId) => !recovered.has(taskId))).toEqual([]);
    for (const taskId of healthy) expect(await tasks.get(taskId)).toMatchObject({ generation: 2 });
  });

  it('names each unreadable task with the wrong field and does not change it', async () => {
    const failures = new Map(answers[0]?.failures.map((failure) => [failure.id, failure]));
    const of = (how: string) =>
      failures.get([...damaged].find(([, found]) => found === how)?.[0] ?? '')?.detail;

    expect(of('without history')).toContain('history');
    expect(of('a state that is no word')).toContain('state');
    expect(of('of later code')).toContain(`schemaVersion: expected at most`);
    expect(of('without payloadJson')).toContain('payloadJson');
    for (const { part, code } of failures.values())
      expect([part, code]).toEqual(['task', 'STORED_RECORD_INVALID']);
  });

  it('recovers or names every task', () => {
    const seen = new Set(
      answers[0]?.recovered.map(({ taskId }) => taskId).concat(answers[0].failures.map(({ id }) => id)),
    );

    const passedOver = [...damaged].filter(([taskId]) => !seen.has(taskId)).map(([, how]) => how);
    expect(passedOver).toEqual([]);
  });

  it('repairs the audit trail of the healthy tasks and deletes expired ledger records', async () => {
    const audit = new DynamoDbAuditRepo(dynamoDb.client, TABLE_NAMES.audit);
    for (const taskId of healthy) expect((await audit.list(taskId)).length).toBeGreaterThan(0);
    const { expired } = await new DynamoDbLedgerPurger(dynamoDb.client, TABLE_NAMES.ledger).pageExpired(
      Number.MAX_SAFE_INTEGER,
      100,
    );

    expect(expired.map(({ id }) => id)).toEqual(['damaged']);
  });

  it('logs ids and field names, but no stored values', () => {
    expect(lines.length).toBeGreaterThan(damaged.size);
    for (const { part, id, code, detail } of answers[0]?.failures ?? [])
      expect(lines).toContain(JSON.stringify({ message: 'sweep failure', part, id, code, detail }));
    expect(lines.join('\n') + JSON.stringify(answers)).not.toContain(SECRET);
  });
});
