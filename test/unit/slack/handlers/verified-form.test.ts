import { describe, expect, it } from 'vitest';
import { MAX_SLACK_BODY_BYTES } from '../../../../lambdas/slack/contracts/slack-payloads.ts';
import { createFormReader } from '../../../../lambdas/slack/handlers/verified-form.ts';
import { FakeClock } from '../../../../tools/rig/fake-clock.ts';
import { httpEvent } from '../../../helpers/http-event.ts';
import { SIGNING_SECRET, signedHeaders } from '../../../helpers/slack/slack-request.ts';

const NEW_SECRET = 'e6b19c573432dcc6b075501d51b51bb8';

/** A reader whose cache holds one secret while Secrets Manager may already hold others. */
function readerOf(stored: readonly string[] = [SIGNING_SECRET], cached: readonly string[] = stored) {
  const clock = new FakeClock();
  let current = cached;
  let fetches = 0;
  const read = createFormReader({
    clock,
    secret: async (forceFetch) => {
      if (forceFetch) {
        fetches += 1;
        current = stored;
      }
      return { botToken: 'xoxb-token', signingSecrets: [...current] };
    },
  });
  const send = (body: string | Uint8Array, headers: Record<string, string> = signedHeaders(body)) =>
    read(httpEvent({ method: 'POST', path: '/slack/interactions', headers, body }));
  return { clock, send, fetches: () => fetches };
}

const signedWith = (body: string, secret: string, nowMs?: number) => signedHeaders(body, nowMs, secret);
const refusal = (status: number, reason: string) => expect.objectContaining({ status, reason });

describe('a form reader', () => {
  it.each([
    ['text', 'payload=%C5%82'],
    ['bytes', Buffer.from('payload=%C5%82')],
  ])('reads a signed form with %s', async (_kind, body) => {
    const { form, botToken } = await readerOf().send(body);

    expect([form.get('payload'), botToken]).toEqual(['ł', 'xoxb-token']);
  });

  it('accepts header names in any case', async () => {
    const headers = Object.fromEntries(
      Object.entries(signedHeaders('a=1')).map(([name, value]) => [name.toUpperCase(), value]),
    );

    await expect(readerOf().send('a=1', headers)).resolves.toBeDefined();
  });

  it('verifies before it parses: an unsigned body is not read', async () => {
    const headers = { ...signedHeaders('a=1'), 'content-type': 'application/json' };

    await expect(readerOf().send('a=2', headers)).rejects.toEqual(refusal(401, 'mismatch'));
  });

  it('accepts the largest body, and refuses a larger one before the check of its signature', async () => {
    const largest = `a=${'x'.repeat(MAX_SLACK_BODY_BYTES - 2)}`;

    await expect(readerOf().send(largest)).resolves.toBeDefined();
    await expect(readerOf().send(`${largest}x`)).rejects.toEqual(refusal(401, 'too_large'));
    await expect(readerOf().send(Buffer.from(`${largest}x`))).rejects.toEqual(refusal(401, 'too_large'));
  });

  it.each([
    ['application/json', 'a=1'],
    ['application/x-www-form-urlencoded; charset=utf-16', 'a=1'],
    ['', 'a=1'],
    ['application/x-www-form-urlencoded', 'a=%C3%28'],
    ['application/x-www-form-urlencoded', 'a=%'],
    ['application/x-www-form-urlencoded', Buffer.from([0x61, 0x3d, 0xc3, 0x28])],
  ])('refuses a signed body that is not a form in UTF-8: %s, %s', async (contentType, body) => {
    const headers = { ...signedHeaders(body), 'content-type': contentType };

    await expect(readerOf().send(body, headers)).rejects.toEqual(refusal(400, 'malformed'));
  });

  it('accepts a new secret at once by bypassing its cache', async () => {
    const { send, fetches } = readerOf([SIGNING_SECRET, NEW_SECRET], [SIGNING_SECRET]);

    await expect(send('a=1', signedWith('a=1', NEW_SECRET))).resolves.toBeDefined();
    await expect(send('a=1', signedWith('a=1', SIGNING_SECRET))).resolves.toBeDefined();

    expect(fetches()).toBe(1);
  });

  it('bypasses its cache at most once in ten seconds for any number of wrong signatures', async () => {
    const { clock, send, fetches } = readerOf();
    const knock = () =>
      send('a=1', signedWith('a=1', NEW_SECRET, clock.nowMs())).catch((thrown: unknown) => thrown);

    for (let knocks = 0; knocks < 20; knocks += 1) await knock();
    const first = fetches();
    clock.advance(10_000);
    await knock();

    expect([first, fetches()]).toEqual([1, 2]);
  });

  it('does not bypass its cache for an old or malformed request', async () => {
    const { clock, send, fetches } = readerOf();
    const old = signedWith('a=1', NEW_SECRET, clock.nowMs() - 301_000);

    await expect(send('a=1', old)).rejects.toEqual(refusal(401, 'too_old'));
    await expect(send('a=1', {})).rejects.toEqual(refusal(401, 'missing_header'));

    expect(fetches()).toBe(0);
  });

  it('refuses everything while no valid secret is set', async () => {
    await expect(readerOf(['']).send('a=1', signedWith('a=1', ''))).rejects.toThrow(TypeError);
  });
});
