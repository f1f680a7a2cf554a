import { GetExecutionHistoryCommand, SFNClient } from '@aws-sdk/client-sfn';
import { mockClient } from 'aws-sdk-client-mock';
import { afterEach, expect, it } from 'vitest';
import { stepsOf } from '../../../../bench/cost/executions.ts';

const sfn = mockClient(SFNClient);

afterEach(() => sfn.reset());

const scheduled = (resource: string) => ({
  type: 'TaskScheduled' as const,
  id: 1,
  timestamp: undefined,
  taskScheduledEventDetails: { resource, resourceType: 'x', region: undefined, parameters: undefined },
});
const event = (
  type:
    | 'ExecutionStarted'
    | 'WaitStateEntered'
    | 'TaskStateEntered'
    | 'TaskFailed'
    | 'TaskTimedOut'
    | 'SucceedStateEntered',
) => ({
  type,
  id: 1,
  timestamp: undefined,
});

it('counts each entered state and each retry, over all pages of the history', async () => {
  sfn
    .on(GetExecutionHistoryCommand, { nextToken: undefined })
    .resolves({
      events: [
        event('ExecutionStarted'),
        event('WaitStateEntered'),
        event('TaskStateEntered'),
        scheduled('arn:aws:states:::lambda:invoke'),
        event('TaskFailed'),
        scheduled('arn:aws:states:::lambda:invoke'),
        event('TaskTimedOut'),
      ],
      nextToken: 'more',
    })
    .on(GetExecutionHistoryCommand, { nextToken: 'more' })
    .resolves({
      events: [
        scheduled('arn:aws:states:::lambda:invoke'),
        event('TaskStateEntered'),
        scheduled('arn:aws:states:::dynamodb:updateItem'),
        event('SucceedStateEntered'),
      ],
    });

  expect(await stepsOf(new SFNClient({}), 'arn')).toEqual({
    stateTransitions: 4 + 2,
    itemsPut: 0,
    itemsUpdated: 1,
    failures: 2,
  });
});
