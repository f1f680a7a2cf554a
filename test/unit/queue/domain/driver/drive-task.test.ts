import { describe, expect, it } from 'vitest';
import { WORKER_BY_KIND } from '../../../../../lambdas/actions/kinds.ts';
import type { ExecutionTask } from '../../../../../lambdas/queue/contracts/records.ts';
import { driveTask } from '../../../../../lambdas/queue/domain/driver/drive-task.ts';
import { LeaseLost, QueueError } from '../../../../../lambdas/shared/domain/errors.ts';
import { POLICY } from '../../../../../lambdas/queue/domain/task/policy.ts';
import type { EffectRunner, ExecutionQueueRepo } from '../../../../../lambdas/queue/domain/ports.ts';
import { queueServiceOf } from '../../../../helpers/queue-service.ts';
import { queuedTask, resultOf } from '../../../../helpers/builders.ts';
import { FakeClock } from '../../../../../tools/rig/fake-clock.ts';

interface Drive {
  readonly run: () => ReturnType<typeof driveTask>;
  readonly task: () => ExecutionTask;
  readonly failures: Error[];
  readonly clock: FakeClock;
}

const unused = (): Promise<never> => Promise.reject(new Error('not used by a drive'));

/** A drive of one queued task in memory; a write that `isDown` picks fails, as in a store that is down. */
function driveOf(run: EffectRunner['run'], isDown: (next: ExecutionTask) => boolean = () => false): Drive {
  const clock = new FakeClock();
  const failures: Error[] = [];
  let stored = queuedTask();
  const repo: ExecutionQueueRepo = {
    get: () => Promise.resolve(stored),
    replace: (previous, next) => {
      if (isDown(next)) return Promise.reject(new Error('throttled'));
      if (previous.version !== stored.version) return Promise.resolve({ kind: 'conflict', current: stored });
      stored = next;
      return Promise.resolve({ kind: 'stored', task: next });
    },
    putIfAbsent: unused,
    listByQuote: unused,
    pageDue: unused,
    listDue: unused,
    listHeld: unused,
  };
  const queue = queueServiceOf({
    queue: repo,
    driver: { start: unused, status: unused },
    clock,
  });
  const options = {
    queue,
    effects: { run },
    worker: WORKER_BY_KIND[stored.kind],
    onFailure: (_task: ExecutionTask, error: Error) => failures.push(error),
    onMismatch: unused,
  };
  const { taskId } = stored;
  return { run: () => driveTask(options, { taskId, generation: 1 }), task: () => stored, failures, clock };
}

const applied = () => Promise.resolve({ result: resultOf(), proof: 'applied' as const });

describe('driveTask', () => {
  it('completes with the effect, and does nothing on redelivery', async () => {
    const drive = driveOf(applied);

    expect(await drive.run()).toEqual({ outcome: 'completed', waitSeconds: 0 });
    expect(await drive.run()).toEqual({ outcome: 'completed', waitSeconds: 0 });
    expect(drive.task()).toMatchObject({ state: 'completed', version: 3 });
  });

  it('waits for the stored backoff, rounded up to seconds', async () => {
    const drive = driveOf(() => Promise.reject(new QueueError('PROVIDER_TIMEOUT')));

    const { outcome, waitSeconds } = await drive.run();

    const backoffMs = (drive.task().nextAttemptAtMs ?? 0) - drive.clock.nowMs();
    expect({ outcome, waitSeconds }).toEqual({
      outcome: 'retryable_failed',
      waitSeconds: Math.ceil(backoffMs / 1_000),
    });
    expect(drive.failures).toEqual([expect.objectContaining({ code: 'PROVIDER_TIMEOUT' })]);
  });

  it('ends on a terminal error', async () => {
    const drive = driveOf(() => Promise.reject(new QueueError('PROVIDER_REFUSED')));

    expect(await drive.run()).toEqual({ outcome: 'failed_terminal', waitSeconds: 0 });
    expect(drive.task()).toMatchObject({ state: 'failed_terminal', error: { code: 'PROVIDER_REFUSED' } });
  });

  it('writes nothing if the ledger record has another owner, and ends by the table', async () => {
    const drive = driveOf(() => Promise.reject(new LeaseLost()));

    expect(await drive.run()).toEqual({
      outcome: 'retryable_failed',
      waitSeconds: (POLICY.leaseMs + POLICY.clockSkewMs) / 1_000,
    });
    expect(drive.task()).toMatchObject({ state: 'running', version: 2 });
  });

  it('reports a lost worker, not a failed attempt, if the completion cannot be stored', async () => {
    const drive = driveOf(applied, (next) => next.state === 'completed');

    await expect(drive.run()).rejects.toThrow('throttled');
    expect(drive.task()).toMatchObject({ state: 'running', version: 2 });
    expect(drive.failures).toEqual([]);
  });
});
