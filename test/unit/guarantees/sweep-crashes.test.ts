/** Recovery that fails itself: killed or interrupted at any step, or run twice concurrently in any order. */
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { DynamoDbTaskRepo } from '../../../lambdas/queue/adapters/dynamodb/task-repo.ts';
import type { ExecutionTask } from '../../../lambdas/queue/contracts/records.ts';
import { POLICY } from '../../../lambdas/queue/domain/task/policy.ts';
import {
  recoverTask,
  releaseTask,
  type RecoveryLook,
  type RecoveryOptions,
} from '../../../lambdas/queue/domain/recovery/recovery.ts';
import { type DynamoDbServer, startDynamoDb, TABLE_NAMES } from '../../../tools/rig/aws/dynamodb-server.ts';
import { FakeClock } from '../../../tools/rig/fake-clock.ts';
import { FaultMode, FaultPlan } from '../../helpers/fault-plan.ts';
import { Interleaving, ordersOf, type Turn } from '../../helpers/interleavings.ts';
import { interceptedClient } from '../../helpers/queue-store.ts';
import { Executions, recoveryOptions, StuckBy, stuckTask } from '../../helpers/sweep-stage.ts';
import { mustKnow } from '../../../lambdas/queue/domain/task/foreign.ts';

const SWEEP_PERIOD_MS = POLICY.sweepPeriodSeconds * 1_000;

let dynamoDb: DynamoDbServer;
let client: DynamoDBDocumentClient;
let tasks: DynamoDbTaskRepo;
let executions: Executions;
let clock: FakeClock;

beforeAll(async () => {
  dynamoDb = await startDynamoDb();
  client = interceptedClient(dynamoDb.endpoint);
  tasks = new DynamoDbTaskRepo(client, TABLE_NAMES.tasks);
});

beforeEach(() => {
  clock = new FakeClock();
  executions = new Executions();
});

afterAll(async () => {
  client.destroy();
  await dynamoDb.stop();
});

const stored = async (taskId: string): Promise<ExecutionTask> => {
  const task = await tasks.get(taskId);
  if (task === undefined) throw new Error('expected a task');
  return mustKnow(task);
};

const through = (intercept: <T>(send: () => Promise<T>) => Promise<T>): RecoveryOptions =>
  recoveryOptions(client, executions, clock, intercept);

/** A sweep of the task, with candidates that were read before. */
const sweepTask = (
  options: RecoveryOptions,
  { taskId }: ExecutionTask,
  by: StuckBy,
): Promise<RecoveryLook> =>
  by === StuckBy.Held ? releaseTask(options, taskId) : recoverTask(options, taskId, clock.nowMs());

/** The next sweep after a failed one reads the due shards, which now contain a released task. */
async function sweepAgain(task: ExecutionTask): Promise<void> {
  const { taskId } = task;
  const plain = through((send) => send());
  const isListed = (await tasks.listDue(clock.nowMs(), 10_000)).includes(taskId);
  if (isListed) await recoverTask(plain, taskId, clock.nowMs());
  else if ((await stored(taskId)).hold !== undefined) await releaseTask(plain, taskId);
}

/** The changes of the task since `before`. */
async function traceOf(before: ExecutionTask) {
  const { version, generation, hold, history } = await stored(before.taskId);
  const causes = history.slice(before.history.length).map(({ cause }) => cause);
  return { moves: version - before.version, generation, hold, causes, started: executions.started };
}

/** Exactly one recovery, whose driver runs. */
const oneRecovery = ({ taskId }: ExecutionTask, by: StuckBy) => ({
  moves: 1,
  generation: 2,
  hold: undefined,
  causes: [by === StuckBy.Held ? 'release' : 'recover_stale'],
  started: [`${taskId}-2`],
});

const crashes = Object.values(StuckBy).flatMap((by) =>
  Object.values(FaultMode).flatMap((mode) => [1, 2, 3, 4].map((at) => ({ by, mode, at }))),
);

describe('a sweep that fails half way', () => {
  it.each(crashes)('is completed by the next one: $by, $mode at call $at', async ({ by, mode, at }) => {
    const task = await stuckTask(tasks, executions, by, clock.nowMs());
    const plan = new FaultPlan([{ at, mode }]);

    await plan.run(() =>
      sweepTask(
        through((send) => plan.call(send)),
        task,
        by,
      ),
    );
    clock.advance(SWEEP_PERIOD_MS);
    await sweepAgain(task);

    expect(await traceOf(task)).toEqual(oneRecovery(task, by));
  });

  it.each(Object.values(StuckBy))('has at most four steps: %s', async (by) => {
    const task = await stuckTask(tasks, executions, by, clock.nowMs());
    const plan = new FaultPlan();

    await sweepTask(
      through((send) => plan.call(send)),
      task,
      by,
    );

    expect(plan.calls).toBeLessThanOrEqual(4);
    expect(await traceOf(task)).toEqual(oneRecovery(task, by));
  });

  it('does not write a recovery again while executions cannot be started', async () => {
    const task = await stuckTask(tasks, executions, StuckBy.NeverStarted, clock.nowMs());
    const options = through((send) => send());
    const cutOff: RecoveryOptions = {
      ...options,
      driver: { ...options.driver, start: () => Promise.reject(new Error('throttled')) },
    };

    for (let minute = 0; minute < 30; minute += 1) {
      await recoverTask(cutOff, task.taskId, clock.nowMs()).catch(() => undefined);
      clock.advance(SWEEP_PERIOD_MS);
    }
    await recoverTask(options, task.taskId, clock.nowMs());

    expect(await traceOf(task)).toEqual(oneRecovery(task, StuckBy.NeverStarted));
  });
});

describe('two concurrent sweeps', () => {
  const orders = ordersOf(4, 4);

  it('have seventy interleavings of their steps', () => {
    expect(orders).toHaveLength(70);
  });

  it.each(Object.values(StuckBy))('recover a task once in every interleaving: %s', async (by) => {
    for (const order of orders) {
      executions = new Executions();
      const task = await stuckTask(tasks, executions, by, clock.nowMs());
      const turns = new Interleaving();
      const one = (who: Turn) =>
        sweepTask(
          through((send) => turns.call(who, send)),
          task,
          by,
        );

      const [looks] = await Promise.all([Promise.all([one('a'), one('b')]), turns.run(order)]);

      expect(await traceOf(task)).toEqual(oneRecovery(task, by));
      // The later sweep may still find the driver not started and start the same one.
      expect(looks.filter(({ kind }) => kind === 'recovered').length).toBeGreaterThanOrEqual(1);
      expect(new Set(looks.flatMap(({ recovered }) => recovered?.generation ?? []))).toEqual(new Set([2]));
    }
  });
});
