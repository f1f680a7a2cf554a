/** The deployed machine on the local AWS: path of states, superseded drivers, manually stopped executions. */
import {
  DescribeExecutionCommand,
  GetExecutionHistoryCommand,
  SFNClient,
  StartExecutionCommand,
  StopExecutionCommand,
} from '@aws-sdk/client-sfn';
import { afterEach, describe, expect, it } from 'vitest';
import { type TaskView, taskViewSchema } from '../../lambdas/queue/contracts/api.ts';
import { callApi } from '../../tools/cli/clients/api-client.ts';
import { getTask } from '../../tools/cli/clients/queue-client.ts';
import { tasks } from './support/cards.ts';
import {
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

const sfn = new SFNClient(rootClient);
const arnOf = (name: string): string =>
  `${outputs.stateMachineArn.replace(':stateMachine:', ':execution:')}:${name}`;

const statusAfter = (name: string): Promise<string> =>
  eventually(`execution ${name} to end`, async () => {
    const { status } = await sfn.send(new DescribeExecutionCommand({ executionArn: arnOf(name) }));
    return status === 'RUNNING' ? undefined : status;
  });

async function pathOf(name: string): Promise<readonly string[]> {
  const { events = [] } = await sfn.send(
    new GetExecutionHistoryCommand({ executionArn: arnOf(name), maxResults: 1_000 }),
  );
  return events.flatMap((event) => event.stateEnteredEventDetails?.name ?? []);
}

async function enqueue(quoteId: string): Promise<TaskView> {
  return taskViewSchema.parse((await postAction(quoteId, 'crm.sync', 'machine')).body);
}

const retry = (task: TaskView) =>
  callApi(target, {
    method: 'POST',
    path: `/actions/${task.taskId}/retry`,
    headers: { 'if-match': `"${task.version}"` },
  });

/** A task in `retryable_failed`, with 12 s or more until its next attempt. */
async function waitingTask(quoteId: string): Promise<TaskView> {
  await scriptFault({
    target: 'crm',
    method: 'POST',
    path: '/crm/v3/objects/deals/batch/upsert',
    bodyIncludes: quoteId,
    fault: { kind: 'status', status: 429, retryAfterSeconds: 12 },
  });
  const { taskId } = await enqueue(quoteId);
  return eventually('the task to be deferred', async () => {
    const task = taskViewSchema.parse(await getTask(target, taskId));
    return task.state === 'retryable_failed' ? task : undefined;
  });
}

afterEach(clearFaults);

describe('the state machine', () => {
  it('has the path Queued, Running, Outcome, Completed', async () => {
    const { taskId } = await enqueue(freshQuoteId());

    expect(await statusAfter(`${taskId}-1`)).toBe('SUCCEEDED');
    expect(await pathOf(`${taskId}-1`)).toEqual(['Queued', 'Running', 'Outcome', 'Completed']);
  });

  it("runs at once after an operator's retry, and ends the older driver as superseded", async () => {
    const waiting = await waitingTask(freshQuoteId());

    const answer = await retry(waiting);

    expect(answer.status).toBe(200);
    const task = await ended(waiting.taskId);
    expect(task).toMatchObject({ state: 'completed', generation: 2 });
    expect(await statusAfter(`${waiting.taskId}-2`)).toBe('SUCCEEDED');
    expect(await statusAfter(`${waiting.taskId}-1`)).toBe('SUCCEEDED');
    expect((await pathOf(`${waiting.taskId}-1`)).at(-1)).toBe('Superseded');
  });

  it('drives the task of a manually stopped execution after a retry', async () => {
    const waiting = await waitingTask(freshQuoteId());
    await sfn.send(new StopExecutionCommand({ executionArn: arnOf(`${waiting.taskId}-1`) }));
    await statusAfter(`${waiting.taskId}-1`);

    await retry(waiting);

    expect(await ended(waiting.taskId)).toMatchObject({ state: 'completed', generation: 2 });
  });

  it.each<[what: string, over: Readonly<Record<string, unknown>>]>([
    ['the worker of another kind', { worker: 'pdf' }],
    ['no worker at all', { worker: 'fax' }],
    ['a generation to come', { generation: 7 }],
    ['the id of no task', { taskId: `task-${'0'.repeat(40)}` }],
  ])('refuses a manual execution with %s, and the task continues without it', async (what, over) => {
    const waiting = await waitingTask(freshQuoteId());
    const name = `${waiting.taskId}-${what.replaceAll(' ', '-')}`;
    const fitting = { taskId: waiting.taskId, generation: 1, worker: 'crm', waitSeconds: 0 };
    const input = JSON.stringify({ ...fitting, ...over });

    await sfn.send(new StartExecutionCommand({ stateMachineArn: outputs.stateMachineArn, name, input }));

    expect(await statusAfter(name)).toBe('FAILED');
    expect((await pathOf(name)).at(-1)).toBe('WrongDriver');
    // Enqueued, claimed, deferred, claimed, completed: the manual execution wrote nothing.
    expect(await ended(waiting.taskId)).toMatchObject({ state: 'completed', generation: 1, version: 5 });
  });

  it('claims for a manual execution under its own name', async () => {
    const quoteId = freshQuoteId();
    const { taskId } = await waitingTask(quoteId);
    await sfn.send(new StopExecutionCommand({ executionArn: arnOf(`${taskId}-1`) }));
    await scriptFault({
      target: 'crm',
      method: 'POST',
      path: '/crm/v3/objects/deals/batch/upsert',
      bodyIncludes: quoteId,
      fault: { kind: 'delay', delayMs: 3_000 },
    });
    const input = JSON.stringify({ taskId, generation: 1, worker: 'crm', waitSeconds: 0 });
    const name = `${taskId}-by-hand`;

    await sfn.send(new StartExecutionCommand({ stateMachineArn: outputs.stateMachineArn, name, input }));

    const running = await eventually('the task to run', async () => {
      const task = await tasks.get(taskId);
      return task?.state === 'running' ? task : undefined;
    });
    expect(running.workerId).toBe(name);
    expect(await statusAfter(name)).toBe('SUCCEEDED');
  });

  it('ends a second driver of a completed task as completed without a change', async () => {
    const { taskId } = await enqueue(freshQuoteId());
    const before = await ended(taskId);
    const input = JSON.stringify({ taskId, generation: 1, worker: 'crm', waitSeconds: 0 });

    await sfn.send(
      new StartExecutionCommand({ stateMachineArn: outputs.stateMachineArn, name: `${taskId}-again`, input }),
    );

    expect(await statusAfter(`${taskId}-again`)).toBe('SUCCEEDED');
    expect((await pathOf(`${taskId}-again`)).at(-1)).toBe('Completed');
    // The card in Slack is updated asynchronously.
    const { card: _shown, ...after } = await getTask(target, taskId);
    const { card: _earlier, ...unchanged } = before;
    expect(after).toEqual(unchanged);
  });
});
