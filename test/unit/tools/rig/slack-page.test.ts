/** The server in front of the local Slack's page; test/browser tests its additions to the page. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunningServer } from '../../../../tools/rig/http/http-server.ts';
import { freePort } from '../../../../tools/rig/process/ports.ts';
import { readOverrides } from '../../../../tools/local/overrides.ts';
import { makePlan } from '../../../../tools/local/plan.ts';
import { startSlackPage } from '../../../../tools/rig/slack/slack-page/server.ts';
import { startSlack } from '../../../../tools/rig/slack/slack.ts';
import type { LocalSlack } from '../../../../tools/rig/slack/slack.ts';

let root: string;
let slack: LocalSlack;
let page: RunningServer;

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'quoteq-test-'));
  slack = await startSlack({ requestUrl: 'http://127.0.0.1:1/', logFile: join(root, 'slack.log') });
  page = await startSlackPage({ slackUrl: slack.url });
});
afterAll(async () => {
  await Promise.all([slack.stop(), page.stop()]);
  rmSync(root, { recursive: true, force: true });
});

/** First frame of the page's socket. */
const firstFrame = (url: string): Promise<{ readonly socket: WebSocket; readonly data: string }> =>
  new Promise((resolve, reject) => {
    const socket = new WebSocket(`${url.replace('http:', 'ws:')}/ui`);
    socket.addEventListener('message', ({ data }) => resolve({ socket, data: String(data) }), { once: true });
    socket.addEventListener('error', () => reject(new Error(`${url}: expected a socket at /ui`)), {
      once: true,
    });
  });
const ended = (socket: WebSocket): Promise<void> =>
  new Promise((resolve) => {
    socket.addEventListener('close', () => resolve(), { once: true });
  });

describe("the local Slack's page", () => {
  it('loads the additions before its own script', async () => {
    const html = await (await fetch(page.url)).text();
    const script = await fetch(new URL('/_quoteq/additions.js', page.url));

    expect(html.indexOf('<script')).toBe(html.indexOf('<script type="module" src="/_quoteq/additions.js">'));
    expect(html).toContain('<title>local-slack</title>');
    expect(script.headers.get('content-type')).toContain('text/javascript');
    expect(await script.text()).toContain('showModal');
  });

  it('forwards other requests', async () => {
    const response = await fetch(new URL(`/_control/messages/${slack.channelId}`, page.url));

    expect(await response.json()).toEqual({ messages: [] });
  });

  it('forwards its socket in both directions', async () => {
    const { socket, data } = await firstFrame(page.url);

    const frame = { t: 'post_message', channel: slack.channelId, user: 'U0ADAOPS1', text: 'from the page' };
    const answer = new Promise<string>((resolve) => {
      socket.addEventListener('message', (event) => {
        if (String(event.data).includes('"message"')) resolve(String(event.data));
      });
    });
    socket.send(JSON.stringify(frame));

    expect(data).toContain('"t":"init"');
    expect(await answer).toContain('from the page');
    const closed = ended(socket);
    socket.close();
    await closed;
  });

  it('closes open sockets when it stops', async () => {
    const other = await startSlackPage({ slackUrl: slack.url });
    const { socket } = await firstFrame(other.url);
    const closed = ended(socket);

    await other.stop();

    await expect(closed).resolves.toBeUndefined();
  });

  it('reports that Slack cannot be reached', async () => {
    const lonely = await startSlackPage({ slackUrl: `http://127.0.0.1:${await freePort()}` });

    const response = await fetch(lonely.url);

    expect(response.status).toBe(502);
    expect(await response.text()).toContain('local Slack');
    await lonely.stop();
  });

  it('is the address for people; the Web API does not use it', async () => {
    const { ports, addresses, host } = await makePlan(readOverrides({}), { ports: {}, preferKnown: false });

    expect(addresses.slackPageUrl).toBe(`http://127.0.0.1:${ports.slackPage}/`);
    expect(host.slackPage).toEqual({ port: ports.slackPage, slackUrl: `http://127.0.0.1:${ports.slack}` });
    expect(host.proxy.upstreams.slack).toBe(`http://127.0.0.1:${ports.slack}/api/`);
  });
});
