/** Inspects, stops and starts executions, as an operator does in the console. */
import {
  DescribeExecutionCommand,
  ExecutionAlreadyExists,
  ExecutionDoesNotExist,
  StartExecutionCommand,
  StopExecutionCommand,
} from '@aws-sdk/client-sfn';
import type { ExecutionInput } from '../../lambdas/queue/contracts/state-machine-io.ts';
import { eventually } from '../rig/process/eventually.ts';
import type { DrillSite } from './site.ts';

type Machine = { readonly outputs: Pick<DrillSite['outputs'], 'stateMachineArn'> };
type Sfn = Pick<DrillSite, 'sfn'> & Machine;

/** ARN of an execution. */
export const executionArnOf = ({ outputs }: Machine, name: string): string =>
  `${outputs.stateMachineArn.replace(':stateMachine:', ':execution:')}:${name}`;

/** Its status (`RUNNING`, `SUCCEEDED`, …); `undefined` if no execution has that name. */
export async function statusOf(site: Sfn, name: string): Promise<string | undefined> {
  try {
    const command = new DescribeExecutionCommand({ executionArn: executionArnOf(site, name) });
    return (await site.sfn.send(command)).status;
  } catch (error) {
    if (error instanceof ExecutionDoesNotExist) return undefined;
    throw error;
  }
}

/** Waits until the execution has ended; returns its status. */
export const endOf = (site: Sfn, name: string): Promise<string> =>
  eventually(`execution ${name} to end`, async () => {
    const status = await statusOf(site, name);
    return status === 'RUNNING' ? undefined : status;
  });

/**
 * Stops an execution; returns whether it was still running. If the task of a stopped execution fails afterwards, the local AWS
 * may report FAILED. Therefore FAILED counts as stopped too: no task of a drill fails permanently.
 */
export async function stopExecution(site: Sfn, name: string): Promise<boolean> {
  const command = new StopExecutionCommand({
    executionArn: executionArnOf(site, name),
    cause: 'Stopped by hand',
  });
  await site.sfn.send(command);
  return (await endOf(site, name)) !== 'SUCCEEDED';
}

/** No earlier execution has this name, so an existing one was started by this request's first try, whose reply was lost. */
function unlessStarted(thrown: unknown): void {
  if (!(thrown instanceof ExecutionAlreadyExists)) throw thrown;
}

/** Starts an additional driver of a task under a new name, like a redrive in Step Functions or a second start. */
export async function startAgain(site: Sfn, input: ExecutionInput, suffix: string): Promise<string> {
  const name = `${input.taskId}-${suffix}`;
  const { stateMachineArn } = site.outputs;
  const command = new StartExecutionCommand({ stateMachineArn, name, input: JSON.stringify(input) });
  await site.sfn.send(command).catch(unlessStarted);
  return name;
}
