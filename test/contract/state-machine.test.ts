import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { WORKER_BY_KIND } from '../../lambdas/actions/kinds.ts';
import { FUNCTION_ENV } from '../../lib/shared/functions.ts';
import {
  executionInputSchema,
  MachineError,
  RunOutcome,
  runActionInputSchema,
  runActionOutputSchema,
} from '../../lambdas/queue/contracts/state-machine-io.ts';
import { POLICY } from '../../lambdas/queue/domain/task/policy.ts';
import { DEFAULT_RETRY_POLICY } from '../../lambdas/queue/domain/task/task-policy.ts';
import { ALARMS } from '../../lib/monitoring/alarm-registry.ts';
import {
  type AslState,
  type ChoiceState,
  readQuoteAction,
  readQuoteActionText,
  retrierFor,
  retryWaitsSeconds,
  taskNamed,
  tasksOf,
} from '../../statemachines/asl.ts';
import { fraction } from '../simulation/kernel/random.ts';
import { TEST_SUBSTITUTIONS } from '../statemachines/case-runner.ts';

/** Error names of Step Functions and its Lambda integration; our functions throw no errors with these names. */
const SERVICE_ERRORS: readonly string[] = [
  'States.ALL',
  'States.Timeout',
  'States.TaskFailed',
  'Lambda.TooManyRequestsException',
  'Lambda.ServiceException',
  'Lambda.AWSLambdaException',
  'Lambda.SdkClientException',
  'Lambda.ClientExecutionTimeoutException',
  'Lambda.Unknown',
];

/** Step Functions ends an execution at this number of history events. */
const MAX_HISTORY_EVENTS = 25_000;
/** Entered, scheduled, started, succeeded, exited. */
const EVENTS_PER_TASK = 5;
/** Entered and exited. */
const EVENTS_PER_OTHER_STATE = 2;
/** Scheduled, started, failed. */
const EVENTS_PER_RETRY = 3;

const machine = await readQuoteAction();
const definition = await readQuoteActionText();
const readme = await readFile(new URL('../../statemachines/quote-action/README.md', import.meta.url), 'utf8');
const tasks = tasksOf(machine);
const states = Object.entries(machine.States);

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const sorted = (values: readonly string[]): readonly string[] => values.toSorted();
const keysOf = (schema: { readonly shape: object }): readonly string[] => sorted(Object.keys(schema.shape));

function choiceNamed(name: string): ChoiceState {
  const state: AslState | undefined = machine.States[name];
  if (state?.Type !== 'Choice') throw new Error(`States.${name}: expected a Choice state`);
  return state;
}

const running = taskNamed(machine, 'Running');
const workerLost = taskNamed(machine, 'WorkerLost');
const throttle = retrierFor(running, 'Lambda.TooManyRequestsException');
const serviceErrors = retrierFor(running, 'Lambda.ServiceException');
const anyError = retrierFor(workerLost, 'States.ALL');

describe('the outcomes of a worker', () => {
  it('have one branch each to the state of that name', () => {
    const branches = choiceNamed('Outcome').Choices.map(({ StringEquals, Next }) => [StringEquals, Next]);

    expect(Object.fromEntries(branches)).toEqual(
      Object.fromEntries(Object.entries(RunOutcome).map(([name, outcome]) => [outcome, name])),
    );
    expect(branches).toHaveLength(Object.keys(RunOutcome).length);
  });

  it('end with a separate name if unknown', () => {
    expect(machine.States[choiceNamed('Outcome').Default]).toMatchObject({
      Type: 'Fail',
      Error: MachineError.UnknownOutcome,
    });
  });

  it('fail an execution only with errors of the contract', () => {
    const errors = states.flatMap(([, state]) => (state.Type === 'Fail' ? [state.Error] : []));

    expect(sorted(errors)).toEqual(sorted(Object.values(MachineError)));
  });
});

describe('input and output of the machine', () => {
  it.each(tasks)('passes the fields that the function of %s reads', (_name, { Parameters }) => {
    const payload = new Map(Object.entries(Parameters)).get('Payload');

    expect(sorted(Object.keys(payload ?? {}))).toEqual(keysOf(runActionInputSchema).map((key) => `${key}.$`));
  });

  it.each(tasks)(
    'selects the fields that the function of %s answers',
    (_name, { ResultSelector, ResultPath }) => {
      expect(ResultSelector).toEqual(
        Object.fromEntries(keysOf(runActionOutputSchema).map((key) => [`${key}.$`, `$.Payload.${key}`])),
      );
      expect(ResultPath).toBe('$.run');
    },
  );

  it('reads only fields of the input, of an answer or of every context object', () => {
    const brought = [
      ...keysOf(executionInputSchema).map((key) => `$.${key}`),
      ...keysOf(runActionOutputSchema).flatMap((key) => [`$.run.${key}`, `$.Payload.${key}`]),
      '$.run',
      '$$.Execution.Name',
    ];
    const read = definition.match(/\${1,2}\.\w+(\.\w+)*/g) ?? [];

    expect(read.filter((path) => !brought.includes(path))).toEqual([]);
  });

  it('names a deployed function for every worker', () => {
    const workers = sorted([...new Set(Object.values(WORKER_BY_KIND))]);

    expect(sorted(executionInputSchema.shape.worker.options)).toEqual(workers);
    expect(workers.filter((worker) => !Object.hasOwn(FUNCTION_ENV, `run-action-${worker}`))).toEqual([]);
  });

  it('has only the ARN substitutions', () => {
    const placeholders = [...definition.matchAll(/\$\{(\w+)\}/g)].map(([, name]) => String(name));

    expect(sorted([...new Set(placeholders)])).toEqual(sorted(Object.keys(TEST_SUBSTITUTIONS)));
  });

  it('names no account, Region or other integration', () => {
    expect(new Set(definition.match(/arn:[^"']+/g))).toEqual(new Set(['arn:aws:states:::lambda:invoke']));
  });
});

describe('errors of the machine', () => {
  it.each(tasks)('are known to Step Functions in %s', (_name, { Retry, Catch = [] }) => {
    const names = [...Retry, ...Catch].flatMap(({ ErrorEquals }) => ErrorEquals);

    expect(names.filter((name) => !SERVICE_ERRORS.includes(name))).toEqual([]);
  });

  it.each(tasks)('have States.ALL only alone and last in %s', (_name, { Retry, Catch = [] }) => {
    const misplaced = [Retry, Catch].flatMap((list) =>
      list.filter(
        ({ ErrorEquals }, index) =>
          ErrorEquals.includes('States.ALL') && (ErrorEquals.length > 1 || index < list.length - 1),
      ),
    );

    expect(misplaced).toEqual([]);
  });

  it('are in the README, as is every state', () => {
    const errors = tasks.flatMap(([, { Retry, Catch = [] }]) =>
      [...Retry, ...Catch].flatMap(({ ErrorEquals }) => ErrorEquals),
    );
    const names = [...errors, ...Object.values(MachineError), ...Object.keys(machine.States)];

    expect(names.filter((name) => !readme.includes(`\`${name}\``))).toEqual([]);
  });
});

describe('times of the machine', () => {
  it('stop a worker before its task, and its task before its lease', () => {
    expect(running.TimeoutSeconds).toBe(POLICY.taskTimeoutSeconds);
    expect(POLICY.workerTimeoutSeconds).toBeLessThan(running.TimeoutSeconds);
    expect(running.TimeoutSeconds * 1_000).toBeLessThan(POLICY.leaseMs);
  });

  it('limit an execution to the deadline of its task plus an hour', () => {
    expect(machine.TimeoutSeconds).toBeGreaterThanOrEqual(POLICY.taskDeadlineMs / 1_000 + 3_600);
  });

  it('have expected waits in a throttle that cover the deadline of a task', () => {
    expect(sum(retryWaitsSeconds(throttle)) / 2).toBeGreaterThanOrEqual(POLICY.taskDeadlineMs / 1_000);
  });

  it('retry a throttled worker for the whole life of an execution, for any jitter', () => {
    const waits = retryWaitsSeconds(throttle);
    // A uniform wait from 0 to w has the variance w² / 12; five deviations have a probability of one in three million.
    const deviationSeconds = Math.sqrt(sum(waits.map((wait) => wait ** 2 / 12)));

    expect(sum(waits) / 2 - 5 * deviationSeconds).toBeGreaterThan(machine.TimeoutSeconds);
  });

  it('call a throttled worker in each period of the alarm on throttles, and before the sweep replaces the driver', () => {
    const alarm = ALARMS.find(({ slug }) => slug === 'worker-throttles');

    expect(throttle.MaxDelaySeconds).toBeLessThanOrEqual(Number(alarm?.periodMinutes) * 60);
    expect(throttle.MaxDelaySeconds * 1_000).toBeLessThan(POLICY.staleDriverMs / 2);
  });

  it('limit each wait to half of the time waited so far plus one first wait', () => {
    const waits = retryWaitsSeconds(throttle);
    const beyond = waits.filter((wait, index) => {
      const waitedSeconds = sum(waits.slice(0, index)) / 2;
      return wait > waitedSeconds / 2 + throttle.IntervalSeconds;
    });

    expect(beyond).toEqual([]);
  });

  it('record a lost worker and back off within five minutes', () => {
    const recordSeconds =
      (anyError.MaxAttempts + 1) * workerLost.TimeoutSeconds + sum(retryWaitsSeconds(anyError));

    expect(running.TimeoutSeconds + recordSeconds + DEFAULT_RETRY_POLICY.capSeconds).toBeLessThan(300);
  });

  it('match the sums of waits in the README', () => {
    const sums = [
      `${Math.round(sum(retryWaitsSeconds(throttle)) / 2).toLocaleString('en-US')} s`,
      `${String(sum(retryWaitsSeconds(serviceErrors)))} s`,
      `${String(sum(retryWaitsSeconds(anyError)))} s`,
      `${machine.TimeoutSeconds.toLocaleString('en-US')} s`,
    ];

    expect(sums.filter((text) => !readme.includes(text))).toEqual([]);
  });

  it('keep a day of deferrals and throttles within the history limit of an execution', () => {
    // After its spread has reached the cap, a deferral waits between half of the cap and the whole cap.
    const deferralSeconds = DEFAULT_RETRY_POLICY.capSeconds * 0.75;
    const loopEvents = EVENTS_PER_TASK + 2 * EVENTS_PER_OTHER_STATE;
    const throttleSeconds = retryWaitsSeconds(throttle).map((wait) => wait / 2);
    const eventsOfADay = Array.from({ length: 50 }, (_, throttles) => {
      const loopSeconds = deferralSeconds + sum(throttleSeconds.slice(0, throttles));
      return ((loopEvents + throttles * EVENTS_PER_RETRY) * POLICY.taskDeadlineMs) / 1_000 / loopSeconds;
    });

    expect(Math.max(...eventsOfADay)).toBeLessThan(MAX_HISTORY_EVENTS * 0.9);
  });
});

/** Calls of an action until a worker was free, and its end. */
interface Served {
  readonly calls: number;
  readonly endSeconds: number;
}

/** A thousand actions of 2 s at the same moment, with ten workers and this retry. */
function burst(seed: number): readonly Served[] {
  const waits = retryWaitsSeconds(throttle);
  let waiting = Array.from({ length: 1_000 }, (_, id) => ({ id, atSeconds: 0, calls: 1 }));
  let busy: readonly number[] = [];
  const served: Served[] = [];
  while (waiting.length > 0) {
    const [next, ...others] = waiting.toSorted((a, b) => a.atSeconds - b.atSeconds);
    if (next === undefined) break;
    const { id, atSeconds, calls } = next;
    busy = busy.filter((endSeconds) => endSeconds > atSeconds);
    if (busy.length < 10) {
      served.push({ calls, endSeconds: atSeconds + 2 });
      busy = [...busy, atSeconds + 2];
      waiting = others;
    } else {
      const waitSeconds = fraction(seed, 'burst', id * 100 + calls) * (waits[calls - 1] ?? 0);
      waiting = [...others, { id, atSeconds: atSeconds + waitSeconds, calls: calls + 1 }];
    }
  }
  return served;
}

describe('a thousand concurrent actions', () => {
  it('complete as the README documents', () => {
    const bursts = [1, 2, 3].map(burst);
    const ends = bursts.map((served) => Math.ceil(Math.max(...served.map(({ endSeconds }) => endSeconds))));
    const calls = bursts.flatMap((served) => served.map(({ calls: count }) => count));
    const mean = Math.round(sum(calls) / calls.length);
    const said = `after ${Math.min(...ends)} to ${Math.max(...ends)} s with ${mean} calls each on average and ${Math.max(...calls)} at most`;

    expect(readme.replaceAll(/\s+/g, ' ')).toContain(said);
  });
});
