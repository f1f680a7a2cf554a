/** Executions as an operator treats them in the console: looks, stops, starts. */
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

/** Its status (`RUNNING`, `SUCCEEDED`, …); `undefined` when there is none of that name. */
export async function statusOf(site: Sfn, name: string): Promise<string | undefined> {
  try {
    const command = new DescribeExecutionCommand({ executionArn: executionArnOf(site, name) });
    return (await site.sfn.send(command)).status;
  } catch (error) {
    if (error instanceof ExecutionDoesNotExist) return undefined;
    throw error;
  }
}

/** Its status once it has ended. */
export const endOf = (site: Sfn, name: string): Promise<string> =>
  eventually(`execution ${name} to end`, async () => {
    const status = await statusOf(site, name);
    return status === 'RUNNING' ? undefined : status;
  });

/**
 * Stops an execution; whether it was still running. The local AWS may call a stopped one FAILED when its task fails
 * afterwards, so both count as stopped: a drill's tasks do not fail for good.
 */
export async function stopExecution(site: Sfn, name: string): Promise<boolean> {
  const command = new StopExecutionCommand({
    executionArn: executionArnOf(site, name),
    cause: 'Stopped by hand',
  });
  await site.sfn.send(command);
  return (await endOf(site, name)) !== 'SUCCEEDED';
}

/** The name was never used before: what has it is this very request's first try, whose answer was lost. */
function unlessStarted(thrown: unknown): void {
  if (!(thrown instanceof ExecutionAlreadyExists)) throw thrown;
}

/** Starts one more driver of a task under a name of its own: what Step Functions' redrive, or a second start, amounts to. */
export async function startAgain(site: Sfn, input: ExecutionInput, suffix: string): Promise<string> {
  const name = `${input.taskId}-${suffix}`;
  const { stateMachineArn } = site.outputs;
  const command = new StartExecutionCommand({ stateMachineArn, name, input: JSON.stringify(input) });
  await site.sfn.send(command).catch(unlessStarted);
  return name;
}
