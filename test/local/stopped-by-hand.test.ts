/**
 * Executions that are stopped in the middle of a state, and then started again twice. The local AWS does not support
 * `RedriveExecution`; a redrive is equivalent to one more execution with the same input under another name.
 */
import { GetExecutionHistoryCommand, SFNClient } from '@aws-sdk/client-sfn';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { afterAll, describe, expect, it } from 'vitest';
import type { TaskView } from '../../lambdas/queue/contracts/api.ts';
import { executionNameOf } from '../../lambdas/queue/domain/task/identity.ts';
import { getAudit, getTask } from '../../tools/cli/clients/queue-client.ts';
import { effectCount } from '../../tools/demo/proof.ts';
import { countEffects } from '../../tools/demo/provider-counts.ts';
import { endOf, executionArnOf, startAgain, stopExecution } from '../../tools/drills/executions.ts';
import { withVariables } from '../../tools/drills/functions.ts';
import type { Fault } from '../../tools/rig/faults/fault-rules.ts';
import { queuedTask } from '../helpers/builders.ts';
import { put } from './support/cards.ts';
import {
  acceptedSnapshot,
  clearFaults,
  eventually,
  freshQuoteId,
  outputs,
  postAction,
  rootClient,
  scriptFault,
  ended,
  target,
} from './support/queue.ts';

const site = { outputs, sfn: new SFNClient(rootClient), lambda: new LambdaClient(rootClient) };
/** A lease that no worker ended must expire: 60 s, the clock skew of 5 s, and a backoff. */
const LIMIT_MS = 300_000;

const inputOf = (taskId: string, waitSeconds = 0) =>
  ({ taskId, generation: 1, worker: 'crm', waitSeconds }) as const;

/** Waits until this is the execution's last entered state. */
const entered = (name: string, state: string): Promise<true> =>
  eventually(`execution ${name} to enter ${state}`, async () => {
    const executionArn = executionArnOf(site, name);
    const { events = [] } = await site.sfn.send(
      new GetExecutionHistoryCommand({ executionArn, maxResults: 1_000 }),
    );
    const states = events.flatMap((event) => event.stateEnteredEventDetails?.name ?? []);
    return states.at(-1) === state || undefined;
  });

async function enqueue(quoteId: string): Promise<string> {
  await postAction(quoteId, 'crm.sync', 'stopped');
  return queuedTask('crm.sync', 'stopped', Date.now(), acceptedSnapshot(quoteId)).taskId;
}

const failWrites = (quoteId: string, fault: Fault) =>
  scriptFault({
    target: 'crm',
    method: 'POST',
    path: '/crm/v3/objects/deals/batch/upsert',
    bodyIncludes: quoteId,
    fault,
  });

/** Creates a task whose first execution is in the state; returns its id. */
const STANDING: Readonly<Record<string, (quoteId: string) => Promise<string>>> = {
  Queued: async (quoteId) => {
    const { taskId } = await put(queuedTask('crm.sync', 'stopped', Date.now(), acceptedSnapshot(quoteId)));
    await startAgain(site, inputOf(taskId, 3_600), '1');
    return taskId;
  },
  Running: async (quoteId) => {
    await failWrites(quoteId, { kind: 'delay', delayMs: 2_000 });
    return enqueue(quoteId);
  },
  WorkerLost: async (quoteId) => {
    await failWrites(quoteId, { kind: 'kill_client' });
    const taskId = queuedTask('crm.sync', 'stopped', Date.now(), acceptedSnapshot(quoteId)).taskId;
    // `record-lost-worker` reads the task first: this delays that read.
    await scriptFault({
      target: 'dynamodb',
      path: '/GetItem',
      bodyIncludes: taskId,
      fault: { kind: 'delay', delayMs: 10_000 },
      times: 100,
    });
    return enqueue(quoteId);
  },
  RetryableFailed: async (quoteId) => {
    await failWrites(quoteId, { kind: 'status', status: 429, retryAfterSeconds: 20 });
    return enqueue(quoteId);
  },
};

/** Stops the execution there, and starts it twice. */
async function stopAndDriveTwice(taskId: string, state: string): Promise<readonly string[]> {
  const name = executionNameOf(taskId, 1);
  await entered(name, state);
  if (!(await stopExecution(site, name))) throw new Error(`execution ${name}: expected it to be running`);
  return Promise.all(['redrive', 'again'].map((suffix) => startAgain(site, inputOf(taskId), suffix)));
}

async function expectRight(task: TaskView, executions: readonly string[]): Promise<void> {
  for (const name of executions) expect(await endOf(site, name)).toBe('SUCCEEDED');
  expect(effectCount(task, await countEffects(outputs))).toBe(1);
  const { version } = await getTask(target, task.taskId);
  expect(version).toBe(task.version);
  const records = await eventually('the whole trail', async () => {
    const trail = await getAudit(target, task.taskId);
    return trail.gaps.length === 0 ? trail.records : undefined;
  });
  expect(records.map((record) => record.version)).toEqual(
    Array.from({ length: version }, (_, index) => index + 1),
  );
  expect(records.slice(1).map(({ from }) => from)).toEqual(records.slice(0, -1).map(({ to }) => to));
  expect(records.filter(({ to }) => to === 'completed')).toHaveLength(1);
}

// Each test has its own quotes and rules, and mostly waits for the expiry of a lease.
afterAll(clearFaults);

describe.concurrent('an execution that is stopped manually and started again twice', () => {
  it.each(['Queued', 'Running', 'RetryableFailed'])(
    'in the middle of %s leaves one effect and a correct table',
    async (state) => {
      const taskId = (await STANDING[state]?.(freshQuoteId())) ?? '';

      const executions = await stopAndDriveTwice(taskId, state);

      const task = await ended(taskId, LIMIT_MS);
      expect(task.state).toBe('completed');
      await expectRight(task, executions);
    },
    LIMIT_MS,
  );

  it(
    'in the middle of WorkerLost leaves one effect and a correct table after the lease has expired',
    async () => {
      const executions: string[] = [];
      const proxied = { AWS_ENDPOINT_URL_DYNAMODB: outputs.faultProxyUrl };
      const taskId = await withVariables(site, ['record-lost-worker'], proxied, async () => {
        const standing = (await STANDING['WorkerLost']?.(freshQuoteId())) ?? '';
        executions.push(...(await stopAndDriveTwice(standing, 'WorkerLost')));
        return standing;
      });

      const task = await ended(taskId, LIMIT_MS);

      expect(task).toMatchObject({ state: 'completed', effect: { proof: 'probed' } });
      await expectRight(task, executions);
    },
    LIMIT_MS,
  );

  it.each<[end: string, fault: Fault | undefined, last: string]>([
    ['completed', undefined, 'SUCCEEDED'],
    ['failed_terminal', { kind: 'status', status: 400, body: '{"message":"no"}' }, 'FAILED'],
  ])('after its end %s changes nothing', async (end, fault, last) => {
    const quoteId = freshQuoteId();
    if (fault !== undefined) await failWrites(quoteId, fault);
    const before = await ended(await enqueue(quoteId));
    expect(before.state).toBe(end);
    await endOf(site, executionNameOf(before.taskId, 1));

    const names = await Promise.all(
      ['redrive', 'again'].map((suffix) => startAgain(site, inputOf(before.taskId), suffix)),
    );

    for (const name of names) expect(await endOf(site, name)).toBe(last);
    const { card: _shown, ...after } = await getTask(target, before.taskId);
    const { card: _earlier, ...unchanged } = before;
    expect(after).toEqual(unchanged);
    expect(effectCount(after, await countEffects(outputs))).toBe(fault === undefined ? 1 : 0);
  });
});
