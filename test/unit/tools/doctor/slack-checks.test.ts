/** Each check with an error; test/local/doctor.test.ts tests the correct set-up. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { signatureOf } from '../../../../lambdas/slack/adapters/verify-signature.ts';
import { createSlackClient } from '../../../../lambdas/shared/adapters/slack-api/slack-client.ts';
import { checkManifest, readManifest } from '../../../../tools/doctor/app-manifest.ts';
import { findingText } from '../../../../tools/doctor/finding.ts';
import { checkRequestUrls } from '../../../../tools/doctor/request-url-checks.ts';
import {
  checkChannel,
  checkMessages,
  checkScopes,
  checkToken,
} from '../../../../tools/doctor/slack-checks.ts';
import { json, startServer } from '../../../../tools/rig/http/http-server.ts';
import type { RunningServer, ServerReply, ServerRequest } from '../../../../tools/rig/http/http-server.ts';
import { startSlack } from '../../../../tools/rig/slack/slack.ts';
import type { LocalSlack } from '../../../../tools/rig/slack/slack.ts';

const REQUIRED = ['channels:history', 'chat:write', 'commands', 'groups:history'];
const API = 'https://queue.example/prod';

const running: RunningServer[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.stop()));
});
async function serve(reply: (request: ServerRequest) => ServerReply): Promise<RunningServer> {
  const server = await startServer((request) => Promise.resolve(reply(request)));
  running.push(server);
  return server;
}
const slackThat = async (reply: (request: ServerRequest) => ServerReply) =>
  createSlackClient('xoxb-test', `${(await serve(reply)).url}/api/`);

describe('checkToken', () => {
  it("reads the token's scopes from Slack's header", async () => {
    const answer = { ok: true, team: 'Quote Desk', team_id: 'T1', user: 'quoteq' };
    const client = await slackThat(() => json(200, answer, { 'x-oauth-scopes': 'chat:write,commands' }));

    const [finding, identity] = await checkToken(client);

    expect(finding.state).toBe('ok');
    expect(identity).toEqual({ teamId: 'T1', scopes: ['chat:write', 'commands'] });
  });

  it('names the error of a refused token, never the token', async () => {
    const client = await slackThat(() => json(200, { ok: false, error: 'token_revoked' }));

    const [finding, identity] = await checkToken(client);

    expect(finding).toMatchObject({ state: 'failed', detail: 'auth.test answered token_revoked' });
    expect(findingText(finding)).toContain('fix: install the app');
    expect(findingText(finding)).not.toContain('xoxb');
    expect(identity).toBeUndefined();
  });
});

describe('checkScopes', () => {
  it('fails for a missing scope', () => {
    const finding = checkScopes({ teamId: 'T1', scopes: ['chat:write', 'commands'] }, REQUIRED, true);

    expect(finding).toMatchObject({ state: 'failed', detail: 'missing: channels:history, groups:history' });
  });

  it('names an unnecessary scope', () => {
    const finding = checkScopes({ teamId: 'T1', scopes: [...REQUIRED, 'files:write'] }, REQUIRED, true);

    expect(finding.state).toBe('ok');
    expect(finding.detail).toContain('not needed: files:write');
  });

  it.each([
    ['fails when Slack itself names none', true, 'failed'],
    ['is left out where a local Slack names none', false, 'skipped'],
  ])('%s', (_title, isSlackItself, state) => {
    expect(checkScopes({ teamId: 'T1' }, REQUIRED, isSlackItself).state).toBe(state);
  });
});

describe('checkChannel', () => {
  it.each([
    ['not_in_channel', '/invite @quoteq'],
    ['missing_scope', 'manifest'],
    ['some_new_error', 'https://docs.slack.dev/reference/methods/conversations.history#errors'],
  ])('tells what to do about %s', async (error, fix) => {
    const client = await slackThat(() => json(200, { ok: false, error }));

    const finding = await checkChannel(client, 'C1');

    expect(finding).toMatchObject({ state: 'failed', detail: `conversations.history answered ${error}` });
    expect(finding.fix).toContain(fix);
  });

  it('fails when Slack cannot be reached', async () => {
    const server = await serve(() => json(200, {}));
    await server.stop();

    const finding = await checkChannel(createSlackClient('xoxb-test', `${server.url}/api/`), 'C1');

    expect(finding.state).toBe('failed');
    expect(finding.fix).toContain("reaches Slack's API");
  });
});

describe('checkMessages', () => {
  let root: string;
  let slack: LocalSlack;
  beforeAll(async () => {
    root = mkdtempSync(join(tmpdir(), 'quoteq-test-'));
    slack = await startSlack({ requestUrl: 'http://127.0.0.1:1/', logFile: join(root, 'slack.log') });
  });
  afterAll(async () => {
    await slack.stop();
    rmSync(root, { recursive: true, force: true });
  });

  it('fails on a Slack that drops metadata, and still deletes its message', async () => {
    // Without the proxy in front of it, the local Slack keeps no metadata.
    const client = createSlackClient(slack.botToken, `${slack.url}/api/`);

    const finding = await checkMessages(client, slack.channelId, 'slack.doctor:1');

    expect(finding).toMatchObject({ state: 'failed', detail: 'metadata is not kept' });
    const left = await fetch(new URL(`/_control/messages/${slack.channelId}`, slack.url));
    expect(await left.json()).toEqual({ messages: [] });
  });
});

const isSignedWith = (secret: string, { headers, body }: ServerRequest): boolean =>
  headers['x-slack-signature'] === signatureOf(body, String(headers['x-slack-request-timestamp']), secret);
const rightStatus = ({ path }: ServerRequest): number => (path.endsWith('/commands') ? 403 : 200);

describe('checkRequestUrls', () => {
  const SECRET = 'the signing secret';
  it('accepts an API that requires the signature', async () => {
    const api = await serve((request) => ({
      status: isSignedWith(SECRET, request) ? rightStatus(request) : 401,
    }));

    const findings = await checkRequestUrls(api.url, [SECRET]);

    expect(findings.map(({ state }) => state)).toEqual(['ok', 'ok']);
  });

  it.each([
    ['takes unsigned requests', () => 200, 'an unsigned request got 200, not 401'],
    [
      'takes any signature',
      ({ headers }: ServerRequest) => (headers['x-slack-signature'] === undefined ? 401 : 200),
      'a wrongly signed request got 200, not 401',
    ],
    ['knows another secret', () => 401, 'a request signed with secret 1 got 401'],
  ])('fails when the API %s', async (_title, statusOf, detail) => {
    const api = await serve((request) => ({ status: statusOf(request) }));

    const [finding] = await checkRequestUrls(api.url, [SECRET]);

    expect(finding).toMatchObject({ state: 'failed', detail });
  });

  it('tries each secret of a rotation', async () => {
    const api = await serve((request) => ({
      status: isSignedWith(SECRET, request) ? rightStatus(request) : 401,
    }));

    const [finding] = await checkRequestUrls(api.url, [SECRET, 'the new one']);

    expect(finding?.detail).toBe('a request signed with secret 2 got 401');
  });
});

describe('the app manifest', () => {
  const expected = readManifest(API);
  const access = { appId: 'A1', configToken: 'xoxe.xoxp-test' };

  it('requests the scopes that the queue uses and has the URLs of its two routes', () => {
    expect(expected.oauth_config.scopes.bot).toEqual(REQUIRED);
    expect(expected.settings.interactivity).toEqual({
      is_enabled: true,
      request_url: `${API}/slack/interactions`,
    });
    expect(expected.features.slash_commands).toMatchObject([
      { command: '/quoteq', url: `${API}/slack/commands` },
    ]);
  });

  it('is compared with the app at Slack', async () => {
    const client = await slackThat(() => json(200, { ok: true, manifest: expected }));

    expect((await checkManifest(client, expected, access)).state).toBe('ok');
  });

  it('differs if the app has other URLs', async () => {
    const manifest = readManifest('https://old.example');
    const client = await slackThat(() => json(200, { ok: true, manifest }));

    const finding = await checkManifest(client, expected, access);

    expect(finding.state).toBe('failed');
    expect(finding.detail).toContain('interactivity goes to https://old.example/slack/interactions');
    expect(finding.detail).toContain(`/quoteq does not go to ${API}/slack/commands`);
  });

  it('is skipped without access to the app', async () => {
    const client = await slackThat(() => json(500, {}));

    expect((await checkManifest(client, expected, undefined)).state).toBe('skipped');
  });
});
