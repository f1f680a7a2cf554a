/** Output of `quoteq sweep`, also after failures. */
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { SweepAnswer } from '../../../../lambdas/queue/contracts/sweep-answer.ts';
import { sweep } from '../../../../tools/cli/commands/sweep-command.ts';
import { writtenLines } from '../../../helpers/cli/written-lines.ts';

const lambda = mockClient(LambdaClient);
let written: readonly string[];

const ANSWER: SweepAnswer = {
  recovered: [
    {
      taskId: 'task-good',
      quoteId: 'Q-1042',
      from: 'running',
      to: 'retryable_failed',
      generation: 2,
      cause: 'recover_stale',
    },
  ],
  failures: [
    {
      part: 'task',
      id: 'task-bad',
      code: 'STORED_RECORD_INVALID',
      detail: 'Task item: history: expected array',
    },
    { part: 'lane', id: 'due-3', code: 'UNCLASSIFIED', detail: 'An unlisted error: ThrottlingException' },
  ],
  leftOut: 4,
};
const NOTHING: SweepAnswer = { recovered: [], failures: [], leftOut: 0 };

const answering = (text: string, FunctionError?: string): void => {
  const Payload = Object.assign(new TextEncoder().encode(text), { transformToString: () => text });
  lambda.on(InvokeCommand).resolves(FunctionError === undefined ? { Payload } : { Payload, FunctionError });
};
const failing = (errorMessage: string): void =>
  answering(JSON.stringify({ errorType: 'SweepFailed', errorMessage, trace: [] }), 'Unhandled');
const run = (json = false) => sweep({ stage: 'prod', region: 'eu-central-1', json });

beforeEach(() => {
  lambda.reset();
  written = writtenLines();
});
afterEach(() => {
  vi.restoreAllMocks();
});

describe('quoteq sweep', () => {
  it('reports that there was nothing to do', async () => {
    answering(JSON.stringify(NOTHING));

    await run();

    expect(written.join('')).toBe('Nothing was recovered or released\n');
  });

  it('prints the recovered tasks and each failure with its id and reason, and then fails', async () => {
    failing(JSON.stringify(ANSWER));

    await expect(run()).rejects.toThrow('The sweep did everything else, but failed at 2 things');

    const text = written.join('');
    expect(text).toMatch(/Q-1042 +running +retryable_failed +2 +task-good/);
    expect(text).toMatch(/task +task-bad +STORED_RECORD_INVALID +Task item: history: expected array/);
    expect(text).toMatch(/lane +due-3 +UNCLASSIFIED +An unlisted error: ThrottlingException/);
    expect(text).toContain("4 more are in the sweep's log");
  });

  it('prints the whole answer as JSON, and nothing else', async () => {
    failing(JSON.stringify(ANSWER));

    await expect(run(true)).rejects.toThrow('failed at 2 things');

    expect(JSON.parse(written.join(''))).toEqual(ANSWER);
  });

  it.each(['Task timed out after 50.00 seconds', '', '{"recovered":[]}'])(
    'reports that the sweep did not finish for the error %j',
    async (message) => {
      failing(message);

      await expect(run()).rejects.toThrow('The sweep did not finish, see its log: ');
      expect(written).toEqual([]);
    },
  );

  it.each(['[]', 'null', 'no JSON'])('does not accept %s as an answer', async (payload) => {
    answering(payload);

    await expect(run()).rejects.toThrow('an answer that this version does not know');
  });
});
