import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { callApi, callApiPatiently } from '../../../../tools/cli/clients/api-client.ts';
import { problemText } from '../../../../tools/cli/clients/queue-client.ts';
import { resolveTarget, type Target } from '../../../../tools/cli/target/target.ts';
import {
  type RunningServer,
  type ServerReply,
  type ServerRequest,
  startServer,
} from '../../../../tools/rig/http/http-server.ts';
import { freePort } from '../../../../tools/rig/process/ports.ts';

let api: RunningServer;
let replies: ServerReply[];
let requests: ServerRequest[];

const targetAt = (apiUrl: string): Target => ({
  apiUrl,
  region: 'eu-central-1',
  credentials: () => Promise.resolve({ accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'secret' }),
});

beforeAll(async () => {
  api = await startServer((request) => {
    requests.push(request);
    return Promise.resolve(replies.shift() ?? { status: 200, body: '{"ok":true}' });
  });
});

beforeEach(() => {
  replies = [];
  requests = [];
});

afterAll(() => api.stop());

describe('callApi', () => {
  it('signs for the API of its Region and sends body and headers', async () => {
    const answer = await callApi(targetAt(api.url), {
      method: 'POST',
      path: '/quotes/Q-1/actions?x=1',
      headers: { 'idempotency-key': 'k' },
      body: '{"a":1}',
    });

    expect(answer).toMatchObject({ status: 200, body: { ok: true } });
    expect(requests[0]?.headers['authorization']).toMatch(
      /^AWS4-HMAC-SHA256 Credential=AKIAEXAMPLE\/\d{8}\/eu-central-1\/execute-api\/aws4_request, SignedHeaders=\S*host\S*, Signature=[0-9a-f]{64}$/,
    );
    expect(requests[0]?.headers['idempotency-key']).toBe('k');
    expect(requests[0]?.body.toString()).toBe('{"a":1}');
  });

  it('reports a refused connection', async () => {
    const nowhere = `http://127.0.0.1:${await freePort()}`;

    await expect(callApi(targetAt(nowhere), { method: 'GET', path: '/health' })).rejects.toThrow(
      `The API at ${nowhere} could not be reached`,
    );
  });

  it('does not blame the API for a header that cannot be sent', async () => {
    const request = { method: 'GET', path: '/health', headers: { 'idempotency-key': '東京' } } as const;

    await expect(callApi(targetAt(api.url), request)).rejects.toThrow(TypeError);
    expect(requests).toEqual([]);
  });
});

describe('callApiPatiently', () => {
  it.each([429, 502, 503, 504])('sends the same request again after %i', async (status) => {
    replies = [{ status, headers: { 'retry-after': '0' } }];

    const answer = await callApiPatiently(targetAt(api.url), { method: 'GET', path: '/health' });

    expect(answer.status).toBe(200);
    expect(requests.map(({ path }) => path)).toEqual(['/health', '/health']);
  });

  it.each([400, 403, 404, 409, 412, 422, 500])('returns %i as the answer', async (status) => {
    replies = [{ status }];

    expect((await callApiPatiently(targetAt(api.url), { method: 'GET', path: '/health' })).status).toBe(
      status,
    );
    expect(requests).toHaveLength(1);
  });
});

const answer = (body: unknown) => ({ status: 422, headers: new Headers(), body });

describe('problemText', () => {
  it.each([
    [{ title: 'Not so.', detail: 'Not so.' }, 'Not so.'],
    [{ title: 'Not so.', detail: 'Because.' }, 'Not so. Because.'],
    [{ title: 'Not so.', errors: [{ pointer: '/a', expected: 'text' }] }, 'Not so. /a: text'],
    [{ title: 'Not so.', errors: [{ parameter: 'limit', expected: '1' }] }, 'Not so. limit: 1'],
    ['gateway down', 'HTTP 422'],
  ])('shows %j in one line', (body, text) => {
    expect(problemText(answer(body))).toBe(text);
  });
});

describe('resolveTarget', () => {
  it('reads the Region from the address of an API on AWS', () => {
    const { apiUrl, region } = resolveTarget({ apiUrl: 'https://abc.execute-api.eu-west-1.amazonaws.com/' });

    expect({ apiUrl, region }).toEqual({
      apiUrl: 'https://abc.execute-api.eu-west-1.amazonaws.com',
      region: 'eu-west-1',
    });
  });

  it('names an option that is not a URL', () => {
    expect(() => resolveTarget({ apiUrl: 'nowhere' })).toThrow('--api-url: expected a URL');
  });
});
