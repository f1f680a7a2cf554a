/** A task store with executions that a test controls, and a sweep through the test's `intercept`. */
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { DynamoDbTaskRepo } from '../../lambdas/queue/adapters/dynamodb/task-repo.ts';
import type { ExecutionTask } from '../../lambdas/queue/contracts/records.ts';
import { QueueError } from '../../lambdas/shared/domain/errors.ts';
import { POLICY } from '../../lambdas/queue/domain/task/policy.ts';
import { DEFAULT_RETRY_POLICY } from '../../lambdas/queue/domain/task/task-policy.ts';
import type { ExecutionDriver, ExecutionStatus } from '../../lambdas/queue/domain/ports.ts';
import type { RecoveryOptions } from '../../lambdas/queue/domain/recovery/recovery.ts';
import { claimed, failed, held } from '../../lambdas/queue/domain/task/transitions.ts';
import { contextAt, queuedTask } from './builders.ts';
import { countedIds } from '../../tools/rig/counted-ids.ts';
import { TABLE_NAMES } from '../../tools/rig/aws/dynamodb-server.ts';
import type { FakeClock } from '../../tools/rig/fake-clock.ts';
import type { Intercept } from './queue-store.ts';

/** Executions by name, like in Step Functions. */
export class Executions implements ExecutionDriver {
  readonly statuses = new Map<string, ExecutionStatus>();
  /** Started names, in order; a repeated name is started once. */
  readonly started: string[] = [];

  /** See {@link ExecutionDriver.start}. */
  start({
    taskId,
    generation,
  }: {
    taskId: string;
    generation: number;
  }): Promise<'started' | 'already_started'> {
    const name = `${taskId}-${generation}`;
    if (this.statuses.has(name)) return Promise.resolve('already_started');
    this.statuses.set(name, 'running');
    this.started.push(name);
    return Promise.resolve('started');
  }

  /** See {@link ExecutionDriver.status}. */
  status(taskId: string, generation: number): Promise<ExecutionStatus> {
    return Promise.resolve(this.statuses.get(`${taskId}-${generation}`) ?? 'missing');
  }
}

/** Ways in which a task waits for the sweep. */
export const StuckBy = {
  NeverStarted: 'never_started',
  DriverFailed: 'driver_failed',
  LostInBackoff: 'lost_in_backoff',
  LostWorker: 'lost_worker',
  Held: 'held',
} as const;
/** One of {@link StuckBy}. */
export type StuckBy = (typeof StuckBy)[keyof typeof StuckBy];

/** Stores a task that became stuck just now, and returns it. */
export async function stuckTask(
  tasks: DynamoDbTaskRepo,
  executions: Executions,
  by: StuckBy,
  nowMs: number,
): Promise<ExecutionTask> {
  const created = queuedTask('crm.sync', countedIds.next(), nowMs - POLICY.taskDeadlineMs / 2);
  await tasks.putIfAbsent(created);
  const driver = `${created.taskId}-1`;
  const put = async (previous: ExecutionTask, next: ExecutionTask): Promise<ExecutionTask> => {
    const written = await tasks.replace(previous, next);
    if (written.kind === 'conflict') throw new Error('expected to write the task');
    return written.task;
  };
  const claim = (task: ExecutionTask) =>
    put(
      task,
      claimed(task, countedIds.next(), driver, contextAt(nowMs - POLICY.leaseMs - POLICY.clockSkewMs)),
    );
  switch (by) {
    case StuckBy.NeverStarted:
      return created;
    case StuckBy.DriverFailed:
      executions.statuses.set(driver, 'failed');
      return created;
    case StuckBy.LostWorker:
      executions.statuses.set(driver, 'aborted');
      return claim(created);
    case StuckBy.LostInBackoff: {
      executions.statuses.set(driver, 'aborted');
      const running = await claim(created);
      const retry = { kind: 'retry', nextAttemptAtMs: nowMs - POLICY.overdueMs, deferral: false } as const;
      return put(
        running,
        failed(running, new QueueError('PROVIDER_TIMEOUT'), retry, contextAt(nowMs - POLICY.overdueMs)),
      );
    }
    case StuckBy.Held:
      executions.statuses.set(driver, 'succeeded');
      return put(created, held(created, { reason: 'CRM down', actor: 'ada' }, contextAt(nowMs - 1_000)));
  }
}

/** Options of a recovery, with its calls to tables and executions through `intercept`. */
export function recoveryOptions(
  client: DynamoDBDocumentClient,
  executions: Executions,
  clock: FakeClock,
  intercept: Intercept,
): RecoveryOptions {
  const tasks = new DynamoDbTaskRepo(client, TABLE_NAMES.tasks);
  return {
    clock,
    ids: countedIds,
    retryPolicy: DEFAULT_RETRY_POLICY,
    actor: 'system:sweep',
    queue: {
      get: (taskId) => intercept(() => tasks.get(taskId)),
      replace: (previous, next) => intercept(() => tasks.replace(previous, next)),
    },
    driver: {
      start: (input) => intercept(() => executions.start(input)),
      status: (taskId, generation) => intercept(() => executions.status(taskId, generation)),
    },
  };
}
