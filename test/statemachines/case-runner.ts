/** Runs a case with the npm interpreter of the Amazon States Language: no AWS, no waiting. */
import { StateMachine, type StateMachineDefinition } from 'aws-local-stepfunctions';
import { type AslMachine, readQuoteActionText, tasksOf } from '../../statemachines/asl.ts';
import type { MachineSubstitutions } from '../../lambdas/queue/contracts/state-machine-io.ts';
import type { Case, CaseCall } from './case-files.ts';

/** ARNs of the tests. */
export const TEST_SUBSTITUTIONS: MachineSubstitutions = {
  RunActionFunctionArnPrefix: 'arn:aws:lambda:us-east-1:123456789012:function:test-run-action-',
  RunActionFunctionArnSuffix: ':r-1-2-3-4',
  RecordLostWorkerFunctionArn: 'arn:aws:lambda:us-east-1:123456789012:function:test-record-lost-worker',
};

/** The definition's text with {@link TEST_SUBSTITUTIONS}, substituted like by CloudFormation. */
export const readSubstitutedText = async (): Promise<string> =>
  Object.entries(TEST_SUBSTITUTIONS).reduce(
    (definition, [name, value]) => definition.replaceAll(`\${${name}}`, String(value)),
    await readQuoteActionText(),
  );

/** Name of every execution, in its context object. */
export const EXECUTION_NAME = 'the-name-of-the-execution';

/** One Lambda call that the machine made. */
interface LambdaCall {
  readonly state: string;
  /** `FunctionName` and `Payload`, after `Parameters`. */
  readonly request: unknown;
}

/** Result of a run. */
export interface CaseRun {
  readonly path: readonly string[];
  readonly waitsSeconds: readonly number[];
  readonly retries: Readonly<Record<string, number>>;
  /** Retried errors, as `<state>: <error>`. */
  readonly retriedErrors: ReadonlySet<string>;
  readonly end: Case['end'] | { readonly status: 'TIMED_OUT' | 'ABORTED' };
  readonly calls: readonly LambdaCall[];
  /** Calls without an answer in the case, and unused answers. */
  readonly unmatched: readonly string[];
}

type Json = Parameters<StateMachine['run']>[0];
type Overrides = NonNullable<NonNullable<Parameters<StateMachine['run']>[1]>['overrides']>;
type EventLogs = ReturnType<StateMachine['run']>['eventLogs'];
type LoggedEvent = EventLogs extends AsyncGenerator<infer Event> ? Event : never;

/** An error with a name for Step Functions. */
class NamedError extends Error {
  constructor(name: string) {
    super(`${name}, thrown by the case`);
    this.name = name;
  }
}

const expanded = (calls: readonly CaseCall[]): CaseCall[] =>
  calls.flatMap((call) => Array.from({ length: call.times ?? 1 }, () => call));

/** Scripted Lambda functions: one queue of answers for each Task state. */
class ScriptedTasks {
  readonly calls: LambdaCall[] = [];
  readonly #unanswered: string[] = [];
  readonly #scripts: Map<string, CaseCall[]>;

  constructor(script: Case['calls']) {
    this.#scripts = new Map(Object.entries(script).map(([state, calls]) => [state, expanded(calls)]));
  }

  /** The answer to the next call of `state`. @throws {NamedError} if the case has an error there */
  answer(state: string, request: Json): Json {
    this.calls.push({ state, request });
    const next = this.#scripts.get(state)?.shift();
    if (next === undefined) {
      this.#unanswered.push(`${state}: call without an answer`);
      throw new NamedError('Test.Unanswered');
    }
    if ('error' in next) throw new NamedError(next.error);
    return { StatusCode: 200, Payload: next.answer };
  }

  /** See {@link CaseRun.unmatched}. */
  unmatched(): readonly string[] {
    const left = [...this.#scripts].filter(([, calls]) => calls.length > 0);
    return [
      ...this.#unanswered,
      ...left.map(([state, calls]) => `${state}: ${String(calls.length)} answers left over`),
    ];
  }
}

const forEach = <T>(names: readonly string[], value: (name: string) => T): Record<string, T> =>
  Object.fromEntries(names.map((name) => [name, value(name)]));

function overridesFor(machine: AslMachine, tasks: ScriptedTasks): Overrides {
  const taskNames = tasksOf(machine).map(([name]) => name);
  const waitNames = Object.keys(machine.States).filter((name) => machine.States[name]?.Type === 'Wait');
  return {
    taskResourceLocalHandlers: forEach(taskNames, (name) => (request: Json) => tasks.answer(name, request)),
    waitTimeOverrides: forEach(waitNames, () => 0),
    retryIntervalOverrides: forEach(taskNames, () => 0),
  };
}

const field = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? new Map(Object.entries(value)).get(name) : undefined;

/** The value at a plain path such as `$.run.waitSeconds`. */
const valueAt = (input: unknown, path: string): unknown => path.split('.').slice(1).reduce(field, input);

/** Collects a {@link CaseRun} from the interpreter's events. */
class Trace {
  readonly path: string[] = [];
  readonly waitsSeconds: number[] = [];
  readonly retries: Record<string, number> = {};
  readonly retriedErrors = new Set<string>();
  end: CaseRun['end'] = { status: 'ABORTED' };
  #lastError = '';
  readonly #machine: AslMachine;

  constructor(machine: AslMachine) {
    this.#machine = machine;
  }

  see(event: LoggedEvent): void {
    if (event.type === 'StateEntered') this.#enter(event.state.name, event.state.input);
    else if (event.type === 'StateFailed') this.#lastError = event.Error;
    else if (event.type === 'StateRetried') this.#retry(event.state.name);
    else if (event.type === 'ExecutionSucceeded') this.end = { status: 'SUCCEEDED' };
    else if (event.type === 'ExecutionFailed') this.end = { status: 'FAILED', error: event.Error };
    else if (event.type === 'ExecutionTimeout') this.end = { status: 'TIMED_OUT' };
  }

  #enter(name: string, input: unknown): void {
    this.path.push(name);
    const state = this.#machine.States[name];
    if (state?.Type === 'Wait') this.waitsSeconds.push(Number(valueAt(input, state.SecondsPath)));
  }

  #retry(name: string): void {
    this.retries[name] = (this.retries[name] ?? 0) + 1;
    this.retriedErrors.add(`${name}: ${this.#lastError}`);
  }
}

/** The parts of the context object that the machine uses. */
const contextOf = ({ input }: Case) => ({
  Execution: {
    Id: `arn:aws:states:us-east-1:123456789012:execution:test:${EXECUTION_NAME}`,
    Input: input,
    Name: EXECUTION_NAME,
    RoleArn: 'arn:aws:iam::123456789012:role/test',
    StartTime: '2026-11-30T00:00:00Z',
  },
});

/** Runs `scenario` through `machine`, whose text is `substituted`; every wait takes 0 s. */
export async function runCase(machine: AslMachine, substituted: string, scenario: Case): Promise<CaseRun> {
  const definition: StateMachineDefinition = JSON.parse(substituted);
  const tasks = new ScriptedTasks(scenario.calls);
  const trace = new Trace(machine);
  // A redrive makes states unreachable, which the validator refuses; another test validates the definition itself.
  const interpreter = new StateMachine(
    { ...definition, StartAt: scenario.startAt ?? definition.StartAt },
    { validationOptions: { noValidate: true } },
  );

  const execution = interpreter.run(scenario.input, {
    overrides: overridesFor(machine, tasks),
    context: contextOf(scenario),
  });
  // A failed execution rejects; its end is in the events.
  const ended = Promise.allSettled([execution.result]);
  for await (const event of execution.eventLogs) trace.see(event);
  await ended;

  const { path, waitsSeconds, retries, retriedErrors, end } = trace;
  return {
    path,
    waitsSeconds,
    retries,
    retriedErrors,
    end,
    calls: tasks.calls,
    unmatched: tasks.unmatched(),
  };
}
