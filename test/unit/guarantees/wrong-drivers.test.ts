/** Executions that were started manually with an input that does not match the task: they write nothing, and the right driver continues. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Worker, WORKER_BY_KIND } from '../../../lambdas/actions/kinds.ts';
import type { ExecutionTask } from '../../../lambdas/queue/contracts/records.ts';
import { driveTask } from '../../../lambdas/queue/domain/driver/drive-task.ts';
import { outputOf } from '../../../lambdas/queue/domain/driver/driver-view.ts';
import { LeaseLost, QueueError } from '../../../lambdas/shared/domain/errors.ts';
import { executionNameOf } from '../../../lambdas/queue/domain/task/identity.ts';
import { requestOf, resultOf, snapshotOf } from '../../helpers/builders.ts';
import { countedIds } from '../../../tools/rig/counted-ids.ts';
import { type DynamoDbServer, startDynamoDb } from '../../../tools/rig/aws/dynamodb-server.ts';
import { FakeClock } from '../../../tools/rig/fake-clock.ts';
import { queueStore, type QueueStore } from '../../helpers/queue-store.ts';

let dynamoDb: DynamoDbServer;
let clock: FakeClock;
let store: QueueStore;
let mismatches: string[];

beforeAll(async () => {
  dynamoDb = await startDynamoDb();
});

beforeEach(() => {
  clock = new FakeClock();
  store = queueStore(dynamoDb.client, clock);
  mismatches = [];
});

afterAll(() => dynamoDb.stop());

const applied = () => Promise.resolve({ result: resultOf(), proof: 'applied' as const });
const untouched = (): Promise<never> => Promise.reject(new Error('expected no effect'));

/** Input of the task's own driver, which is a `pdf.render`. */
const fitting = ({ taskId, generation }: ExecutionTask) => ({ taskId, generation, worker: 'pdf' });

const drive = (task: ExecutionTask, worker: Worker, generation = task.generation, run = applied) =>
  driveTask(
    {
      queue: store.queue,
      effects: { run },
      worker,
      onFailure: () => undefined,
      onMismatch: (mismatch) => mismatches.push(mismatch),
    },
    { taskId: task.taskId, generation },
  );

async function enqueued(): Promise<ExecutionTask> {
  const snapshot = snapshotOf({ quoteId: `Q-${countedIds.next()}` });
  const { task } = await store.queue.enqueue(requestOf('pdf.render', 'key', snapshot));
  return store.queue.operate(task.taskId, 'retry', task.version, 'slack:T1:U1');
}

async function claimed(): Promise<ExecutionTask> {
  const { taskId, generation } = await enqueued();
  const claim = await store.queue.claim(taskId, generation, executionNameOf(taskId, generation));
  if (claim.kind !== 'granted') throw new Error(`expected a claim, got ${claim.kind}`);
  return claim.task;
}

/** A `pdf.render` task of generation 2 in each state that a driver may find. */
const STATES: Readonly<Record<string, () => Promise<ExecutionTask>>> = {
  queued: enqueued,
  running: claimed,
  'running, its lease over': async () => {
    const task = await claimed();
    clock.advance(3_600_000);
    return task;
  },
  retryable_failed: async () =>
    (await store.queue.fail(await claimed(), new QueueError('PROVIDER_TIMEOUT'))).task,
  completed: async () => store.queue.complete(await claimed(), { result: resultOf(), proof: 'applied' }),
};

const WRONG: readonly [name: string, worker: Worker, generation: number, mismatch: string][] = [
  ['the worker of another kind', 'crm', 2, 'worker: expected pdf, the worker of pdf.render'],
  ['another worker and generation', 'slack', 9, 'worker: expected pdf, the worker of pdf.render'],
  ['a generation to come', 'pdf', 3, 'generation: expected 2, the generation of the task, or a lower one'],
];
const CASES = WRONG.flatMap(([name, worker, generation, mismatch]) =>
  Object.keys(STATES).flatMap((state) =>
    [1, 2].map((deliveries) => ({ name, worker, generation, mismatch, state, deliveries })),
  ),
);

const taskIn = async (state: string): Promise<ExecutionTask> => {
  const make = STATES[state];
  if (make === undefined) throw new Error(`no state ${state}`);
  return make();
};

describe('an execution that does not match its task', () => {
  it.each(CASES)(
    'writes nothing and reports why: $name, $state, delivered $deliveries times',
    async ({ worker, generation, mismatch, state, deliveries }) => {
      const task = await taskIn(state);

      for (let count = 0; count < deliveries; count += 1) {
        expect(await drive(task, worker, generation, untouched)).toEqual({
          outcome: 'wrong_driver',
          waitSeconds: 0,
        });
      }

      expect(await store.tasks.get(task.taskId)).toEqual(task);
      expect(mismatches).toEqual(Array.from({ length: deliveries }, () => mismatch));
    },
  );

  it.each(CASES)(
    'does not end an attempt when it crashes: $name, $state, delivered $deliveries times',
    async ({ worker, generation, state, deliveries }) => {
      const task = await taskIn(state);

      for (let count = 0; count < deliveries; count += 1) {
        const view = await store.queue.recordLostWorker(
          { taskId: task.taskId, generation, worker },
          'It crashed',
        );
        expect(outputOf(view)).toEqual({ outcome: 'wrong_driver', waitSeconds: 0 });
      }

      expect(await store.tasks.get(task.taskId)).toEqual(task);
    },
  );

  it('leaves the task to its own driver, which completes it', async () => {
    const task = await enqueued();
    for (const [, worker, generation] of WRONG) await drive(task, worker, generation, untouched);

    expect(await drive(task, WORKER_BY_KIND[task.kind])).toEqual({ outcome: 'completed', waitSeconds: 0 });
    expect(await store.tasks.get(task.taskId)).toMatchObject({ state: 'completed', attempt: 1 });
  });

  it('does not disturb a running worker, which completes the task', async () => {
    const task = await claimed();
    await drive(task, 'crm', task.generation, untouched);
    await store.queue.recordLostWorker({ ...fitting(task), worker: 'crm' }, 'It crashed');

    await store.queue.complete(task, { result: resultOf(), proof: 'applied' });

    expect(await store.tasks.get(task.taskId)).toMatchObject({ state: 'completed', attempt: 1 });
  });
});

describe('a driver of an earlier generation', () => {
  it.each(Object.keys(STATES))('is superseded and writes nothing (%s)', async (state) => {
    const task = await taskIn(state);

    expect(await drive(task, 'pdf', 1, untouched)).toEqual({ outcome: 'superseded', waitSeconds: 0 });
    const view = await store.queue.recordLostWorker({ ...fitting(task), generation: 1 }, 'It crashed');

    expect(view).toEqual({ kind: 'superseded' });
    expect(await store.tasks.get(task.taskId)).toEqual(task);
  });
});

describe('an execution that was started manually with a matching input', () => {
  const byHand = (task: ExecutionTask) => ({ ...fitting(task), execution: 'by-hand' });
  const own = (task: ExecutionTask) => ({
    ...fitting(task),
    execution: executionNameOf(task.taskId, task.generation),
  });

  it('does not end an attempt when its own worker crashes', async () => {
    const task = await claimed();

    const view = await store.queue.recordLostWorker(byHand(task), 'It crashed');

    expect(outputOf(view)).toMatchObject({ outcome: 'retryable_failed' });
    expect(await store.tasks.get(task.taskId)).toEqual(task);
    await store.queue.complete(task, { result: resultOf(), proof: 'applied' });
    expect(await store.tasks.get(task.taskId)).toMatchObject({ state: 'completed', attempt: 1 });
  });

  it.each(['crashed', 'settled'])('drives the task under its own name (%s)', async (end) => {
    const task = await enqueued();
    const workers: (string | undefined)[] = [];
    const run = ({ workerId }: ExecutionTask) => {
      workers.push(workerId);
      return end === 'settled' ? applied() : Promise.reject(new LeaseLost());
    };

    await driveTask(
      {
        queue: store.queue,
        effects: { run },
        worker: 'pdf',
        onFailure: () => undefined,
        onMismatch: () => undefined,
      },
      byHand(task),
    );
    expect(workers).toEqual(['by-hand']);
    await store.queue.recordLostWorker(own(task), 'It crashed');
    const state = end === 'settled' ? 'completed' : 'running';
    expect(await store.tasks.get(task.taskId)).toMatchObject({ state });

    await store.queue.recordLostWorker(byHand(task), 'It crashed');
    const last = end === 'settled' ? 'completed' : 'retryable_failed';
    expect(await store.tasks.get(task.taskId)).toMatchObject({ state: last, attempt: 1 });
  });

  it.each([own, fitting])(
    "records only the crash of the task's own execution, in any release (%#)",
    async (lost) => {
      const task = await claimed();

      await store.queue.recordLostWorker(lost(task), 'It crashed');

      expect(await store.tasks.get(task.taskId)).toMatchObject({ state: 'retryable_failed', attempt: 1 });
    },
  );
});

describe('an execution of a task that does not exist', () => {
  it('gets this answer from the worker and from the recorder of lost workers', async () => {
    const { taskId } = await enqueued();
    const missing = { ...(await enqueued()), taskId: `${taskId.slice(0, -4)}0000` };

    expect(await drive(missing, 'pdf')).toEqual({ outcome: 'wrong_driver', waitSeconds: 0 });
    expect(
      await store.queue.recordLostWorker({ taskId: missing.taskId, generation: 1 }, 'It crashed'),
    ).toEqual({
      kind: 'wrong_driver',
      mismatch: 'taskId: expected the id of a task',
    });
    expect(mismatches).toEqual(['taskId: expected the id of a task']);
    expect(await store.tasks.get(missing.taskId)).toBeUndefined();
  });
});
