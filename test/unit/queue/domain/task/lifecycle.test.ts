import { describe, expect, it } from 'vitest';
import { ExecutionState, TransitionCause } from '../../../../../lambdas/queue/contracts/lifecycle-states.ts';
import type { ExecutionTask } from '../../../../../lambdas/queue/contracts/records.ts';
import { QueueError } from '../../../../../lambdas/shared/domain/errors.ts';
import {
  assertLegal,
  isLegal,
  isEnded,
  ENDED_STATES,
} from '../../../../../lambdas/queue/domain/task/lifecycle.ts';
import {
  claimed,
  completed,
  failed,
  recovered,
  redriven,
  stopped,
} from '../../../../../lambdas/queue/domain/task/transitions.ts';
import type { TransitionContext } from '../../../../../lambdas/queue/domain/task/move-task.ts';
import { contextAt, queuedTask, resultOf, retryableTask, runningTask } from '../../../../helpers/builders.ts';
import { START_MS } from '../../../../../tools/rig/fake-clock.ts';

/** Written independently of the code, with the decision note about pauses. */
const LEGAL = new Set([
  'nothing -enqueue-> queued',
  'queued -claim-> running',
  'queued -operator_cancel-> failed_terminal',
  'queued -operator_retry-> queued',
  'queued -recover_stale-> queued',
  'retryable_failed -operator_retry-> retryable_failed',
  'retryable_failed -recover_stale-> retryable_failed',
  'running -complete-> completed',
  'running -fail-> retryable_failed',
  'running -fail-> failed_terminal',
  'running -recover_stale-> retryable_failed',
  'retryable_failed -claim-> running',
  'retryable_failed -operator_abandon-> failed_terminal',
  'queued -hold-> queued',
  'queued -release-> queued',
  'retryable_failed -hold-> retryable_failed',
  'retryable_failed -release-> retryable_failed',
]);

const states = Object.values(ExecutionState);
const causes = Object.values(TransitionCause);
const rows = [null, ...states].flatMap((from) =>
  states.flatMap((to) =>
    causes.map((cause) => ({ from, to, cause, name: `${from ?? 'nothing'} -${cause}-> ${to}` })),
  ),
);

/** Code of the error that `act` throws. */
function refusalOf(act: () => unknown): string | undefined {
  try {
    act();
    return undefined;
  } catch (thrown) {
    if (thrown instanceof QueueError) return thrown.code;
    throw thrown;
  }
}

describe('the lifecycle table', () => {
  it.each(rows)('decides $name', ({ name, ...row }) => {
    const refused = LEGAL.has(name) ? undefined : 'ILLEGAL_TRANSITION';

    expect(isLegal(row)).toBe(LEGAL.has(name));
    expect(refusalOf(() => assertLegal(row))).toBe(refused);
  });

  it('has two final states without outgoing rows', () => {
    expect([...ENDED_STATES].toSorted()).toEqual(['completed', 'failed_terminal']);
    expect(states.filter(isEnded).toSorted()).toEqual(['completed', 'failed_terminal']);
    expect(rows.filter((row) => row.from !== null && isEnded(row.from) && isLegal(row))).toEqual([]);
  });
});

const from = (state: ExecutionState | null, to: ExecutionState, cause: TransitionCause) => () =>
  assertLegal({ from: state, to, cause });

describe('the refusal of a transition', () => {
  it('names the state, the cause and the causes that are possible from there', () => {
    expect(from('running', 'failed_terminal', 'operator_abandon')).toThrow(
      'A task that is running cannot be moved by operator_abandon; what may move it is complete, fail, recover_stale',
    );
    expect(from(null, 'running', 'claim')).toThrow(
      'A task that is not there yet cannot be moved by claim; what may move it is enqueue',
    );
  });

  it('names the target if the cause has another target in this state', () => {
    expect(from('running', 'queued', 'fail')).toThrow(
      'A task that is running cannot be moved to queued by fail;',
    );
  });

  it.each(ENDED_STATES)('tells that a task that is %s is final', (state) => {
    expect(from(state, 'failed_terminal', 'operator_retry')).toThrow(
      `A task that is ${state} cannot be moved by operator_retry: nothing moves it any more`,
    );
  });
});

const outcome = { result: resultOf(), proof: 'applied' } as const;
const error = new QueueError('PROVIDER_TIMEOUT');
const later = { kind: 'retry', nextAttemptAtMs: START_MS + 5_000, deferral: false } as const;
const never = { kind: 'terminal', code: 'RETRIES_EXHAUSTED', causeCode: 'PROVIDER_TIMEOUT' } as const;
const running = runningTask();
const taskIn: Readonly<Record<ExecutionState, ExecutionTask>> = {
  queued: queuedTask(),
  running,
  retryable_failed: retryableTask(running),
  completed: completed(running, outcome, contextAt()),
  failed_terminal: failed(running, error, never, contextAt()),
};

type Command = (task: ExecutionTask, context: TransitionContext) => ExecutionTask;
const commands: Readonly<
  Record<string, readonly [cause: TransitionCause, to: ExecutionState | 'same', Command]>
> = {
  claim: ['claim', 'running', (task, context) => claimed(task, 'owner', 'worker', context)],
  complete: ['complete', 'completed', (task, context) => completed(task, outcome, context)],
  'fail for now': ['fail', 'retryable_failed', (task, context) => failed(task, error, later, context)],
  'fail for ever': ['fail', 'failed_terminal', (task, context) => failed(task, error, never, context)],
  'recover a lost worker': [
    'recover_stale',
    'retryable_failed',
    (task, context) => failed(task, error, later, context, 'recover_stale'),
  ],
  'replace a lost worker': [
    'recover_stale',
    'retryable_failed',
    (task, context) => recovered(task, error, later, context),
  ],
  retry: ['operator_retry', 'same', (task, context) => redriven(task, 'operator_retry', context)],
  recover: ['recover_stale', 'same', (task, context) => redriven(task, 'recover_stale', context)],
  cancel: [
    'operator_cancel',
    'failed_terminal',
    (task, context) => stopped(task, 'operator_cancel', context),
  ],
  abandon: [
    'operator_abandon',
    'failed_terminal',
    (task, context) => stopped(task, 'operator_abandon', context),
  ],
};
const pairs = states.flatMap((state) =>
  Object.entries(commands).map(([command, [cause, to, run]]) => ({ state, command, cause, to, run })),
);

describe('a command in a state', () => {
  it.each(pairs)(
    '$command works in $state if and only if the table has the row',
    ({ state, cause, to, run }) => {
      const target = to === 'same' ? state : to;
      // A failed worker that is recovered is no redrive: the row retryable_failed → retryable_failed is recoverStale's.
      const legal = LEGAL.has(`${state} -${cause}-> ${target}`);

      const refused = legal ? undefined : 'ILLEGAL_TRANSITION';
      const reached: string[] = [];

      expect(refusalOf(() => reached.push(run(taskIn[state], contextAt()).state))).toBe(refused);
      expect(reached).toEqual(legal ? [target] : []);
    },
  );
});
