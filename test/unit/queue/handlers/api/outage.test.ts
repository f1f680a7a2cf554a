import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { json, type RunningServer, startServer } from '../../../../../tools/rig/http/http-server.ts';
import { FakeClock } from '../../../../../tools/rig/fake-clock.ts';
import { type HttpAnswer, httpAnswer, httpEvent, type HttpRequest } from '../../../../helpers/http-event.ts';
import { lambdaContext } from '../../../../helpers/lambda-context.ts';
import { writtenLines } from '../../../../helpers/cli/written-lines.ts';
import { enqueueRequest, importHandlers, problemOf } from './api-under-test.ts';

const SECRET = 'no access to the secret table of account 123456789012';
const context = lambdaContext(new FakeClock());

/** The store's answer to every request. */
const store = { errorName: '', status: 500 };
let server: RunningServer;
let handlers: Awaited<ReturnType<typeof importHandlers>>;
beforeAll(async () => {
  server = await startServer(async () =>
    json(store.status, { __type: `com.amazonaws.dynamodb.v20120810#${store.errorName}`, message: SECRET }),
  );
  handlers = await importHandlers({
    AWS_ENDPOINT_URL_DYNAMODB: server.url,
    AWS_REGION: 'eu-central-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    TASKS_TABLE: 'Tasks',
    AUDIT_TABLE: 'Audit',
    CARDS_TABLE: 'Cards',
    CONTROLS_TABLE: 'Controls',
    POWERTOOLS_LOG_LEVEL: 'INFO',
  });
});
afterAll(() => server.stop());

let logged: readonly string[];
beforeEach(() => {
  logged = writtenLines();
});
afterEach(() => {
  vi.restoreAllMocks();
});

const TASK_PATH = `/actions/task-${'0'.repeat(40)}`;
const REQUESTS: Readonly<Record<string, readonly [keyof typeof handlers, HttpRequest]>> = {
  enqueue: ['enqueue', enqueueRequest()],
  list: ['read', { method: 'GET', path: '/quotes/Q-1/actions' }],
  'read a task': ['read', { method: 'GET', path: TASK_PATH }],
  'read a trail': ['read', { method: 'GET', path: `${TASK_PATH}/audit` }],
  'list the kinds': ['read', { method: 'GET', path: '/kinds' }],
  resume: ['control', { method: 'POST', path: '/kinds/crm.sync/resume' }],
  retry: ['control', { method: 'POST', path: `${TASK_PATH}/retry`, headers: { 'if-match': '"1"' } }],
};

async function send(title: string): Promise<HttpAnswer> {
  const found = REQUESTS[title];
  if (found === undefined) throw new TypeError(`title: expected one of ${Object.keys(REQUESTS).join(', ')}`);
  const [name, request] = found;
  return httpAnswer(await handlers[name](httpEvent(request), context));
}

const OUTAGES: readonly [errorName: string, status: number, titles: readonly string[]][] = [
  ['AccessDeniedException', 400, Object.keys(REQUESTS)],
  ['InternalServerError', 500, Object.keys(REQUESTS)],
  // For this error the SDK waits up to 2 s between its own retries.
  ['ProvisionedThroughputExceededException', 400, ['read a task']],
];
const CASES = OUTAGES.flatMap(([errorName, status, titles]) =>
  titles.map((title) => [errorName, status, title] as const),
);

describe('a store that refuses', () => {
  it.each(CASES)('with %s (%i) causes a 503 without details: %s', async (errorName, status, title) => {
    Object.assign(store, { errorName, status });

    const answer = await send(title);

    expect(answer.status).toBe(503);
    expect(answer.headers['retry-after']).toMatch(/^[1-9]\d*$/);
    expect(problemOf(answer).code).toBe('UNCLASSIFIED');
    expect(JSON.stringify(answer)).not.toMatch(/secret|dynamodb|Exception|InternalServerError|\.ts:/i);
  });

  it('is logged with its error name, without its message', async () => {
    Object.assign(store, { errorName: 'AccessDeniedException', status: 400 });

    await send('read a task');

    expect(logged.join('')).toContain('"errorName":"AccessDeniedException"');
    expect(logged.join('')).not.toContain('secret');
  });
});

describe('a store that cannot be reached', () => {
  it('causes a 503 without details', async () => {
    await server.stop();

    const answer = await send('read a task');

    expect(answer.status).toBe(503);
    expect(JSON.stringify(answer)).not.toMatch(/ECONN|127\.0\.0\.1/);
  });
});
