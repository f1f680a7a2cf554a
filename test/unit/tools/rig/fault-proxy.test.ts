import { execFile } from 'node:child_process';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startFaultProxy } from '../../../../tools/rig/faults/fault-proxy.ts';
import type { FaultProxy } from '../../../../tools/rig/faults/fault-proxy.ts';
import { json, startServer } from '../../../../tools/rig/http/http-server.ts';
import type { RunningServer, ServerRequest } from '../../../../tools/rig/http/http-server.ts';

let upstream: RunningServer;
let seen: ServerRequest[] = [];
let proxy: FaultProxy;

beforeEach(async () => {
  seen = [];
  upstream = await startServer(async (request) => {
    seen.push(request);
    return json(200, { ok: true, count: seen.length }, { 'x-upstream': 'yes' });
  });
  proxy = await startFaultProxy({ upstreams: { crm: upstream.url, slack: `${upstream.url}/slack-base/` } });
});
afterEach(async () => {
  await proxy.stop();
  await upstream.stop();
});

const post = (path: string, body = '{}'): Promise<Response> =>
  fetch(proxy.url + path, { method: 'POST', body });
const script = (rule: object): Promise<Response> => post('/_control/faults', JSON.stringify(rule));
const read = async (path: string): Promise<unknown> => (await fetch(proxy.url + path)).json();
const CRM_RULE = { target: 'crm', path: '/crm/*' };

describe('without faults', () => {
  it('forwards method, path, query, headers and bytes, and returns the answer', async () => {
    const bytes = Buffer.from([0, 255, 10, 13]);

    const response = await fetch(`${proxy.url}/crm/v3/x?a=1&a=2`, {
      method: 'PUT',
      headers: { authorization: 'Bearer t' },
      body: bytes,
    });

    expect(response.headers.get('x-upstream')).toBe('yes');
    expect(seen[0]).toMatchObject({
      method: 'PUT',
      target: '/crm/v3/x?a=1&a=2',
      headers: { authorization: 'Bearer t' },
    });
    expect(seen[0]?.body.equals(bytes)).toBe(true);
  });

  it('appends the Slack method to the base of the Slack upstream', async () => {
    await post('/api/chat.postMessage?x=1');

    expect(seen[0]?.target).toBe('/slack-base/chat.postMessage?x=1');
  });

  it('answers 502 when the upstream cannot be reached', async () => {
    await upstream.stop();

    expect((await post('/crm/x')).status).toBe(502);
  });
});

describe('faults', () => {
  it('answers with the status and Retry-After for the given number of times, then forwards', async () => {
    await script({ ...CRM_RULE, fault: { kind: 'status', status: 429, retryAfterSeconds: 7 }, times: 2 });

    const responses = [await post('/crm/x'), await post('/crm/x'), await post('/crm/x')];

    expect(responses.map(({ status }) => status)).toEqual([429, 429, 200]);
    expect(responses[0]?.headers.get('retry-after')).toBe('7');
    expect(seen).toHaveLength(1);
    expect(await read('/_control/faults')).toMatchObject({ faults: [{ hits: 2, times: 2 }] });
  });

  it('answers with the given body', async () => {
    await script({
      target: 'slack',
      path: '/api/*',
      fault: { kind: 'status', status: 200, body: '{"ok":false}' },
    });

    expect(await (await post('/api/auth.test')).text()).toBe('{"ok":false}');
  });

  it('loses the reply after the upstream has accepted', async () => {
    await script({ ...CRM_RULE, fault: { kind: 'drop_reply' } });

    await expect(post('/crm/x')).rejects.toThrow('fetch failed');

    expect(seen).toHaveLength(1);
    expect(await read('/_control/requests')).toMatchObject({
      requests: [{ status: 200, fault: 'drop_reply' }],
    });
  });

  it('loses the request before the upstream sees it', async () => {
    await script({ ...CRM_RULE, fault: { kind: 'drop_request' } });

    await expect(post('/crm/x')).rejects.toThrow('fetch failed');

    expect(seen).toHaveLength(0);
    expect(await read('/_control/requests')).toMatchObject({
      requests: [{ status: null, fault: 'drop_request' }],
    });
  });

  it('forwards a delayed request even if the client has given up', async () => {
    await script({ ...CRM_RULE, fault: { kind: 'delay', delayMs: 500 } });

    await expect(fetch(`${proxy.url}/crm/x`, { signal: AbortSignal.timeout(20) })).rejects.toThrow('timeout');

    await expect.poll(() => seen.length, { timeout: 60_000 }).toBe(1);
  });

  it('kills the process at the other end after the upstream has accepted', async () => {
    await script({ ...CRM_RULE, fault: { kind: 'kill_client' } });
    const code = `await fetch(${JSON.stringify(`${proxy.url}/crm/x`)})`;

    const signal = await new Promise((resolve) => {
      execFile(process.execPath, ['--input-type=module', '-e', code], (error) => resolve(error?.signal));
    });

    expect(signal).toBe('SIGKILL');
    expect(seen).toHaveLength(1);
    expect(await read('/_control/requests')).toMatchObject({
      requests: [{ killedPids: [expect.any(Number)] }],
    });
  });

  it('never kills its own process', async () => {
    await script({ ...CRM_RULE, fault: { kind: 'kill_client' } });

    await expect(post('/crm/x')).rejects.toThrow('fetch failed');

    expect(await read('/_control/requests')).toMatchObject({ requests: [{ killedPids: [] }] });
  });
});

describe('matching', () => {
  it.each([
    ['another method', { method: 'GET', path: '/crm/*' }],
    ['another path', { path: '/crm/y' }],
    ['another target', { target: 'slack', path: '/crm/*' }],
    ['a body without the text', { path: '/crm/*', bodyIncludes: 'effect-2' }],
  ])('forwards %s', async (_name, rule) => {
    await script({ target: 'crm', fault: { kind: 'status', status: 500 }, ...rule });

    expect((await post('/crm/x', 'effect-1')).status).toBe(200);
  });

  it('finds text in a form-encoded body', async () => {
    await script({
      target: 'slack',
      path: '/api/chat.postMessage',
      bodyIncludes: '"key":"a b"',
      fault: { kind: 'status', status: 500 },
    });

    const body = new URLSearchParams({ metadata: '{"key":"a b"}' });
    const response = await fetch(`${proxy.url}/api/chat.postMessage`, { method: 'POST', body });

    expect(response.status).toBe(500);
  });

  it('applies the earliest rule with remaining uses', async () => {
    await script({ ...CRM_RULE, fault: { kind: 'status', status: 500 } });
    await script({ ...CRM_RULE, fault: { kind: 'status', status: 503 } });

    expect([(await post('/crm/x')).status, (await post('/crm/x')).status]).toEqual([500, 503]);
  });
});

describe('control', () => {
  it.each([
    ['target', { target: 'mail', path: '/crm/*', fault: { kind: 'drop_reply' } }],
    ['path', { target: 'crm', path: 'crm', fault: { kind: 'drop_reply' } }],
    ['fault', { target: 'crm', path: '/crm/*', fault: { kind: 'explode' } }],
    ['fault.status', { target: 'crm', path: '/crm/*', fault: { kind: 'status', status: 99 } }],
    ['fault.delayMs', { target: 'crm', path: '/crm/*', fault: { kind: 'delay', delayMs: -1 } }],
    ['times', { target: 'crm', path: '/crm/*', fault: { kind: 'drop_reply' }, times: 0 }],
  ])('names an invalid %s', async (field, rule) => {
    const response = await script(rule);

    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: expect.stringContaining(field) });
  });

  it('logs requests without their bodies and deletes the log on request', async () => {
    await post('/crm/x', 'secret-body');

    const before = await read('/_control/requests');
    await fetch(`${proxy.url}/_control/requests`, { method: 'DELETE' });

    expect(before).toMatchObject({
      requests: [{ target: 'crm', method: 'POST', path: '/crm/x', status: 200 }],
    });
    expect(JSON.stringify(before)).not.toContain('secret-body');
    expect(await read('/_control/requests')).toEqual({ requests: [] });
  });

  it('deletes faults on request', async () => {
    await script({ ...CRM_RULE, fault: { kind: 'drop_reply' } });

    await fetch(`${proxy.url}/_control/faults`, { method: 'DELETE' });

    expect((await post('/crm/x')).status).toBe(200);
  });
});

const deliver = (body: string): Promise<Response> => post('/_slack/requests', body);

describe('deliveries of Slack', () => {
  it('are refused while the address of the API is unknown', async () => {
    expect((await deliver('payload=%7B%7D')).status).toBe(503);
  });

  it.each([
    ['interactions', 'payload=%7B%22a%22%3A1%7D', '/slack/interactions'],
    ['commands', 'command=%2Fquote&text=', '/slack/commands'],
  ])('forward %s unchanged to their route', async (_name, body, path) => {
    await fetch(`${proxy.url}/_control/api`, {
      method: 'PUT',
      body: JSON.stringify({ url: `${upstream.url}/$default` }),
    });

    await deliver(body);

    expect(seen[0]?.path).toBe(`/$default${path}`);
    expect(seen[0]?.body.toString()).toBe(body);
  });

  it('discard events, which have no receiver', async () => {
    expect((await deliver('{"type":"event_callback"}')).status).toBe(200);
    expect(seen).toHaveLength(0);
  });
});
