/** Reads the steps of an execution from its history. */
import { GetExecutionHistoryCommand, type HistoryEvent, type SFNClient } from '@aws-sdk/client-sfn';

/** Steps of an execution. */
export interface ExecutionSteps {
  /** Entered states and retries of a state, which Step Functions bills. */
  readonly stateTransitions: number;
  /** Items that states put into DynamoDB directly, without a function. */
  readonly itemsPut: number;
  /** Items that states updated in DynamoDB directly. */
  readonly itemsUpdated: number;
  /** Attempts of tasks that failed or timed out. */
  readonly failures: number;
}

const isOf = (type: string) => (event: HistoryEvent) => event.type === type;

/** Reads the whole history. @throws any error of the service, e.g. `ExecutionDoesNotExist` */
export async function stepsOf(sfn: SFNClient, executionArn: string): Promise<ExecutionSteps> {
  const events: HistoryEvent[] = [];
  let nextToken: string | undefined;
  do {
    const page = await sfn.send(
      new GetExecutionHistoryCommand({ executionArn, maxResults: 1_000, nextToken }),
    );
    events.push(...(page.events ?? []));
    nextToken = page.nextToken;
  } while (nextToken !== undefined);
  const entered = events.filter(({ type }) => type?.endsWith('StateEntered') === true).length;
  const tries = events.filter(isOf('TaskScheduled'));
  const repeated = tries.length - events.filter(isOf('TaskStateEntered')).length;
  const triesOf = (call: string): number =>
    tries.filter((event) => event.taskScheduledEventDetails?.resource?.endsWith(`:dynamodb:${call}`)).length;
  return {
    stateTransitions: entered + Math.max(0, repeated),
    itemsPut: triesOf('putItem'),
    itemsUpdated: triesOf('updateItem'),
    failures: events.filter(({ type }) => type === 'TaskFailed' || type === 'TaskTimedOut').length,
  };
}
