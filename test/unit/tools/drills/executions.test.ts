/** An additional driver, started by a request that may be sent twice. */
import { ExecutionAlreadyExists, SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { mockClient } from 'aws-sdk-client-mock';
import { afterEach, expect, it } from 'vitest';
import { startAgain } from '../../../../tools/drills/executions.ts';

const sfn = mockClient(SFNClient);
afterEach(() => sfn.reset());

const site = { sfn: new SFNClient({}), outputs: { stateMachineArn: 'arn:machine' } };
const input = { taskId: `task-${'1'.repeat(40)}`, generation: 1, worker: 'crm', waitSeconds: 0 } as const;

it('starts one driver although the answer to the first request was lost', async () => {
  sfn.on(StartExecutionCommand).rejects(new ExecutionAlreadyExists({ message: 'taken', $metadata: {} }));

  expect(await startAgain(site, input, 'rival')).toBe(`${input.taskId}-rival`);
});

it('throws if the start is refused for another reason', async () => {
  sfn.on(StartExecutionCommand).rejects(new Error('no such machine'));

  await expect(startAgain(site, input, 'rival')).rejects.toThrow('no such machine');
});
