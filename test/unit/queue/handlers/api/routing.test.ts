import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { httpAnswer, httpEvent } from '../../../../helpers/http-event.ts';
import { lambdaContext } from '../../../../helpers/lambda-context.ts';
import { FakeClock } from '../../../../../tools/rig/fake-clock.ts';
import { type ApiUnderTest, importHandlers, problemOf, startApi } from './api-under-test.ts';

let api: ApiUnderTest;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.stop());

const get = (path: string) => api.send({ method: 'GET', path });

describe('routing', () => {
  it.each([
    '/',
    '',
    '/quotes',
    '/quotes/Q-1',
    '/quotes//actions',
    '/quotes/%20/actions',
    '/actions',
    '/healthz',
    '/actions/a/b/c',
    'x',
  ])('answers 404 to the path "%s"', async (path) => {
    const answer = await get(path);

    expect(answer.status).toBe(404);
    expect(problemOf(answer).code).toBe('REQUEST_INVALID');
  });

  it.each([
    ['DELETE', '/quotes/Q-1/actions', 'POST, GET'],
    ['PUT', '/quotes/Q-1/actions', 'POST, GET'],
    ['HEAD', '/health', 'GET'],
    ['OPTIONS', '/actions/x/retry', 'POST'],
    ['TRACE', '/actions/x', 'GET'],
    ['BREW', '/actions/x/audit', 'GET'],
    ['GET', '/actions/x/cancel', 'POST'],
  ])('answers 405 to %s %s with the allowed methods', async (method, path, allow) => {
    const answer = await api.send({ method, path });

    expect(answer.status).toBe(405);
    expect(answer.headers['allow']).toBe(allow);
    expect(problemOf(answer).code).toBe('REQUEST_INVALID');
  });
});

describe('a hostile request', () => {
  it.each([
    '/quotes/Q-1/../../health',
    '/quotes/%2e%2e/%2E%2E/health',
    '/quotes/./actions',
    '/quotes/..%2f..%2fhealth%3f/actions',
    '/quotes/%zz/actions',
    '/quotes/%00/actions',
    '/quotes/%/actions',
    '/quotes/\ud800/actions',
    '//evil.example/health',
    '/health#/../../actions',
    '/quotes/Q-31?state=queued/actions',
  ])('does not reach another route by the path %s', async (path) => {
    expect((await get(path)).status).toBeOneOf([404, 422]);
  });

  it.each([
    { 'x-name': '東京' },
    { 'x-null': '\u0000' },
    { 'bad name': 'x' },
    { host: '[:::' },
    { 'x-forwarded-proto': 'javascript' },
  ])('survives the headers %j', async (headers) => {
    expect((await api.send({ method: 'GET', path: '/health', headers })).status).toBe(200);
  });

  it('treats a slash at the end and an encoded letter as the same path', async () => {
    expect((await get('/health/')).status).toBe(200);
    expect((await get('/%68ealth')).status).toBe(200);
  });

  it('ignores the body of a method without a body', async () => {
    expect((await api.send({ method: 'GET', path: '/health', body: '{' })).status).toBe(200);
  });

  it('gets a problem even if the event is not of an HTTP API', async () => {
    const handlers = await importHandlers({});
    const event = httpEvent({ method: 'GET', path: '/health' });
    const broken = JSON.parse(JSON.stringify({ ...event, requestContext: { requestId: 'r' } }));

    const result = await handlers.read(broken, lambdaContext(new FakeClock()));

    expect(problemOf(httpAnswer(result)).status).toBe(500);
  });
});
