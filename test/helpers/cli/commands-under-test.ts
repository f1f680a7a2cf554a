/** The services that an operator's commands call: the API's handlers behind HTTP, and the configuration of functions with their tables. */
import { ScanCommand } from '@aws-sdk/lib-dynamodb';
import { vi } from 'vitest';
import { Env } from '../../../lambdas/shared/contracts/environment.ts';
import { CliError } from '../../../tools/cli/cli-error.ts';
import { json, startServer } from '../../../tools/rig/http/http-server.ts';
import { importHandlers } from '../../unit/queue/handlers/api/api-under-test.ts';
import { type DynamoDbServer, startDynamoDb, TABLE_NAMES } from '../../../tools/rig/aws/dynamodb-server.ts';
import { FakeClock } from '../../../tools/rig/fake-clock.ts';
import { type HttpAnswer, httpAnswer, httpEvent } from '../http-event.ts';
import { lambdaContext } from '../lambda-context.ts';

const REGION = 'eu-central-1';

/** Output and end of a command. */
export interface CommandEnd {
  readonly output: string;
  /** Error of a failed command. */
  readonly error?: string;
}

/** Runs a command in this process; a thrown error must be one line for the operator. */
async function runCommand(command: () => Promise<unknown>): Promise<CommandEnd> {
  const said: string[] = [];
  const streams = [process.stdout, process.stderr].map((stream) =>
    vi.spyOn(stream, 'write').mockImplementation((text) => said.push(String(text)) > 0),
  );
  try {
    await command();
    return { output: said.join('') };
  } catch (thrown) {
    if (thrown instanceof CliError && !thrown.message.includes('\n')) {
      return { output: said.join(''), error: thrown.message };
    }
    throw thrown;
  } finally {
    for (const stream of streams) stream.mockRestore();
    process.exitCode = undefined;
  }
}

/** The store returns the fields of an item in any order. */
const itemText = (item: unknown): string =>
  JSON.stringify(item, (_name, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );

/** Every item of every table, in one text. */
async function everything({ client }: DynamoDbServer): Promise<string> {
  const tables = await Promise.all(
    Object.values(TABLE_NAMES).map(async (TableName) => {
      const { Items = [], LastEvaluatedKey } = await client.send(new ScanCommand({ TableName }));
      if (LastEvaluatedKey !== undefined) throw new Error(`${TableName}: expected less than one page`);
      return Items.map(itemText).toSorted();
    }),
  );
  return JSON.stringify(tables);
}

/** Starts them on their own DynamoDB and sets the environment of this process to them. */
export async function startCommands() {
  const dynamoDb = await startDynamoDb();
  const variables = {
    ...dynamoDb.env,
    [Env.AllowedEngines]: 'none@1',
  };
  const lambda = await startServer(() =>
    Promise.resolve(json(200, { Environment: { Variables: variables } })),
  );
  const handlers = await importHandlers({ ...dynamoDb.env, AWS_ENDPOINT_URL_LAMBDA: lambda.url });
  const context = lambdaContext(new FakeClock());
  const get = async (path: string): Promise<HttpAnswer> =>
    httpAnswer(await handlers.read(httpEvent({ method: 'GET', path }), context));
  const post = async (
    path: string,
    headers: Readonly<Record<string, string>>,
    body = '',
  ): Promise<HttpAnswer> =>
    httpAnswer(await handlers.control(httpEvent({ method: 'POST', path, headers, body }), context));
  const api = await startServer(async ({ target }) => {
    const { status, headers, body } = await get(target);
    return { status, headers, body: JSON.stringify(body) };
  });
  return {
    dynamoDb,
    get,
    post,
    run: runCommand,
    /** Options of commands that call the API. */
    target: { apiUrl: api.url, region: REGION },
    /** Options of commands that do not use the API. */
    stage: { stage: 'prod', region: REGION },
    everything: () => everything(dynamoDb),
    stop: async () => {
      await Promise.all([api.stop(), lambda.stop()]);
      await dynamoDb.stop();
    },
  };
}
/** The commands under test. */
export type CommandsUnderTest = Awaited<ReturnType<typeof startCommands>>;
