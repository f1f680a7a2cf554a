/** The handler of the sweep: one run of everything, its figures and its failures. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DynamoDbAuditRepo } from '../../../lambdas/adapters/dynamodb/audit-repo.ts';
import { DynamoDbLedgerPurger } from '../../../lambdas/adapters/dynamodb/ledger-purger.ts';
import { DynamoDbTaskRepo } from '../../../lambdas/adapters/dynamodb/task-repo.ts';
import { DynamoDbTaskWalker } from '../../../lambdas/adapters/dynamodb/task-walker.ts';
import { DynamoDbWalkCursors } from '../../../lambdas/adapters/dynamodb/walk-cursors.ts';
import { SweepWalk } from '../../../lambdas/contracts/sweep-cursors.ts';
import { POLICY, DEFAULT_RETRY_POLICY } from '../../../lambdas/domain/policy.ts';
import { NO_PAUSES } from '../../../lambdas/domain/ports.ts';
import { ExecutionQueueService } from '../../../lambdas/domain/queue-service.ts';
import { createSweepHandler, type SweepSystem } from '../../../lambdas/handlers/sweep.ts';
import { countedIds } from '../../helpers/builders.ts';
import { type DynamoDbServer, startDynamoDb, TABLE_NAMES } from '../../helpers/dynamodb-server.ts';
import { FakeClock } from '../../helpers/fake-clock.ts';
import { lambdaContext } from '../../helpers/lambda-context.ts';
import { Executions, StuckBy, stuckTask } from '../../helpers/sweep-stage.ts';

let dynamoDb: DynamoDbServer;
let tasks: DynamoDbTaskRepo;
let cursors: DynamoDbWalkCursors;
let clock: FakeClock;
let executions: Executions;
let measured: Map<string, number>;
let logged: string[];
let published: number;

beforeEach(async () => {
  dynamoDb = await startDynamoDb();
  tasks = new DynamoDbTaskRepo(dynamoDb.client, TABLE_NAMES.tasks);
  cursors = new DynamoDbWalkCursors(dynamoDb.client, TABLE_NAMES.controls);
  clock = new FakeClock();
  executions = new Executions();
  measured = new Map();
  logged = [];
  published = 0;
});

afterEach(() => dynamoDb.stop());

const log = (message: string): void => {
  logged.push(message);
};
const down = () => Promise.reject(new Error('throttled'));

function systemOf(over: Partial<SweepSystem> = {}): SweepSystem {
  return {
    queue: new ExecutionQueueService({
      clock,
      ids: countedIds,
      queue: tasks,
      driver: executions,
      pauses: NO_PAUSES,
      retryPolicy: DEFAULT_RETRY_POLICY,
      allowedEngines: new Set(),
      actor: 'system:sweep',
    }),
    tasks: new DynamoDbTaskWalker(dynamoDb.client, TABLE_NAMES.tasks),
    audit: new DynamoDbAuditRepo(dynamoDb.client, TABLE_NAMES.audit),
    announce: () => Promise.resolve(true),
    ledger: new DynamoDbLedgerPurger(dynamoDb.client, TABLE_NAMES.ledger),
    cursors,
    clock,
    logger: { info: log, warn: log, error: log },
    metrics: {
      addMetric: (name, _unit, value) => {
        measured.set(name, (measured.get(name) ?? 0) + value);
      },
      publishStoredMetrics: () => {
        published += 1;
      },
    },
    ...over,
  };
}

const run = (over: Partial<SweepSystem> = {}, remainingMs = POLICY.sweepTimeoutSeconds * 1_000) =>
  createSweepHandler(systemOf(over))(
    {},
    { ...lambdaContext(clock), getRemainingTimeInMillis: () => remainingMs },
  );

describe('sweep', () => {
  it('reports every gauge and counter of a run that found nothing', async () => {
    expect(await run()).toEqual([]);

    expect(Object.fromEntries(measured)).toEqual({
      sweep_runs: 1,
      tasks_recovered: 0,
      stuck_tasks: 0,
      sweep_carried_over: 0,
      oldest_non_terminal_age_ms: 0,
      oldest_pause_age_ms: 0,
      audit_gaps_repaired: 0,
      audit_gaps_unrepairable: 0,
    });
    expect(published).toBe(1);
  });

  it('recovers, releases and repairs in one run, and counts recoveries apart from releases', async () => {
    const stuck = await stuckTask(tasks, executions, StuckBy.NeverStarted, clock.nowMs());
    const held = await stuckTask(tasks, executions, StuckBy.Held, clock.nowMs());

    const recovered = await run();

    expect(new Set(recovered.map(({ taskId, cause }) => `${taskId} ${cause}`))).toEqual(
      new Set([`${stuck.taskId} recover_stale`, `${held.taskId} release`]),
    );
    expect(measured.get('tasks_recovered')).toBe(1);
    expect(measured.get('stuck_tasks')).toBe(1);
    expect(measured.get('oldest_non_terminal_age_ms')).toBe(POLICY.taskDeadlineMs / 2);
    // Neither task had a record of its enqueueing in the trail; the held one had none of its hold either.
    expect(measured.get('audit_gaps_repaired')).toBeGreaterThanOrEqual(2);
    expect(logged).toContain('recovered');
  });

  it('does the rest when one part fails, reports, and then says so', async () => {
    const stuck = await stuckTask(tasks, executions, StuckBy.LostWorker, clock.nowMs());
    const ledger = { pageExpired: () => Promise.reject(new Error('down')), purge: () => Promise.reject() };

    const failure = await run({ ledger }).catch((error: unknown) => error);

    expect(failure).toMatchObject({ errors: [{ message: 'down' }] });
    expect(await tasks.get(stuck.taskId)).toMatchObject({ generation: 2 });
    expect(measured.get('sweep_runs')).toBe(1);
    expect(measured.get('audit_gaps_repaired')).toBeGreaterThanOrEqual(1);
    expect(published).toBe(1);
  });

  it('recovers without its cursors, and leaves them alone', async () => {
    const stuck = await stuckTask(tasks, executions, StuckBy.NeverStarted, clock.nowMs());

    await expect(run({ cursors: { load: down, save: down } })).rejects.toBeInstanceOf(AggregateError);

    expect(await tasks.get(stuck.taskId)).toMatchObject({ generation: 2 });
  });

  it('keeps where it stopped when its time was up, and begins there the next time', async () => {
    const stuck = await stuckTask(tasks, executions, StuckBy.NeverStarted, clock.nowMs());
    const before = await cursors.load(SweepWalk.Due);
    const positions = { 'due-0': { key: `task-${'0'.repeat(40)}`, dueAtMs: 1 } };
    await cursors.save(SweepWalk.Due, before, positions, clock.nowMs());

    expect(await run({}, 1_000)).toEqual([]);

    expect(await cursors.load(SweepWalk.Due)).toMatchObject({ positions });
    expect(await run()).toMatchObject([{ taskId: stuck.taskId }]);
    expect(await cursors.load(SweepWalk.Due)).toMatchObject({ positions: {} });
  });
});
