/**
 * `ExecutionDriver` on Step Functions. The name makes the start idempotent for 90 days: it is unique in a state machine, for
 * all of its aliases and versions.
 */
import {
  DescribeExecutionCommand,
  ExecutionAlreadyExists,
  ExecutionDoesNotExist,
  type ExecutionStatus as AwsExecutionStatus,
  type SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import { type ExecutionInput, executionInputSchema } from '../contracts/state-machine-io.ts';
import { QueueError } from '../../shared/domain/errors.ts';
import { executionNameOf } from '../domain/task/identity.ts';
import type { ExecutionDriver, ExecutionStatus } from '../domain/ports.ts';

/** Step Functions' limit for execution names. */
const MAX_NAME_LENGTH = 80;

/** `arn:<partition>:states:<region>:<account>:stateMachine:<name>`; the ARN of an alias or a version has one more part. */
const MACHINE_ARN_PARTS = 7;

const notStarted = (detail: string, cause?: unknown): QueueError =>
  new QueueError('DRIVER_NOT_STARTED', { detail, ...(cause === undefined ? {} : { cause }) });

const inputOf = (text: string | undefined) => executionInputSchema.safeParse(JSON.parse(text ?? 'null'));

/** An execution with a pending redrive will run again by itself. */
const STATUS_OF: Record<AwsExecutionStatus, ExecutionStatus> = {
  RUNNING: 'running',
  PENDING_REDRIVE: 'running',
  SUCCEEDED: 'succeeded',
  FAILED: 'failed',
  ABORTED: 'aborted',
  TIMED_OUT: 'timed_out',
};

/** Starts executions. */
export class StepFunctionsDriver implements ExecutionDriver {
  readonly #client: SFNClient;
  readonly #stateMachineArn: string;

  /** `stateMachineArn`: ARN of the machine, or of one of its aliases. */
  constructor(client: SFNClient, stateMachineArn: string) {
    this.#client = client;
    this.#stateMachineArn = stateMachineArn;
  }

  /** See {@link ExecutionDriver.start}. */
  async start(input: ExecutionInput): Promise<'started' | 'already_started'> {
    const name = executionNameOf(input.taskId, input.generation);
    if (name.length > MAX_NAME_LENGTH)
      throw notStarted(`Execution name of ${name.length} characters: expected at most 80`);
    try {
      await this.#client.send(
        new StartExecutionCommand({
          stateMachineArn: this.#stateMachineArn,
          name,
          input: JSON.stringify(input),
        }),
      );
      return 'started';
    } catch (error) {
      if (!(error instanceof ExecutionAlreadyExists)) {
        throw notStarted(
          `The execution could not be started (${error instanceof Error ? error.name : 'unknown'})`,
          error,
        );
      }
      return this.#confirm(name, input, error);
    }
  }

  /** The name is used: by this driver (running or ended, both are fine), or by another execution. */
  async #confirm(name: string, input: ExecutionInput, cause: Error): Promise<'already_started'> {
    const executionArn = this.#executionArn(name);
    const existing = inputOf(await this.#readInput(executionArn));
    if (
      existing.success &&
      existing.data.taskId === input.taskId &&
      existing.data.generation === input.generation &&
      existing.data.worker === input.worker
    ) {
      return 'already_started';
    }
    throw notStarted(`The execution name ${name} is taken by another input`, cause);
  }

  async #readInput(executionArn: string): Promise<string | undefined> {
    try {
      return (await this.#client.send(new DescribeExecutionCommand({ executionArn }))).input;
    } catch (error) {
      throw notStarted('The execution that has the name could not be read', error);
    }
  }

  /** See {@link ExecutionDriver.status}. */
  async status(taskId: string, generation: number): Promise<ExecutionStatus> {
    const executionArn = this.#executionArn(executionNameOf(taskId, generation));
    try {
      const { status } = await this.#client.send(new DescribeExecutionCommand({ executionArn }));
      return status === undefined ? 'missing' : STATUS_OF[status];
    } catch (error) {
      if (error instanceof ExecutionDoesNotExist) return 'missing';
      throw error;
    }
  }

  /** An execution's ARN contains the machine without the alias through which it was started. */
  #executionArn(name: string): string {
    const machineArn = this.#stateMachineArn.split(':').slice(0, MACHINE_ARN_PARTS).join(':');
    return `${machineArn.replace(':stateMachine:', ':execution:')}:${name}`;
  }
}
