/**
 * Step Functions on the virtual clock: runs the state machine from its definition file. Executions have unique names, can be stopped and
 * redriven manually, and do not access the tables.
 */
import {
  DescribeExecutionCommand,
  ExecutionAlreadyExists,
  ExecutionDoesNotExist,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import * as z from 'zod/mini';
import type { AslMachine, AslState, Retrier, TaskState } from '../../../statemachines/asl.ts';
import type { Kernel } from '../kernel/kernel.ts';
import { fraction } from '../kernel/random.ts';

/** Status of an execution; the names are the service's own. */
export type ExecutionStatus = 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'ABORTED' | 'TIMED_OUT';

/** An execution. */
export interface Execution {
  readonly name: string;
  readonly input: string;
  status: ExecutionStatus;
  /** Present state; after the end, the state to redrive from. */
  state: string;
  /** Increases at a stop, a redrive or another state; steps of an earlier turn do not continue. */
  turn: number;
  /** Starts and redrives so far. */
  runs: number;
  data: Record<string, unknown>;
}

/** How an invocation ended. */
export type Invocation =
  | { readonly kind: 'answered'; readonly payload: unknown }
  | { readonly kind: 'failed'; readonly error: string };

/** Calls a function; `settle` is called once, or never if the answer is lost. */
export type Invoke = (functionName: string, payload: unknown, settle: (end: Invocation) => void) => void;

const dataSchema = z.record(z.string(), z.unknown());

/** The value at a plain path. @throws {Error} as `States.Runtime` */
function at(path: string, data: unknown): unknown {
  let value = data;
  for (const name of path.replace(/^\$\.?/, '').split('.')) {
    const parent = dataSchema.safeParse(value);
    value = parent.success && name !== '' ? parent.data[name] : value;
    if (value === undefined) throw new Error(`States.Runtime: ${path} is not there`);
  }
  return value;
}

const FORMAT = /^States\.Format\('([^']*)',\s*(\$[.\w]+)\)$/;

/** `$$.…` reads the context object, everything else the state's input. */
function evaluated(expression: string, data: unknown, context: unknown): unknown {
  if (expression.startsWith('$$.')) return at(expression.slice(1), context);
  const format = FORMAT.exec(expression);
  if (format === null) return at(expression, data);
  const [, template = '', path = ''] = format;
  return template.replace('{}', String(at(path, data)));
}

/** `Parameters` and `ResultSelector`: fields that end in `.$` are paths. */
function filled(template: unknown, data: unknown, context: unknown = {}): unknown {
  const record = dataSchema.safeParse(template);
  if (!record.success) return template;
  return Object.fromEntries(
    Object.entries(record.data).map(([name, value]) =>
      name.endsWith('.$')
        ? [name.slice(0, -2), evaluated(String(value), data, context)]
        : [name, filled(value, data, context)],
    ),
  );
}

const parametersSchema = z.object({ FunctionName: z.string(), Payload: z.unknown() });

/** The simulated Step Functions. */
export class SimulatedMachine {
  readonly executions = new Map<string, Execution>();
  readonly #kernel: Kernel;
  readonly #machine: AslMachine;
  readonly #seed: number;
  readonly #invoke: Invoke;

  constructor(kernel: Kernel, machine: AslMachine, seed: number, invoke: Invoke) {
    this.#kernel = kernel;
    this.#machine = machine;
    this.#seed = seed;
    this.#invoke = invoke;
  }

  /** Executes a command. @throws {ExecutionAlreadyExists}, {ExecutionDoesNotExist} like the service */
  execute(command: unknown): object {
    if (command instanceof StartExecutionCommand) {
      return this.#start(command.input.name ?? '', command.input.input ?? '');
    }
    if (command instanceof DescribeExecutionCommand) return this.#describe(command.input.executionArn ?? '');
    throw new Error('The simulated Step Functions do not know this command');
  }

  #start(name: string, input: string): object {
    const existing = this.executions.get(name);
    if (existing !== undefined) {
      // While the execution is open, the service treats the same name with the same input as the same start.
      if (existing.status === 'RUNNING' && existing.input === input) return { executionArn: name };
      throw new ExecutionAlreadyExists({ message: name, $metadata: {} });
    }
    const data = dataSchema.parse(JSON.parse(input));
    const execution: Execution = { name, input, status: 'RUNNING', state: '', turn: 0, runs: 0, data };
    this.executions.set(name, execution);
    this.#limit(execution);
    this.#enter(execution, this.#machine.StartAt);
    return { executionArn: name };
  }

  #describe(arn: string): object {
    const name = arn.slice(arn.lastIndexOf(':') + 1);
    const execution = this.executions.get(name);
    if (execution === undefined) throw new ExecutionDoesNotExist({ message: name, $metadata: {} });
    const { status, input } = execution;
    return { executionArn: arn, name, status, input };
  }

  /** Stops an execution manually; its invocations continue. */
  stop(execution: Execution): void {
    if (execution.status === 'RUNNING') this.#end(execution, 'ABORTED');
  }

  /** Redrives an execution that failed, was stopped or timed out, from the state where that happened. */
  redrive(execution: Execution): void {
    if (execution.status === 'RUNNING' || execution.status === 'SUCCEEDED') return;
    execution.status = 'RUNNING';
    this.#limit(execution);
    this.#enter(execution, execution.state);
  }

  #limit(execution: Execution): void {
    execution.runs += 1;
    const { runs } = execution;
    this.#kernel.after(this.#machine.TimeoutSeconds * 1_000, () => {
      if (execution.status === 'RUNNING' && execution.runs === runs) this.#end(execution, 'TIMED_OUT');
    });
  }

  #end(execution: Execution, status: ExecutionStatus): void {
    execution.status = status;
    execution.turn += 1;
    this.#kernel.trace(`${execution.name} ${status} in ${execution.state}`);
  }

  /** Continues later, unless the execution has moved meanwhile. */
  #later(execution: Execution, ms: number, run: () => void): void {
    const { turn } = execution;
    this.#kernel.after(ms, () => {
      if (execution.turn === turn) run();
    });
  }

  #enter(execution: Execution, name: string): void {
    const state = this.#machine.States[name];
    if (state === undefined) throw new Error(`The state machine has no state ${name}`);
    execution.state = name;
    execution.turn += 1;
    this.#kernel.trace(`${execution.name} enters ${name}`);
    this.#run(execution, state);
  }

  #run(execution: Execution, state: AslState): void {
    switch (state.Type) {
      case 'Wait': {
        const seconds = Number(at(state.SecondsPath, execution.data));
        return this.#later(execution, seconds * 1_000, () => this.#enter(execution, state.Next));
      }
      case 'Task':
        return this.#attempt(execution, state, new Map());
      case 'Choice': {
        const choice = state.Choices.find(
          ({ Variable, StringEquals }) => at(Variable, execution.data) === StringEquals,
        );
        return this.#enter(execution, choice?.Next ?? state.Default);
      }
      case 'Succeed':
        return this.#end(execution, 'SUCCEEDED');
      case 'Fail':
        return this.#end(execution, 'FAILED');
    }
  }

  #attempt(execution: Execution, state: TaskState, retries: Map<Retrier, number>): void {
    execution.turn += 1;
    const { turn } = execution;
    const settle = (end: Invocation): void => {
      if (execution.turn !== turn) return;
      execution.turn += 1;
      if (end.kind === 'answered') this.#succeed(execution, state, end.payload);
      else this.#fail(execution, state, retries, end.error);
    };
    const context = { Execution: { Name: execution.name } };
    const call = parametersSchema.parse(filled(state.Parameters, execution.data, context));
    this.#later(execution, state.TimeoutSeconds * 1_000, () =>
      settle({ kind: 'failed', error: 'States.Timeout' }),
    );
    this.#later(execution, 0, () => this.#invoke(call.FunctionName, call.Payload, settle));
  }

  #succeed(execution: Execution, state: TaskState, payload: unknown): void {
    const field = state.ResultPath.replace(/^\$\./, '');
    execution.data = { ...execution.data, [field]: filled(state.ResultSelector, { Payload: payload }) };
    this.#enter(execution, state.Next);
  }

  #fail(execution: Execution, state: TaskState, retries: Map<Retrier, number>, error: string): void {
    const matches = ({ ErrorEquals }: { readonly ErrorEquals: readonly string[] }): boolean =>
      ErrorEquals.includes(error) || ErrorEquals.includes('States.ALL');
    const retrier = state.Retry.find(matches);
    const used = retrier === undefined ? 0 : (retries.get(retrier) ?? 0);
    if (retrier !== undefined && used < retrier.MaxAttempts) {
      retries.set(retrier, used + 1);
      const longest = Math.min(
        retrier.MaxDelaySeconds,
        retrier.IntervalSeconds * retrier.BackoffRate ** Math.min(used, 30),
      );
      const words = `retry ${execution.name} ${execution.state}`;
      const ms = longest * 1_000 * fraction(this.#seed, words, execution.turn);
      return this.#later(execution, ms, () => this.#attempt(execution, state, retries));
    }
    const catcher = state.Catch?.find(matches);
    this.#kernel.trace(`${execution.name} ${execution.state} failed: ${error}`);
    if (catcher === undefined) return this.#end(execution, 'FAILED');
    return this.#enter(execution, catcher.Next);
  }
}
