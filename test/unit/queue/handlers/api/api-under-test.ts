/** The API's own handlers on their own DynamoDB; Step Functions is a mock that remembers execution names. */
import {
  DescribeExecutionCommand,
  ExecutionAlreadyExists,
  SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import { ScanCommand } from '@aws-sdk/lib-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { DynamoDbAuditRepo } from '../../../../../lambdas/queue/adapters/dynamodb/audit-repo.ts';
import { DynamoDbCardRepo } from '../../../../../lambdas/slack/adapters/dynamodb/card-repo.ts';
import { DynamoDbPauseRepo } from '../../../../../lambdas/queue/adapters/dynamodb/pause-repo.ts';
import { DynamoDbTaskRepo } from '../../../../../lambdas/queue/adapters/dynamodb/task-repo.ts';
import { taskViewSchema, type TaskView } from '../../../../../lambdas/queue/contracts/api.ts';
import { problemSchema, type Problem } from '../../../../../lambdas/queue/contracts/api-problem.ts';
import { Env } from '../../../../../lambdas/shared/contracts/environment.ts';
import type { ActionRequest } from '../../../../../lambdas/actions/kinds.ts';
import type { QuoteSnapshot } from '../../../../../lambdas/shared/contracts/quote-snapshot.ts';
import type { ApiHandler } from '../../../../../lambdas/queue/handlers/api/router.ts';
import { actionOf, ENGINE, snapshotOf } from '../../../../helpers/builders.ts';
import { startDynamoDb, TABLE_NAMES } from '../../../../../tools/rig/aws/dynamodb-server.ts';
import { FakeClock } from '../../../../../tools/rig/fake-clock.ts';
import { type HttpAnswer, httpAnswer, httpEvent, type HttpRequest } from '../../../../helpers/http-event.ts';
import { lambdaContext } from '../../../../helpers/lambda-context.ts';

const STATE_MACHINE_ARN = 'arn:aws:states:eu-central-1:123456789012:stateMachine:quote-action';

/** Executions: name → input. */
export type Executions = Map<string, string>;

/** The part of Step Functions that the driver uses: a name can be used once. */
function fakeStepFunctions(executions: Executions, outage: { startsToFail: number }) {
  const mock = mockClient(SFNClient);
  mock.on(StartExecutionCommand).callsFake(({ name, input }: { name: string; input: string }) => {
    if (outage.startsToFail > 0) {
      outage.startsToFail -= 1;
      throw new Error('secret endpoint is down');
    }
    if (executions.has(name)) throw new ExecutionAlreadyExists({ message: name, $metadata: {} });
    executions.set(name, input);
    return { executionArn: name, startDate: new Date(0) };
  });
  mock.on(DescribeExecutionCommand).callsFake(({ executionArn }: { executionArn: string }) => ({
    input: executions.get(executionArn.split(':').at(-1) ?? ''),
  }));
  return mock;
}

const context = lambdaContext(new FakeClock());
const handlerFor = (handlers: Record<'enqueue' | 'read' | 'control', ApiHandler>, request: HttpRequest) => {
  if (request.method === 'GET') return handlers.read;
  return request.path.startsWith('/quotes') ? handlers.enqueue : handlers.control;
};

/** Sets the environment before the import, because handlers read it when they are imported. */
export async function importHandlers(env: Readonly<Record<string, string>>) {
  Object.assign(process.env, {
    [Env.StateMachineArn]: STATE_MACHINE_ARN,
    [Env.AllowedEngines]: `other-engine@1, ${ENGINE}`,
    POWERTOOLS_LOG_LEVEL: 'SILENT',
    ...env,
  });
  const [enqueue, read, control] = await Promise.all([
    import('../../../../../lambdas/queue/handlers/enqueue-action.handler.ts'),
    import('../../../../../lambdas/queue/handlers/read-actions.handler.ts'),
    import('../../../../../lambdas/queue/handlers/control-action.handler.ts'),
  ]);
  return { enqueue: enqueue.handler, read: read.handler, control: control.handler };
}

/** Starts the API under test; `stop` ends what it started. @param env additional variables */
export async function startApi(env: Readonly<Record<string, string>> = {}) {
  const dynamoDb = await startDynamoDb();
  const executions: Executions = new Map();
  const outage = { startsToFail: 0 };
  const stepFunctions = fakeStepFunctions(executions, outage);
  const handlers = await importHandlers({ ...dynamoDb.env, ...env });
  return {
    executions,
    /** Makes the next start of an execution fail. */
    failNextStart: () => {
      outage.startsToFail += 1;
    },
    pauses: new DynamoDbPauseRepo(dynamoDb.client, TABLE_NAMES.controls),
    tasks: new DynamoDbTaskRepo(dynamoDb.client, TABLE_NAMES.tasks),
    audit: new DynamoDbAuditRepo(dynamoDb.client, TABLE_NAMES.audit),
    cards: new DynamoDbCardRepo(dynamoDb.client, TABLE_NAMES.cards),
    send: async (request: HttpRequest): Promise<HttpAnswer> =>
      httpAnswer(await handlerFor(handlers, request)(httpEvent(request), context)),
    /** Ids of all tasks in the table. */
    storedTaskIds: async (): Promise<readonly string[]> => {
      const ids: string[] = [];
      let startKey: Record<string, unknown> | undefined;
      do {
        const page = await dynamoDb.client.send(
          new ScanCommand({
            TableName: TABLE_NAMES.tasks,
            ProjectionExpression: 'taskId',
            ConsistentRead: true,
            ...(startKey && { ExclusiveStartKey: startKey }),
          }),
        );
        ids.push(...(page.Items ?? []).map((item) => String(item['taskId'])));
        startKey = page.LastEvaluatedKey;
      } while (startKey !== undefined);
      return ids;
    },
    stop: async () => {
      stepFunctions.restore();
      await dynamoDb.stop();
    },
  };
}
/** The API under test. */
export type ApiUnderTest = Awaited<ReturnType<typeof startApi>>;

/** Variations of a request to enqueue. */
export interface EnqueueOptions {
  readonly key?: string;
  readonly quoteId?: string;
  readonly action?: ActionRequest;
  readonly headers?: Readonly<Record<string, string>>;
  readonly userArn?: string;
}

let lastQuote = 0;
/** A quote that no other test uses. */
export const newQuoteId = (): string => {
  lastQuote += 1;
  return `Q-${lastQuote}`;
};

/** A request to enqueue; valid unless the options change that. */
export function enqueueRequest(options: EnqueueOptions = {}): HttpRequest {
  const { key = 'key-1', quoteId = newQuoteId(), headers = {}, userArn } = options;
  const action = options.action ?? actionOf('crm.sync', snapshotOf({ quoteId }));
  return {
    method: 'POST',
    path: `/quotes/${quoteId}/actions`,
    headers: { 'content-type': 'application/json', 'idempotency-key': key, ...headers },
    body: JSON.stringify(action),
    ...(userArn === undefined ? {} : { userArn }),
  };
}

/** The same request with other bytes. */
export const withBody = (body: string | Uint8Array, request = enqueueRequest()): HttpRequest => ({
  ...request,
  body,
});

/** The task of an answer; fails if the answer is not a documented task. */
export const taskOf = (answer: HttpAnswer): TaskView => taskViewSchema.parse(answer.body);

/** The problem of an answer; fails if the answer is not a documented problem. */
export function problemOf(answer: HttpAnswer): Problem {
  const problem = problemSchema.parse(answer.body);
  if (answer.headers['content-type'] !== 'application/problem+json' || problem.status !== answer.status) {
    throw new TypeError('answer: expected application/problem+json with the status of the answer');
  }
  return problem;
}

/** Pointers or parameter names in a problem. */
export const namedFields = (answer: HttpAnswer): readonly string[] =>
  (problemOf(answer).errors ?? []).map((error) => ('pointer' in error ? error.pointer : error.parameter));

/** A snapshot with totals computed from its lines' prices. */
export function pricedSnapshot(over: Partial<QuoteSnapshot>): QuoteSnapshot {
  const base = snapshotOf(over);
  const lines = base.lines.map((line) => ({
    ...line,
    totalMinor: String(BigInt(line.quantity) * BigInt(line.unitPriceMinor) - BigInt(line.discountMinor)),
  }));
  const subtotal = lines.reduce((sum, line) => sum + BigInt(line.totalMinor), 0n);
  return {
    ...base,
    lines,
    subtotalMinor: String(subtotal),
    totalMinor: String(subtotal + BigInt(base.taxMinor)),
  };
}
