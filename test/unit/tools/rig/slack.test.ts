/** Against the real local Slack; the proxy in front of it adds metadata, which it lacks. */
import { createHmac } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startFaultProxy } from '../../../../tools/rig/faults/fault-proxy.ts';
import type { FaultProxy } from '../../../../tools/rig/faults/fault-proxy.ts';
import { json, startServer } from '../../../../tools/rig/http/http-server.ts';
import type { RunningServer, ServerRequest } from '../../../../tools/rig/http/http-server.ts';
import { freePort } from '../../../../tools/rig/process/ports.ts';
import { startSlack } from '../../../../tools/rig/slack/slack.ts';
import type { LocalSlack } from '../../../../tools/rig/slack/slack.ts';

let root: string;
let slack: LocalSlack;
let proxy: FaultProxy;
let api: RunningServer;
const delivered: ServerRequest[] = [];

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'quoteq-test-'));
  const proxyPort = await freePort();
  const requestUrl = `http://127.0.0.1:${proxyPort}/_slack/requests`;
  slack = await startSlack({ requestUrl, logFile: join(root, 'slack.log') });
  api = await startServer(async (request) => {
    delivered.push(request);
    return json(200, {});
  });
  const upstreams = { crm: 'http://127.0.0.1:1', slack: `${slack.url}/api/`, api: api.url };
  proxy = await startFaultProxy({ upstreams, port: proxyPort });
});
afterAll(async () => {
  await Promise.all([slack.stop(), proxy.stop(), api.stop()]);
  rmSync(root, { recursive: true, force: true });
});
beforeEach(() => fetch(`${slack.url}/_control/reset`, { method: 'POST' }).then(() => undefined));

const METADATA = { event_type: 'quote_action', event_payload: { effect_key: 'k1' } };

const objectOf = (value: unknown): Record<string, unknown> => {
  if (typeof value !== 'object' || value === null) throw new Error('answer: expected an object');
  return { ...value };
};
const call = async (method: string, args: Record<string, unknown>): Promise<Record<string, unknown>> => {
  const response = await fetch(proxy.slackApiUrl + method, {
    method: 'POST',
    headers: { authorization: `Bearer ${slack.botToken}`, 'content-type': 'application/json; charset=utf-8' },
    body: JSON.stringify({ channel: slack.channelId, ...args }),
  });
  return objectOf(await response.json());
};
const post = async (args: Record<string, unknown>): Promise<string> =>
  String((await call('chat.postMessage', { text: 'hello', ...args }))['ts']);
const history = (args: object = {}): Promise<Record<string, unknown>> =>
  call('conversations.history', { include_all_metadata: true, ...args });

describe('message metadata', () => {
  it('is in history and replies if requested', async () => {
    const ts = await post({ metadata: METADATA });
    const replyTs = await post({ thread_ts: ts, metadata: METADATA });

    const replies = await call('conversations.replies', { ts, include_all_metadata: true });

    expect(await history()).toMatchObject({ messages: [{ ts, metadata: METADATA }] });
    expect(replies).toMatchObject({ messages: [{ ts }, { ts: replyTs, metadata: METADATA }] });
  });

  it('is absent if not requested', async () => {
    await post({ metadata: METADATA });

    expect(JSON.stringify(await history({ include_all_metadata: false }))).not.toContain('effect_key');
  });

  it('is read from a form-encoded call and returned to a request in the query', async () => {
    const form = { channel: slack.channelId, text: 'hello', metadata: JSON.stringify(METADATA) };
    await fetch(`${proxy.slackApiUrl}chat.postMessage`, { method: 'POST', body: new URLSearchParams(form) });

    const query = `channel=${slack.channelId}&include_all_metadata=1`;
    const answer = await (await fetch(`${proxy.slackApiUrl}conversations.history?${query}`)).json();

    expect(answer).toMatchObject({ messages: [{ metadata: METADATA }] });
  });

  it('is kept by an update without metadata, replaced by one with, and removed by an empty one', async () => {
    const ts = await post({ metadata: METADATA });
    const other = { event_type: 'other', event_payload: {} };

    await call('chat.update', { ts, text: 'edited' });
    const kept = await history();
    await call('chat.update', { ts, text: 'edited', metadata: other });
    const replaced = await history();
    await call('chat.update', { ts, text: 'edited', metadata: {} });
    const removed = await history();

    expect(kept).toMatchObject({ messages: [{ metadata: METADATA }] });
    expect(replaced).toMatchObject({ messages: [{ metadata: other }] });
    expect(JSON.stringify(removed)).not.toContain('event_type');
  });

  it('is kept when the reply to the post is lost', async () => {
    const rule = { target: 'slack', path: '/api/chat.postMessage', fault: { kind: 'drop_reply' } };
    await fetch(`${proxy.url}/_control/faults`, { method: 'POST', body: JSON.stringify(rule) });

    await expect(post({ metadata: METADATA })).rejects.toThrow('fetch failed');

    expect(await history()).toMatchObject({ messages: [{ metadata: METADATA }] });
  });
});

describe('the workspace', () => {
  it('has the channel with both operators and shows a page', async () => {
    const members = await call('conversations.members', {});
    const page = await fetch(slack.pageUrl);

    expect(members).toMatchObject({ members: expect.arrayContaining(slack.operators.map(({ id }) => id)) });
    expect(page.headers.get('content-type')).toContain('text/html');
  });

  it('delivers a click, signed, to the interactions route', async () => {
    delivered.length = 0;
    const ts = await post({});
    const [operator] = slack.operators;
    const action = { type: 'button', action_id: 'retry', block_id: 'b', value: 'v' };
    const click = { channel: slack.channelId, messageTs: ts, user: operator?.id, action };
    await fetch(`${slack.url}/_control/interact`, { method: 'POST', body: JSON.stringify(click) });

    const request = delivered[0];
    const timestamp = request?.headers['x-slack-request-timestamp'];
    const signature = createHmac('sha256', slack.signingSecret)
      .update(`v0:${String(timestamp)}:${request?.body.toString() ?? ''}`)
      .digest('hex');

    expect(request?.path).toBe('/slack/interactions');
    expect(request?.headers['x-slack-signature']).toBe(`v0=${signature}`);
    expect(new URLSearchParams(request?.body.toString()).get('payload')).toContain(slack.teamId);
  });
});
