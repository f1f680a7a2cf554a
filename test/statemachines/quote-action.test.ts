import validateAsl from 'asl-validator';
import { describe, expect, it } from 'vitest';
import {
  executionInputSchema,
  MachineError,
  RunOutcome,
  runActionOutputSchema,
} from '../../lambdas/queue/contracts/state-machine-io.ts';
import { readQuoteAction, tasksOf, transitionsOf } from '../../statemachines/asl.ts';
import { readQuoteActionCases } from './case-files.ts';
import {
  type CaseRun,
  EXECUTION_NAME,
  readSubstitutedText,
  runCase,
  TEST_SUBSTITUTIONS,
} from './case-runner.ts';

const machine = await readQuoteAction();
const substituted = await readSubstitutedText();
const cases = await readQuoteActionCases();
const runs: readonly CaseRun[] = await Promise.all(
  cases.map((scenario) => runCase(machine, substituted, scenario)),
);
const ran = cases.map((scenario, index) => ({ scenario, run: runs[index] }));

const stepsOf = (run: CaseRun): readonly string[] =>
  run.path.slice(1).map((to, index) => `${String(run.path[index])} → ${to}`);

describe('quote-action', () => {
  it('is valid Amazon States Language', () => {
    const { isValid, errorsText } = validateAsl(JSON.parse(substituted), {
      checkPaths: true,
      checkArn: true,
    });

    expect({ isValid, errors: errorsText('\n') }).toEqual({ isValid: true, errors: '' });
  });

  it.each(ran)('$scenario.title ($scenario.file)', ({ scenario, run }) => {
    expect(run?.path).toEqual(scenario.path);
    expect(run?.waitsSeconds).toEqual(scenario.waitsSeconds);
    expect(run?.retries).toEqual(scenario.retries);
    expect(run?.end).toEqual(scenario.end);
    expect(run?.unmatched).toEqual([]);
  });

  it.each(ran)('calls only its own functions with ids in $scenario.file', ({ scenario, run }) => {
    const { taskId, generation, worker } = scenario.input;
    const functions: Readonly<Record<string, string>> = {
      Running: `${TEST_SUBSTITUTIONS.RunActionFunctionArnPrefix}${worker}${TEST_SUBSTITUTIONS.RunActionFunctionArnSuffix}`,
      WorkerLost: TEST_SUBSTITUTIONS.RecordLostWorkerFunctionArn,
    };
    const expected = run?.calls.map(({ state }) => ({
      state,
      request: {
        FunctionName: functions[state],
        Payload: { taskId, generation, worker, execution: EXECUTION_NAME },
      },
    }));

    expect(run?.calls).toEqual(expected);
  });
});

describe('the cases of quote-action', () => {
  it('have different titles', () => {
    expect(new Set(cases.map(({ title }) => title)).size).toBe(cases.length);
  });

  it('enter every state', () => {
    const entered = new Set(runs.flatMap(({ path }) => path));

    expect(entered).toEqual(new Set(Object.keys(machine.States)));
  });

  it('take every transition', () => {
    const taken = new Set(runs.flatMap(stepsOf));

    expect(taken).toEqual(new Set(transitionsOf(machine).map(({ from, to }) => `${from} → ${to}`)));
  });

  it('retry every error that has a retrier by name', () => {
    const retried = new Set(runs.flatMap(({ retriedErrors }) => [...retriedErrors]));
    const named = tasksOf(machine).flatMap(([name, { Retry }]) =>
      Retry.flatMap(({ ErrorEquals }) => ErrorEquals)
        .filter((error) => error !== 'States.ALL')
        .map((error) => `${name}: ${error}`),
    );

    expect(named.filter((error) => !retried.has(error))).toEqual([]);
  });

  it('start with inputs of the contract', () => {
    const refused = cases.filter(({ input }) => !executionInputSchema.safeParse(input).success);

    expect(refused).toEqual([]);
  });

  it('have answers of the contract, except cases about other answers', () => {
    const departing = cases.filter(({ calls }) =>
      Object.values(calls)
        .flat()
        .some((call) => 'answer' in call && !runActionOutputSchema.safeParse(call.answer).success),
    );

    expect(departing.map(({ file, end }) => [file, end])).toEqual([
      ['answer-without-wait.json', { status: 'FAILED', error: 'States.Runtime' }],
      ['unknown-outcome.json', { status: 'FAILED', error: MachineError.UnknownOutcome }],
    ]);
  });

  it('have every outcome in every Task state', () => {
    const answered = cases.flatMap(({ calls }) =>
      Object.entries(calls).flatMap(([state, list]) =>
        list.flatMap((call) =>
          'answer' in call ? [`${state}: ${JSON.stringify(call.answer['outcome'])}`] : [],
        ),
      ),
    );
    const outcomes = tasksOf(machine).flatMap(([name]) =>
      Object.values(RunOutcome).map((outcome) => `${name}: "${outcome}"`),
    );

    expect(outcomes.filter((outcome) => !answered.includes(outcome))).toEqual([]);
  });
});
