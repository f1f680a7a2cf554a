/** Starting executions: once per name, and never with a name that belongs to another execution. */
import {
  DescribeExecutionCommand,
  ExecutionAlreadyExists,
  ExecutionDoesNotExist,
  SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, it } from 'vitest';
import { StepFunctionsDriver } from '../../../../lambdas/queue/adapters/execution-driver.ts';
import type { ExecutionInput } from '../../../../lambdas/queue/contracts/state-machine-io.ts';

const MACHINE = 'arn:aws:states:eu-central-1:123456789012:stateMachine:quoteq-quote-action';
const input: ExecutionInput = {
  taskId: `task-${'a'.repeat(40)}`,
  generation: 2,
  worker: 'crm',
  waitSeconds: 0,
};
const sfn = mockClient(SFNClient);
const driver = new StepFunctionsDriver(new SFNClient({ region: 'eu-central-1' }), MACHINE);

const taken = (): void => {
  sfn.on(StartExecutionCommand).rejects(new ExecutionAlreadyExists({ message: 'taken', $metadata: {} }));
};

beforeEach(() => {
  sfn.reset();
});

describe('StepFunctionsDriver', () => {
  it('starts the execution under the name of task and generation', async () => {
    sfn.on(StartExecutionCommand).resolves({});

    expect(await driver.start(input)).toBe('started');
    expect(sfn.commandCalls(StartExecutionCommand)[0]?.args[0].input).toEqual({
      stateMachineArn: MACHINE,
      name: `${input.taskId}-2`,
      input: JSON.stringify(input),
    });
  });

  it("starts by an alias, and finds the execution by the alias's state machine", async () => {
    taken();
    sfn.on(DescribeExecutionCommand).resolves({ status: 'RUNNING', input: JSON.stringify(input) });
    const aliased = new StepFunctionsDriver(new SFNClient({ region: 'eu-central-1' }), `${MACHINE}:live`);

    expect(await aliased.start(input)).toBe('already_started');
    expect(sfn.commandCalls(StartExecutionCommand)[0]?.args[0].input.stateMachineArn).toBe(`${MACHINE}:live`);
    expect(sfn.commandCalls(DescribeExecutionCommand)[0]?.args[0].input).toEqual({
      executionArn: `arn:aws:states:eu-central-1:123456789012:execution:quoteq-quote-action:${input.taskId}-2`,
    });
  });

  it.each(['RUNNING', 'SUCCEEDED', 'ABORTED'] as const)(
    'accepts its own execution that is %s as started',
    async (status) => {
      taken();
      sfn
        .on(DescribeExecutionCommand)
        .resolves({ status, input: JSON.stringify({ ...input, waitSeconds: 9 }) });

      expect(await driver.start(input)).toBe('already_started');
      expect(sfn.commandCalls(DescribeExecutionCommand)[0]?.args[0].input).toEqual({
        executionArn: `arn:aws:states:eu-central-1:123456789012:execution:quoteq-quote-action:${input.taskId}-2`,
      });
    },
  );

  it.each([
    ['another task', JSON.stringify({ ...input, taskId: `task-${'b'.repeat(40)}` })],
    ['another worker', JSON.stringify({ ...input, worker: 'pdf' })],
    ['another generation', JSON.stringify({ ...input, generation: 1 })],
    ['no input at all', undefined],
  ])('refuses a name that has %s', async (_what, existing) => {
    taken();
    sfn.on(DescribeExecutionCommand).resolves(existing === undefined ? {} : { input: existing });

    await expect(driver.start(input)).rejects.toMatchObject({ code: 'DRIVER_NOT_STARTED' });
  });

  it('keeps the cause when Step Functions cannot be reached', async () => {
    const outage = Object.assign(new Error('throttled'), { name: 'ThrottlingException' });
    sfn.on(StartExecutionCommand).rejects(outage);

    await expect(driver.start(input)).rejects.toMatchObject({ code: 'DRIVER_NOT_STARTED', cause: outage });
  });

  it('keeps the cause when the execution with the name cannot be read', async () => {
    taken();
    const outage = new Error('down');
    sfn.on(DescribeExecutionCommand).rejects(outage);

    await expect(driver.start(input)).rejects.toMatchObject({ code: 'DRIVER_NOT_STARTED', cause: outage });
  });

  it.each([
    ['RUNNING', 'running'],
    ['PENDING_REDRIVE', 'running'],
    ['SUCCEEDED', 'succeeded'],
    ['FAILED', 'failed'],
    ['TIMED_OUT', 'timed_out'],
    ['ABORTED', 'aborted'],
  ] as const)('reports an execution that is %s as %s', async (status, said) => {
    sfn.on(DescribeExecutionCommand).resolves({ status });

    expect(await driver.status(input.taskId, 2)).toBe(said);
  });

  it('reports an execution that never existed as missing', async () => {
    sfn.on(DescribeExecutionCommand).rejects(new ExecutionDoesNotExist({ message: 'none', $metadata: {} }));

    expect(await driver.status(input.taskId, 2)).toBe('missing');
  });

  it('does not report an outage as an ended execution', async () => {
    sfn.on(DescribeExecutionCommand).rejects(new Error('down'));

    await expect(driver.status(input.taskId, 2)).rejects.toThrow('down');
  });
});
