/** Gaps in the audit trail are found and repaired from the history of the tasks, on a real engine. */
import { DeleteCommand, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DynamoDbAuditRepo } from '../../../lambdas/queue/adapters/dynamodb/audit-repo.ts';
import { migratedTaskItem, toItem } from '../../../lambdas/queue/adapters/dynamodb/task-item.ts';
import { DynamoDbTaskRepo } from '../../../lambdas/queue/adapters/dynamodb/task-repo.ts';
import { DynamoDbTaskWalker } from '../../../lambdas/queue/adapters/dynamodb/task-walker.ts';
import { DynamoDbWalkCursors } from '../../../lambdas/queue/adapters/dynamodb/walk-cursors.ts';
import {
  type AuditRecord,
  type ExecutionTask,
  MAX_HISTORY,
  SCHEMA_VERSION,
} from '../../../lambdas/queue/contracts/records.ts';
import {
  AUDIT_PACE,
  type AuditRepairOptions,
  repairAudit,
} from '../../../lambdas/queue/domain/recovery/audit-repair.ts';
import type { WalkPace } from '../../../lambdas/queue/domain/recovery/paced-walk.ts';
import { POLICY } from '../../../lambdas/queue/domain/task/policy.ts';
import { completed, held, redriven } from '../../../lambdas/queue/domain/task/transitions.ts';
import { contextAt, queuedTask, resultOf, runningTask } from '../../helpers/builders.ts';
import { countedIds } from '../../../tools/rig/counted-ids.ts';
import { type DynamoDbServer, startDynamoDb, TABLE_NAMES } from '../../../tools/rig/aws/dynamodb-server.ts';
import { START_MS } from '../../../tools/rig/fake-clock.ts';

const NOW_MS = START_MS + 60 * 60_000;

let dynamoDb: DynamoDbServer;
let cursors: DynamoDbWalkCursors;
let audit: DynamoDbAuditRepo;
let announced: AuditRecord[];

beforeEach(async () => {
  dynamoDb = await startDynamoDb();
  cursors = new DynamoDbWalkCursors(dynamoDb.client, TABLE_NAMES.controls);
  audit = new DynamoDbAuditRepo(dynamoDb.client, TABLE_NAMES.audit);
  announced = [];
});

afterEach(() => dynamoDb.stop());

const paceOf = (pages: number, mayGoOn = () => true): WalkPace => ({ pages, mayGoOn, nowMs: NOW_MS });
const put = (table: string, item: object) =>
  dynamoDb.client.send(new PutCommand({ TableName: table, Item: { ...item } }));

const options = (over: Partial<AuditRepairOptions> = {}): AuditRepairOptions => ({
  tasks: new DynamoDbTaskWalker(dynamoDb.client, TABLE_NAMES.tasks),
  audit,
  announce: (record) => {
    announced.push(record);
    return Promise.resolve(true);
  },
  cursors,
  ...over,
});
const repair = (over: Partial<AuditRepairOptions> = {}, pages: number = AUDIT_PACE.pages) =>
  repairAudit(options(over), paceOf(pages));

const recordsOf = ({ taskId, quoteId, kind, history }: ExecutionTask): readonly AuditRecord[] =>
  history.map((transition) => ({ schemaVersion: SCHEMA_VERSION, taskId, quoteId, kind, ...transition }));

async function storedTask(task: ExecutionTask): Promise<ExecutionTask> {
  await new DynamoDbTaskRepo(dynamoDb.client, TABLE_NAMES.tasks).putIfAbsent(task);
  for (const record of recordsOf(task)) await audit.append(record);
  return task;
}

const done = (key = 'key-1'): ExecutionTask =>
  completed(runningTask(queuedTask('crm.sync', key)), { result: resultOf(), proof: 'applied' }, contextAt());

const forget = ({ taskId }: ExecutionTask, version: number) =>
  dynamoDb.client.send(new DeleteCommand({ TableName: TABLE_NAMES.audit, Key: { taskId, version } }));

describe('the repair of the audit trail', () => {
  it('does not change a complete trail', async () => {
    const task = await storedTask(done());

    expect(await repair()).toMatchObject({ checked: 1, repaired: [], unrepairable: [], failures: [] });
    expect(await audit.list(task.taskId)).toEqual(recordsOf(task));
    expect(announced).toEqual([]);
  });

  it.each([[[1]], [[2]], [[3]], [[1, 2, 3]]])('restores the versions %j unchanged', async (missing) => {
    const task = await storedTask(done());
    for (const version of missing) await forget(task, version);

    const { repaired, counts } = await repair();

    expect(repaired.map(({ version }) => version)).toEqual(missing);
    expect(counts.includes('queue_actions_total')).toBe(missing.includes(1));
    expect(await audit.list(task.taskId)).toEqual(recordsOf(task));
    expect(announced.map(({ version }) => version)).toEqual(missing);
    expect(await repair()).toMatchObject({ repaired: [] });
  });

  it('reads a held task that was migrated down to version 1, and repairs its trail', async () => {
    const task = held(queuedTask(), { reason: 'Down', actor: 'slack:T/U' }, contextAt());
    await put(TABLE_NAMES.tasks, migratedTaskItem(toItem(task), 1));

    const { repaired, unreadable } = await repair();

    expect(unreadable).toEqual([]);
    expect(repaired.map(({ version }) => version)).toEqual([1, 2]);
    expect(await audit.list(task.taskId)).toEqual(recordsOf(task));
  });

  it('ignores records that the stream may still deliver', async () => {
    const young = completed(
      runningTask(queuedTask()),
      { result: resultOf(), proof: 'applied' },
      contextAt(NOW_MS - POLICY.auditSettleMs + 1),
    );
    const task = await storedTask(young);
    await forget(task, 1);
    await forget(task, 3);

    const { repaired } = await repair();

    expect(repaired.map(({ version }) => version)).toEqual([1]);
  });

  it('reports a gap older than the history as not repairable and repairs the others', async () => {
    let task = queuedTask();
    for (let move = 0; move < MAX_HISTORY + 5; move += 1)
      task = redriven(task, 'operator_retry', contextAt());
    await storedTask(task);
    await forget(task, task.version);

    const { repaired, unrepairable, failures } = await repair();

    const lost = task.version - MAX_HISTORY;
    expect(unrepairable.map(({ version }) => version)).toEqual(
      Array.from({ length: lost }, (_, index) => index + 1),
    );
    expect(repaired.map(({ version }) => version)).toEqual([task.version]);
    expect(failures).toEqual([]);
  });

  it('keeps the gap if the bus rejects the transition, and repeats both later', async () => {
    const task = await storedTask(done());
    await forget(task, 2);

    const first = await repair({ announce: () => Promise.resolve(false) });
    const second = await repair();

    expect(first.repaired).toEqual([]);
    expect(first.failures).toHaveLength(1);
    expect(second.repaired).toEqual([{ taskId: task.taskId, version: 2 }]);
  });

  it('writes a record once when two repairs run concurrently', async () => {
    const task = await storedTask(done());
    await forget(task, 2);

    const both = await Promise.all([repair(), repair()]);

    expect(both.flatMap(({ repaired }) => repaired)).toEqual([{ taskId: task.taskId, version: 2 }]);
    expect(await audit.list(task.taskId)).toHaveLength(3);
  });

  it('never replaces a stored record, and reports it', async () => {
    const task = await storedTask(done());
    const [first] = recordsOf(task);
    await put(TABLE_NAMES.audit, { ...first, version: 2, attemptId: 'another' });

    const report = await repair({
      audit: { append: audit.append.bind(audit), versionsUpTo: () => Promise.resolve([1, 3]) },
    });

    expect(report.failures).toMatchObject([
      { part: 'trail', id: task.taskId, error: { code: 'STORED_RECORD_INVALID' } },
    ]);
    const { Item } = await dynamoDb.client.send(
      new GetCommand({ TableName: TABLE_NAMES.audit, Key: { taskId: task.taskId, version: 2 } }),
    );
    expect(Item?.['attemptId']).toBe('another');
  });

  it('reads a task of schema version 1, and skips an item that is not a task', async () => {
    const task = await storedTask(done());
    await put(TABLE_NAMES.tasks, { ...task, schemaVersion: 1 });
    await put(TABLE_NAMES.tasks, { taskId: 'task-poison', state: 'nonsense' });
    await forget(task, 3);

    expect(await repair()).toMatchObject({
      checked: 1,
      unreadable: ['task-poison'],
      repaired: [{ version: 3 }],
      failures: [],
    });
  });

  it('continues after an item that newer code wrote', async () => {
    const tasks = [await storedTask(done('1')), await storedTask(done('2')), await storedTask(done('3'))];
    // A scan returns the items in the unknown order of the table's hash: each of them is made unreadable once.
    for (const later of tasks) {
      await put(TABLE_NAMES.tasks, { ...later, schemaVersion: 99 });
      const others = tasks.filter((task) => task !== later);
      for (const task of others) await forget(task, 2);

      const { repaired, unreadable, failures } = await repair();

      expect(failures).toEqual([]);
      expect(unreadable).toEqual([later.taskId]);
      expect(new Set(repaired.map(({ taskId }) => taskId))).toEqual(
        new Set(others.map(({ taskId }) => taskId)),
      );
      await put(TABLE_NAMES.tasks, later);
    }
  });

  it('checks every task of a small table in each run, and a larger table over several runs', async () => {
    const { pageSize, pages } = AUDIT_PACE;
    const count = pageSize * 2 + 5;
    for (let index = 0; index < count; index += 1)
      await storedTask(queuedTask('crm.sync', countedIds.next()));

    expect((await repair({}, pages)).checked).toBe(count);
    expect((await repair({}, pages)).checked).toBe(count);
    const runs = [await repair({}, 1), await repair({}, 1), await repair({}, 1), await repair({}, 1)];
    expect(runs.map(({ checked }) => checked)).toEqual([pageSize, pageSize, 5, pageSize]);
  });

  it('checks each task exactly once when its time ends in the middle of a page', async () => {
    for (let index = 0; index < 30; index += 1) await storedTask(queuedTask('crm.sync', countedIds.next()));
    let looks = 0;
    const stopped = await repairAudit(
      options(),
      paceOf(4, () => {
        looks += 1;
        return looks < 12;
      }),
    );

    const rest = await repair();

    expect(stopped.checked).toBeLessThan(30);
    expect(stopped.checked + rest.checked).toBe(30);
  });
});
