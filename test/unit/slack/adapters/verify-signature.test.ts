import { fc, test as property } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import {
  MAX_SIGNATURE_AGE_SECONDS,
  signatureOf,
  verifySignature,
} from '../../../../lambdas/slack/adapters/verify-signature.ts';

const SECRET = '8f742231b10e8888abcd99yyyzzz85a5';
const OTHER_SECRET = 'e6b19c573432dcc6b075501d51b51bb8';
const NOW_SECONDS = 1_774_745_970;
const BODY = Buffer.from('payload=%7B%22type%22%3A%22block_actions%22%7D');

const requestOf = (over: Partial<Parameters<typeof verifySignature>[0]> = {}) => ({
  rawBody: BODY,
  timestamp: String(NOW_SECONDS),
  signature: signatureOf(BODY, String(NOW_SECONDS), SECRET),
  ...over,
});
const signedAt = (timestamp: string) =>
  requestOf({ timestamp, signature: signatureOf(BODY, timestamp, SECRET) });
const verdictOf = (request: Parameters<typeof verifySignature>[0], secrets: readonly string[] = [SECRET]) =>
  verifySignature(request, secrets, NOW_SECONDS);

describe('verifySignature', () => {
  it('accepts the example of Slack’s documentation', () => {
    const rawBody = Buffer.from(
      'token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c',
    );
    const signature = 'v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503';

    const verdict = verifySignature({ rawBody, timestamp: '1531420618', signature }, [SECRET], 1_531_420_618);

    expect(verdict).toEqual({ ok: true });
  });

  it.each([0, MAX_SIGNATURE_AGE_SECONDS, -MAX_SIGNATURE_AGE_SECONDS])(
    'accepts an age of %i s',
    (ageSeconds) => {
      expect(verdictOf(signedAt(String(NOW_SECONDS - ageSeconds)))).toEqual({ ok: true });
    },
  );

  it.each([
    ['too_old', MAX_SIGNATURE_AGE_SECONDS + 1],
    ['from_the_future', -(MAX_SIGNATURE_AGE_SECONDS + 1)],
  ])('refuses a signature that is %s', (reason, ageSeconds) => {
    expect(verdictOf(signedAt(String(NOW_SECONDS - ageSeconds)))).toEqual({ ok: false, reason });
  });

  it.each(['signature', 'timestamp'])('refuses a request without its %s', (field) => {
    expect(verdictOf({ ...requestOf(), [field]: undefined })).toEqual({
      ok: false,
      reason: 'missing_header',
    });
  });

  it.each([
    { timestamp: '' },
    { timestamp: '1e9' },
    { timestamp: '-1774745970' },
    { timestamp: '1774745970.5' },
    { timestamp: ' 1774745970' },
    { timestamp: '1774745970, 1774745970' },
    { timestamp: 'NaN' },
    { signature: '' },
    { signature: 'v0=' },
    { signature: `v1=${'0'.repeat(64)}` },
    { signature: `v0=${'0'.repeat(63)}` },
    { signature: `v0=${'0'.repeat(65)}` },
    { signature: `V0=${'A'.repeat(64)}` },
    { signature: `v0=${'é'.repeat(64)}` },
  ])('refuses the malformed header %j', (over) => {
    expect(verdictOf(requestOf(over))).toEqual({ ok: false, reason: 'malformed_header' });
  });

  it('accepts either of two secrets during a rotation, but not a third one', () => {
    const secrets = [OTHER_SECRET, SECRET];
    const third = signatureOf(BODY, String(NOW_SECONDS), 'c'.repeat(32));

    expect(verdictOf(requestOf(), secrets)).toEqual({ ok: true });
    expect(verdictOf(requestOf(), secrets.toReversed())).toEqual({ ok: true });
    expect(verdictOf(requestOf({ signature: third }), secrets)).toEqual({ ok: false, reason: 'mismatch' });
  });

  it.each([[[]], [['']], [['  ']], [[SECRET, '']], [[SECRET, SECRET, SECRET]]])(
    'refuses to work with the secrets %j',
    (secrets) => {
      expect(() => verdictOf(requestOf(), secrets)).toThrow(/signingSecrets: expected 1 to 2/);
    },
  );

  property.prop([fc.nat(), fc.integer({ min: 1, max: 255 })])(
    'refuses a body with any byte changed',
    (at, mask) => {
      const rawBody = Buffer.from(BODY);
      const index = at % rawBody.length;
      rawBody[index] = (rawBody[index] ?? 0) ^ mask;

      expect(verdictOf(requestOf({ rawBody }))).toEqual({ ok: false, reason: 'mismatch' });
    },
  );

  property.prop([fc.uint8Array({ maxLength: 300 })])(
    'verifies bytes, also those that are no text',
    (rawBody) => {
      const timestamp = String(NOW_SECONDS);
      const signature = signatureOf(rawBody, timestamp, SECRET);

      expect(verdictOf({ rawBody, timestamp, signature })).toEqual({ ok: true });
    },
  );

  property.prop([fc.integer({ min: 1, max: 300 })])(
    'refuses another timestamp than the signed one',
    (seconds) => {
      expect(verdictOf(requestOf({ timestamp: String(NOW_SECONDS - seconds) }))).toEqual({
        ok: false,
        reason: 'mismatch',
      });
    },
  );
});
