import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { type AslMachine, readQuoteAction, transitionsOf } from '../../statemachines/asl.ts';
import {
  renderStateDiagram,
  renderStateMachinePage,
  STATE_MACHINE_PAGE,
} from '../../tools/generate/state-diagram.ts';

const RETRIER = {
  IntervalSeconds: 2,
  BackoffRate: 2,
  MaxDelaySeconds: 8,
  MaxAttempts: 5,
  JitterStrategy: 'FULL',
} as const;

const SMALL: AslMachine = {
  Comment: 'Waits, calls and chooses.',
  QueryLanguage: 'JSONPath',
  StartAt: 'Pause',
  TimeoutSeconds: 60,
  States: {
    Pause: { Type: 'Wait', Comment: 'Waits.', SecondsPath: '$.waitSeconds', Next: 'Call' },
    Call: {
      Type: 'Task',
      Comment: 'Calls <worker> & waits.',
      Resource: 'arn:aws:states:::lambda:invoke',
      Parameters: {},
      ResultSelector: {},
      ResultPath: '$.run',
      TimeoutSeconds: 5,
      Retry: [
        { ...RETRIER, ErrorEquals: ['Lambda.TooManyRequestsException'], MaxAttempts: 2 },
        { ...RETRIER, ErrorEquals: ['Lambda.ServiceException'] },
      ],
      Catch: [{ ErrorEquals: ['States.ALL'], ResultPath: null, Next: 'Broken' }],
      Next: 'Choose',
    },
    Choose: {
      Type: 'Choice',
      Comment: 'Chooses.',
      Choices: [{ Variable: '$.run.outcome', StringEquals: 'again', Next: 'Pause' }],
      Default: 'Done',
    },
    Done: { Type: 'Succeed', Comment: 'Ends.' },
    Broken: { Type: 'Fail', Comment: 'Fails.', Error: 'E', Cause: 'C' },
  },
};

describe('renderStateDiagram', () => {
  it('draws start, transitions, retries and ends', () => {
    expect(renderStateDiagram(SMALL)).toBe(`stateDiagram-v2
  [*] --> Pause
  Pause --> Call
  Call --> Choose
  Call --> Broken: States.ALL
  Choose --> Pause: outcome = again
  Choose --> Done: otherwise
  Call --> Call: retry Lambda.TooManyRequestsException, Lambda.ServiceException
  Done --> [*]
  Broken --> [*]
`);
  });

  it('draws every transition of quote-action', async () => {
    const machine = await readQuoteAction();

    const drawn = renderStateDiagram(machine);

    const missing = transitionsOf(machine).filter(({ from, to }) => !drawn.includes(`  ${from} --> ${to}`));
    expect(missing).toEqual([]);
  });
});

describe('renderStateMachinePage', () => {
  it('sums the waits of a retrier', () => {
    expect(renderStateMachinePage(SMALL)).toContain(
      'at most 5 retries, after 2, 4, then 8 s each; full jitter draws each wait between 0 and that. Together at most 30 s, 15 s expected.',
    );
  });

  it('shows comments as plain text', () => {
    expect(renderStateMachinePage(SMALL)).toContain('- **Call** (Task): Calls &lt;worker> &amp; waits.');
  });

  it('equals docs/state-machine.md (otherwise run: npm run generate)', async () => {
    const page = renderStateMachinePage(await readQuoteAction());

    expect(await readFile(STATE_MACHINE_PAGE, 'utf8')).toBe(page);
  });
});
