/** The handler of the sweep: a complete run, its figures and its failures. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DynamoDbAuditRepo } from '../../../../lambdas/queue/adapters/dynamodb/audit-repo.ts';
import { DynamoDbLedgerPurger } from '../../../../lambdas/queue/adapters/dynamodb/ledger-purger.ts';
import { DynamoDbTaskRepo } from '../../../../lambdas/queue/adapters/dynamodb/task-repo.ts';
import { DynamoDbTaskWalker } from '../../../../lambdas/queue/adapters/dynamodb/task-walker.ts';
import { DynamoDbWalkCursors } from '../../../../lambdas/queue/adapters/dynamodb/walk-cursors.ts';
import { SweepWalk } from '../../../../lambdas/queue/contracts/sweep-cursors.ts';
import {
  MAX_NAMED,
  type SweepAnswer,
  sweepAnswerSchema,
} from '../../../../lambdas/queue/contracts/sweep-answer.ts';
import { DUE_SHARD_NAMES } from '../../../../lambdas/queue/domain/task/identity.ts';
import { QueueError } from '../../../../lambdas/shared/domain/errors.ts';
import { POLICY } from '../../../../lambdas/queue/domain/task/policy.ts';
import { queueServiceOf } from '../../../helpers/queue-service.ts';
import { createSweepHandler, type SweepSystem } from '../../../../lambdas/queue/handlers/sweep.ts';
import {
  type DynamoDbServer,
  startDynamoDb,
  TABLE_NAMES,
} from '../../../../tools/rig/aws/dynamodb-server.ts';
import { FakeClock } from '../../../../tools/rig/fake-clock.ts';
import { lambdaContext } from '../../../helpers/lambda-context.ts';
import { refuseKeysAsAws } from '../../../helpers/refused-keys.ts';
import { Executions, StuckBy, stuckTask } from '../../../helpers/sweep-stage.ts';

let dynamoDb: DynamoDbServer;
let tasks: DynamoDbTaskRepo;
let cursors: DynamoDbWalkCursors;
let clock: FakeClock;
let executions: Executions;
let measured: Map<string, number>;
let logged: string[];
let lines: Readonly<Record<string, unknown>>[];
let published: number;

beforeEach(async () => {
  dynamoDb = await startDynamoDb();
  tasks = new DynamoDbTaskRepo(dynamoDb.client, TABLE_NAMES.tasks);
  cursors = new DynamoDbWalkCursors(dynamoDb.client, TABLE_NAMES.controls);
  clock = new FakeClock();
  executions = new Executions();
  measured = new Map();
  logged = [];
  lines = [];
  published = 0;
});

afterEach(() => dynamoDb.stop());

const log = (message: string, data: Readonly<Record<string, unknown>> = {}): void => {
  logged.push(message);
  lines.push({ message, ...data });
};
const down = () => Promise.reject(new Error('throttled'));

const serviceOptions = () => ({
  clock,
  queue: tasks,
  driver: executions,
});

/** A task store without readable indexes. */
const blindTasks = (): DynamoDbTaskRepo =>
  Object.assign(new DynamoDbTaskRepo(dynamoDb.client, TABLE_NAMES.tasks), { pageDue: down });

function systemOf(over: Partial<SweepSystem> = {}): SweepSystem {
  return {
    recoverStale: queueServiceOf(serviceOptions()).recoverStale,
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

const NOTHING = { recovered: [], failures: [], leftOut: 0 };

/** The answer in the error of a run: callers of the function see only this. */
const answerOf = (failure: unknown): SweepAnswer =>
  sweepAnswerSchema.parse(JSON.parse(failure instanceof Error ? failure.message : ''));

describe('sweep', () => {
  it('reports every gauge and counter of a run that found nothing', async () => {
    expect(await run()).toEqual(NOTHING);

    expect(Object.fromEntries(measured)).toEqual({
      sweep_runs: 1,
      sweep_blind_runs: 0,
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

  it('recovers, releases and repairs in one run, and counts recoveries and releases separately', async () => {
    const stuck = await stuckTask(tasks, executions, StuckBy.NeverStarted, clock.nowMs());
    const held = await stuckTask(tasks, executions, StuckBy.Held, clock.nowMs());

    const { recovered } = await run();

    expect(new Set(recovered.map(({ taskId, cause }) => `${taskId} ${cause}`))).toEqual(
      new Set([`${stuck.taskId} recover_stale`, `${held.taskId} release`]),
    );
    expect(measured.get('tasks_recovered')).toBe(1);
    expect(measured.get('stuck_tasks')).toBe(1);
    expect(measured.get('oldest_non_terminal_age_ms')).toBe(POLICY.taskDeadlineMs / 2);
    // Neither task had its enqueue record in the trail; the held task also lacked the record of its hold.
    expect(measured.get('audit_gaps_repaired')).toBeGreaterThanOrEqual(2);
    expect(logged).toContain('recovered');
  });

  it('continues when one part fails, reports, and then fails', async () => {
    const stuck = await stuckTask(tasks, executions, StuckBy.LostWorker, clock.nowMs());
    const ledger = { pageExpired: () => Promise.reject(new Error('down')), purge: () => Promise.reject() };

    const failure = await run({ ledger }).catch((error: unknown) => error);

    expect(failure).toMatchObject({ name: 'SweepFailed', errors: [{ message: 'down' }] });
    expect(answerOf(failure)).toEqual({
      recovered: [
        expect.objectContaining({ taskId: stuck.taskId, quoteId: stuck.quoteId, cause: 'recover_stale' }),
      ],
      failures: [{ part: 'page', id: 'ledger', code: 'UNCLASSIFIED', detail: 'An unlisted error: Error' }],
      leftOut: 0,
    });
    expect(await tasks.get(stuck.taskId)).toMatchObject({ generation: 2 });
    expect(measured.get('sweep_runs')).toBe(1);
    expect(measured.get('audit_gaps_repaired')).toBeGreaterThanOrEqual(1);
    expect(published).toBe(1);
  });

  it('recovers without its cursors and does not change them', async () => {
    const stuck = await stuckTask(tasks, executions, StuckBy.NeverStarted, clock.nowMs());

    await expect(run({ cursors: { load: down, save: down } })).rejects.toBeInstanceOf(AggregateError);

    expect(await tasks.get(stuck.taskId)).toMatchObject({ generation: 2 });
  });

  it('stores its position at its time limit and begins there in the next run', async () => {
    const stuck = await stuckTask(tasks, executions, StuckBy.NeverStarted, clock.nowMs());
    const before = await cursors.load(SweepWalk.Due);
    const positions = { 'due-0': { key: `task-${'0'.repeat(40)}`, dueAtMs: 1 } };
    await cursors.save(SweepWalk.Due, before, positions, clock.nowMs());

    expect(await run({}, 1_000)).toEqual(NOTHING);

    expect(await cursors.load(SweepWalk.Due)).toMatchObject({ positions });
    expect(await run()).toMatchObject({ recovered: [{ taskId: stuck.taskId }] });
    expect(await cursors.load(SweepWalk.Due)).toMatchObject({ positions: {} });
  });

  it.each([
    ['an empty key', { key: '', dueAtMs: 1 }],
    ['a key that is too long', { key: 'x'.repeat(3_000), dueAtMs: 1 }],
    ['a time of the future', { key: `task-${'0'.repeat(40)}`, dueAtMs: 1e15 }],
  ])('ignores a stored position with %s and checks everything', async (_what, position) => {
    refuseKeysAsAws(dynamoDb.client);
    const stuck = await stuckTask(tasks, executions, StuckBy.NeverStarted, clock.nowMs());
    const due = Object.fromEntries(DUE_SHARD_NAMES.map((shard) => [shard, position]));
    for (const walk of Object.values(SweepWalk)) {
      const positions = walk === SweepWalk.Due ? due : { all: { key: position.key } };
      await cursors.save(walk, await cursors.load(walk), positions, clock.nowMs());
    }

    expect(await run()).toMatchObject({ recovered: [{ taskId: stuck.taskId }], failures: [] });

    for (const walk of Object.values(SweepWalk))
      expect(await cursors.load(walk)).toMatchObject({ positions: {} });
  });

  it('publishes no gauge of tasks if it can read no index, and reports that it was blind', async () => {
    await stuckTask(tasks, executions, StuckBy.NeverStarted, clock.nowMs());
    const { recoverStale } = queueServiceOf({ ...serviceOptions(), queue: blindTasks() });

    await expect(run({ recoverStale })).rejects.toThrow('"part":"lane"');

    expect(Object.fromEntries(measured)).toMatchObject({
      sweep_runs: 1,
      sweep_blind_runs: 1,
      tasks_recovered: 0,
    });
    for (const name of ['stuck_tasks', 'sweep_carried_over', 'oldest_non_terminal_age_ms'])
      expect(measured.has(name)).toBe(false);
    const swept = lines.find(({ message }) => message === 'swept');
    expect(swept?.['notLookedAt']).toContain('lane due-0');
  });

  it('names as many tasks as fit, and tells how many are omitted', async () => {
    const failures = Array.from({ length: MAX_NAMED + 7 }, (_, index) => ({
      part: 'task' as const,
      id: `task-${index}`,
      error: new QueueError('DRIVER_NOT_STARTED'),
    }));
    const report = {
      recovered: [],
      lookedAt: 0,
      stuck: 0,
      oldestAgeMs: 0,
      oldestPauseMs: 0,
      carriedOver: 0,
      positions: {},
      seen: { due: true, pauses: true, rest: true },
      failures,
    };
    const recoverStale: SweepSystem['recoverStale'] = (_nowMs, options) => {
      options?.onReport?.(report);
      return Promise.reject(new AggregateError(failures));
    };

    const failure = await run({ recoverStale }).catch((error: unknown) => error);

    expect(answerOf(failure)).toMatchObject({ leftOut: 7 });
    expect(answerOf(failure).failures).toHaveLength(MAX_NAMED);
    expect(lines.filter(({ message }) => message === 'sweep failure')).toHaveLength(failures.length);
  });
});
